#include "host/memory/session.hpp"

#include <stdexcept>
#include <utility>

#include "host/memory/backends.hpp"
#include "host/memory/changed_lines.hpp"
#include "sysc/model/pass.hpp"
#include "sysc/model/statistics.hpp"

namespace sky::memory {

const char* to_string(Backend backend) {
    switch (backend) {
        case Backend::kFast: return "fast";
        case Backend::kTlm: return "tlm";
        case Backend::kRtl: return "rtl";
    }
    return "unknown backend";
}

std::optional<Backend> parse_backend(const std::string& name) {
    for (const Backend b : {Backend::kFast, Backend::kTlm, Backend::kRtl})
        if (name == to_string(b)) return b;
    return std::nullopt;
}

Result<std::unique_ptr<MemorySession>> MemorySession::start(const SessionConfig& config) {
    if (std::string why = config.geometry.problem(); !why.empty()) return Status::error("geometry: " + why);
    if (std::string why = config.timing.problem(); !why.empty()) return Status::error("timing: " + why);
    if (std::string why = config.policy.problem(); !why.empty()) return Status::error(why);
    if (config.policy.faults.threshold != 0 && !config.geometry.position_guard)
        return Status::error("slips are injected, but the array has no position_guard: set it, or no slips");
    if (config.geometry.rows() % config.policy.banks != 0)
        return Status::error("banks is " + std::to_string(config.policy.banks) + ", expected a divisor of the " +
                             std::to_string(config.geometry.rows()) + " rows");
    if (config.outstanding < 1 || config.outstanding > 256)
        return Status::error("outstanding is " + std::to_string(config.outstanding) + ", expected 1 to 256");
    if (config.by_pulses && config.backend != Backend::kFast)
        return Status::error(std::string("backend ") + to_string(config.backend) +
                             " does not show its pulses; use backend fast");
    switch (config.backend) {
        case Backend::kFast: return start_fast(config);
        case Backend::kTlm: return start_tlm(config);
        case Backend::kRtl: return start_rtl(config);
    }
    return Status::error("unknown backend");
}

RspStatus MemorySession::check(const SessionConfig& config, const Command& command) {
    return model::check_command({.geometry = config.geometry, .timing = config.timing, .policy = config.policy},
                                command);
}

/// Checks a request and tells who watches of it.
void MemorySession::announce(const Command& command, std::span<const uint64_t> data) {
    used_ = true;
    if (data.size() != command.data_beats(config_.geometry))
        throw std::invalid_argument(std::string(to_string(command.op)) + " takes " +
                                    std::to_string(command.data_beats(config_.geometry)) + " data words, got " +
                                    std::to_string(data.size()));
    if (watched_) tell(command, data);
}

void MemorySession::tell(const Command& command, std::span<const uint64_t> data) {
    if (observer_) observer_(command, data);
    if (changed_ != nullptr) changed_->note(command);
}

uint64_t MemorySession::submit(const Command& command, std::span<const uint64_t> data) {
    announce(command, data);
    while (under_way() >= config_.outstanding) advance();
    return enqueue(command, data);
}

std::optional<Finished> MemorySession::poll() {
    if (finished_.empty()) return std::nullopt;
    return std::move(finished_.pop());
}

const Finished* MemorySession::take() { return finished_.empty() ? nullptr : &finished_.pop(); }

bool MemorySession::advance() {
    const Finished* finished = run();
    if (finished == nullptr) return false;
    finished_.push(*finished);
    return true;
}

void MemorySession::drain() {
    while (advance()) {
    }
}

const Finished& MemorySession::execute(const Command& command, std::span<const uint64_t> data) {
    announce(command, data);
    if (const Finished* finished = run_alone(command, data)) return *finished;
    while (under_way() >= config_.outstanding) advance();
    const uint64_t id = enqueue(command, data);
    for (;;) {
        const Finished* finished = run();
        if (finished == nullptr) throw std::logic_error("MemorySession: the request was lost");
        if (finished->id == id) return *finished;
        finished_.push(*finished);
    }
}

/// A mask cannot name segment 64.
void MemorySession::check_segment(uint32_t segment) const {
    if (segment >= config_.geometry.segments) throw WordRefused(RspStatus::kBadMask);
}

uint64_t MemorySession::read_word(uint32_t row, uint32_t segment) {
    check_segment(segment);
    const Finished& done = execute({.op = Op::kRead, .row = row, .seg_mask = uint64_t{1} << segment});
    if (done.status != RspStatus::kOk) throw WordRefused(done.status);
    return done.words.front();
}

void MemorySession::write_word(uint32_t row, uint32_t segment, uint64_t word, WriteAlg alg) {
    check_segment(segment);
    const Finished& done =
        execute({.op = Op::kWrite, .write_alg = alg, .row = row, .seg_mask = uint64_t{1} << segment}, {&word, 1});
    if (done.status != RspStatus::kOk) throw WordRefused(done.status);
}

stats::Group MemorySession::statistics() {
    stats::Group root = statistics(counters());
    add_statistics(root);
    return root;
}

stats::Group MemorySession::statistics(const Counters& counted) const {
    return model::statistics(counted, timing(), word_bytes());
}

}  // namespace sky::memory
