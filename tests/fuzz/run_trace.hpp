#pragma once

#include "host/memory/random.hpp"
#include "host/memory/request_runner.hpp"
#include "sysc/model/pass.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "tests/support/device.hpp"

namespace sky::test {

/// Requests that a reader let pass on a small memory of its array, every word read checked: refusing is all that the
/// memory may do to them. How it works is chosen by the length of the input, so that each way is tried and an input
/// that breaks one does it again.
class TraceRun {
   public:
    TraceRun(const model::Geometry& geometry, size_t length)
        : only_good_((length & 1) != 0), session_(start(geometry, memory::mix64(length))) {
        const memory::SessionConfig& config = session_->config();
        most_ = config.by_pulses || config.geometry.position_guard ? kMostByPulses : kMost;
    }

    void submit(const memory::TraceRecord& record) {
        const memory::SessionConfig& config = session_->config();
        const model::Array array{.geometry = config.geometry, .timing = config.timing, .policy = config.policy};
        const bool good = model::check_command(array, record.command) == model::RspStatus::kOk;
        // A runner keeps its first failure only: where some are refused, what is read later is not compared.
        if (submitted_ == most_ || (only_good_ && !good)) return;
        ++submitted_;
        runner_.submit(record);
    }

    /// Every request is answered, and as it should be.
    void finish() {
        runner_.drain();
        SKY_FUZZ_CHECK(runner_.latency().count() == submitted_);
        SKY_FUZZ_CHECK(runner_.failure().empty() || (!only_good_ && runner_.refused()));
        SKY_FUZZ_CHECK(runner_.position_lost() == 0 || session_->geometry().position_guard);
    }

   private:
    static constexpr uint64_t kMost = 64;
    static constexpr uint64_t kMostByPulses = 16;  // a hundred times slower

    static std::unique_ptr<memory::MemorySession> start(const model::Geometry& geometry, uint64_t way) {
        const auto digit = [&way](uint64_t radix) {
            const uint64_t value = way % radix;
            way /= radix;
            return value;
        };
        memory::SessionConfig config{.geometry = geometry, .timing = skyrmion_timing()};
        config.policy.scheduler = static_cast<memory::Scheduler>(digit(4));
        config.policy.return_policy = static_cast<memory::ReturnPolicy>(digit(2));
        config.outstanding = digit(2) == 0 ? 1 : 9;
        config.policy.banks = digit(2) == 0 ? 1 : 4;
        config.policy.overlap = digit(2) == 0;
        config.by_pulses = digit(4) == 0;
        if (digit(4) == 0) {
            // These slips are the same for every input, and never three in one burst, which nothing would notice.
            constexpr uint64_t kOneIn300 = ~uint64_t{0} / 300;
            config.geometry.position_guard = true;
            config.geometry.overhead_sites += 2;
            config.policy.faults = {.threshold = kOneIn300, .seed = 7};
        }
        auto session = memory::MemorySession::start(config);
        SKY_FUZZ_CHECK(session.ok());
        return std::move(session.value());
    }

    bool only_good_;
    uint64_t most_ = kMost;
    std::unique_ptr<memory::MemorySession> session_;
    memory::RequestRunner runner_{*session_, {.rows = session_->geometry().rows()}};
    uint64_t submitted_ = 0;
};

}  // namespace sky::test
