#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tlm>
#include <utility>
#include <vector>

#include "sysc/model/byte_access.hpp"
#include "sysc/model/pin_driver.hpp"
#include "sysc/tlm/skrm_extension.hpp"
#include "sysc/tlm/watched_pins.hpp"

namespace sky::tlm {

/// One generic payload under way: a native request, or the requests of a byte access one after the other.
struct Access {
    ::tlm::tlm_generic_payload* payload = nullptr;
    int socket = 0;                          ///< it came through; kBlocking for b_transport
    SkrmExtension* native = nullptr;         ///< of a native request
    std::optional<model::ByteAccess> bytes;  ///< of a byte access
    uint32_t first_row = 0;                  ///< rows it may touch
    uint32_t last_row = 0;
    bool several = false;  ///< more than one request
    bool running = false;  ///< a request of it is in the controller
    bool done = false;
    uint64_t request_id = 0;  ///< of the request in the controller
    uint64_t done_cycle = 0;

    static constexpr int kBlocking = -1;
};

/// Runs accesses on a controller through its pins, many at once, without a simulation kernel.
///
/// The controller keeps the order of single requests that touch a common word. The engine does so for accesses of
/// several requests, such as a read-modify-write: while one is under way or waits, later accesses of its rows
/// wait, and a BARRIER waits for all of them.
template <typename Target>
class AccessEngine {
   public:
    using Driver = model::PinDriver<WatchedPins<Target>>;

    AccessEngine(Target& target, const model::Geometry& geometry)
        : geometry_(geometry), pins_(target), driver_(pins_) {}

    /// Called for each finished access, in the order in which they finish; it must not start another.
    void on_done(std::function<void(Access&)> done) { on_done_ = std::move(done); }

    [[nodiscard]] uint64_t cycle() const { return driver_.cycle(); }
    [[nodiscard]] bool idle() const { return under_way_.empty(); }
    [[nodiscard]] uint64_t read_modify_writes() const { return read_modify_writes_; }

    /// Runs until the controller has run `cycle` cycles; it may already have.
    void run_to(uint64_t cycle) {
        while (cycle > driver_.cycle())
            if (const model::Finished* finished = driver_.advance(cycle - driver_.cycle())) take(*finished);
        if (driver_.outstanding() != 0 && driver_.cycle() - last_sign_ > Driver::kWatchdogCycles)
            throw std::runtime_error("the controller gave no answer for " + std::to_string(Driver::kWatchdogCycles) +
                                     " cycles");
    }
    /// Runs until that access is done.
    void run_until_done(const Access& access) {
        while (!access.done) take(*driver_.advance());
    }
    /// Runs one request to its end while no access is under way.
    const model::Finished& run_alone(const model::Command& command, std::span<const uint64_t> data) {
        submit(command, data);
        return *driver_.advance();
    }

    /// The cycle by which run_to has to be called again, for something may have finished then; none while
    /// nothing is under way.
    [[nodiscard]] std::optional<uint64_t> next_look() {
        if (driver_.outstanding() == 0) return std::nullopt;
        return driver_.cycle() + pins_.cycles_without_answer(commands_, beats_);
    }

    /// Takes an access in at the current cycle; its payload was checked. The access stays valid until release().
    Access& start(::tlm::tlm_generic_payload& payload, SkrmExtension* native, model::WriteAlg alg, int socket) {
        Access& access = fresh();
        access.payload = &payload;
        access.socket = socket;
        access.native = native;
        if (native != nullptr) {
            const bool any_row = native->command.op == model::Op::kBarrier;
            access.first_row = any_row ? 0 : native->command.row;
            access.last_row = any_row ? std::numeric_limits<uint32_t>::max() : native->command.row;
        } else {
            describe_bytes(access, alg);
        }
        under_way_.push_back(&access);
        if (access.bytes && access.bytes->request() == nullptr) {
            complete(access, model::RspStatus::kOk);
        } else if (may_run(under_way_.size() - 1)) {
            submit_next(access);
        } else {
            ++waiting_;
        }
        return access;
    }
    /// An access that ends without a request; its response status is the caller's.
    Access& refuse(::tlm::tlm_generic_payload& payload, int socket) {
        Access& access = fresh();
        access.payload = &payload;
        access.socket = socket;
        access.done = true;
        access.done_cycle = driver_.cycle();
        return access;
    }
    void release(Access& access) {
        access.bytes.reset();
        free_.push_back(&access);
    }

   private:
    Access& fresh() {
        if (free_.empty()) {
            all_.push_back(std::make_unique<Access>());
            return *all_.back();
        }
        Access& access = *free_.back();
        free_.pop_back();
        access = Access{};
        return access;
    }

    void describe_bytes(Access& access, model::WriteAlg alg) {
        const ::tlm::tlm_generic_payload& payload = *access.payload;
        const uint64_t address = payload.get_address();
        const uint64_t length = payload.get_data_length();
        auto* bytes = reinterpret_cast<std::byte*>(payload.get_data_ptr());
        std::span<const uint8_t> enables;
        if (payload.get_byte_enable_ptr() != nullptr)
            enables = {payload.get_byte_enable_ptr(), payload.get_byte_enable_length()};
        access.bytes = payload.is_read()
                           ? model::ByteAccess::load(geometry_, address, {bytes, length}, enables)
                           : model::ByteAccess::store(geometry_, alg, address, {bytes, length}, enables);
        access.several = access.bytes->request() != nullptr && !access.bytes->last();
        if (access.several) ++several_;
        if (length == 0) return;
        const model::AddressMap map(geometry_);
        access.first_row = map.place(address).row;
        access.last_row = map.place(address + length - 1).row;
    }

    /// Whether no earlier access that waits or has several requests has a row in common with it.
    [[nodiscard]] bool may_run(size_t index) const {
        if (driver_.outstanding() == Driver::kMaxOutstanding) return false;
        if (waiting_ == 0 && several_ == 0) return true;
        const Access& access = *under_way_[index];
        return std::none_of(under_way_.begin(), under_way_.begin() + static_cast<std::ptrdiff_t>(index),
                            [&](const Access* earlier) {
                                return (earlier->several || !earlier->running) &&
                                       earlier->first_row <= access.last_row && access.first_row <= earlier->last_row;
                            });
    }

    void submit_next(Access& access) {
        access.running = true;
        access.request_id = access.native != nullptr ? submit(access.native->command, access.native->data)
                                                     : submit(*access.bytes->request(), access.bytes->data());
    }

    uint64_t submit(const model::Command& command, std::span<const uint64_t> data) {
        if (driver_.outstanding() == 0) last_sign_ = driver_.cycle();
        ++commands_;
        beats_ += data.size();
        return driver_.submit(command, data);
    }

    void take(const model::Finished& finished) {
        last_sign_ = driver_.cycle();
        const auto found = std::find_if(under_way_.begin(), under_way_.end(), [&](const Access* access) {
            return access->running && access->request_id == finished.id;
        });
        Access& access = **found;
        model::RspStatus status = finished.status;
        if (access.native != nullptr) {
            access.native->status = status;
            access.native->words.assign(finished.words.begin(), finished.words.end());
        } else {
            access.bytes->finish(finished);
            if (access.bytes->request() != nullptr) {
                submit_next(access);
                return;
            }
            status = access.bytes->status();
        }
        complete(access, status);
    }

    void complete(Access& access, model::RspStatus status) {
        access.payload->set_response_status(status == model::RspStatus::kOk ? ::tlm::TLM_OK_RESPONSE
                                                                            : ::tlm::TLM_GENERIC_ERROR_RESPONSE);
        access.done = true;
        access.done_cycle = driver_.cycle();
        if (access.bytes) read_modify_writes_ += access.bytes->read_modify_writes();
        if (access.several) --several_;
        under_way_.erase(std::find(under_way_.begin(), under_way_.end(), &access));
        if (on_done_) on_done_(access);
        if (waiting_ != 0) run_those_that_wait();
    }

    void run_those_that_wait() {
        for (size_t i = 0; i < under_way_.size(); ++i) {
            if (under_way_[i]->running || !may_run(i)) continue;
            --waiting_;
            submit_next(*under_way_[i]);
        }
    }

    model::Geometry geometry_;
    WatchedPins<Target> pins_;
    Driver driver_;
    std::function<void(Access&)> on_done_;
    std::vector<Access*> under_way_;  // in the order of start()
    std::vector<std::unique_ptr<Access>> all_;
    std::vector<Access*> free_;
    size_t waiting_ = 0;     // of these, without a request in the controller so far
    size_t several_ = 0;     // of these, with several requests
    uint64_t commands_ = 0;  // handed in, all together
    uint64_t beats_ = 0;
    uint64_t last_sign_ = 0;
    uint64_t read_modify_writes_ = 0;
};

}  // namespace sky::tlm
