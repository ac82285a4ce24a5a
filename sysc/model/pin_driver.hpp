#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sysc/model/pins.hpp"

namespace sky::model {

/// A finished request. `words` is what READ answered, in mask order, or the four masks of SCAN.
struct Finished {
    uint64_t id = 0;
    RspStatus status = RspStatus::kOk;
    uint64_t submit_cycle = 0;  ///< cycle of submit(), the first that may offer the command
    uint64_t done_cycle = 0;    ///< cycle after the last response beat was taken
    std::vector<uint64_t> words;
};

/// A target that knows a shorter way through a request that is alone in it: see Controller::serve_alone().
template <typename Target>
concept ServesAlone = requires(Target& target, const Command& command, std::span<const uint64_t> data,
                               Finished& finished) {
    { target.can_serve_alone(command, data) } -> std::same_as<bool>;
    { target.serve_alone(command, data, finished.status, finished.words) } -> std::same_as<uint64_t>;
};

/// The host's end of a controller's three channels, the same for every backend, so that all of them see the
/// same requests in the same cycles: commands are offered in order from the cycle of submit() on, one a cycle; so
/// are data beats, in their own order; responses are taken at once. Allocates nothing once its buffers have grown.
///
/// `Target` has outputs(), tick(PinsIn), quiet_cycles() and leap(cycles), as Controller has.
template <typename Target>
class PinDriver {
   public:
    static constexpr size_t kMaxOutstanding = 256;
    /// Longer than any pass: a target that says nothing for so long is stuck.
    static constexpr uint64_t kWatchdogCycles = 10'000'000;
    static constexpr uint64_t kNoLimit = ~uint64_t{0};

    explicit PinDriver(Target& target) : target_(&target) {}

    /// Queues a request for the next cycle; the tag of `command` is replaced. At most kMaxOutstanding at once.
    uint64_t submit(const Command& command, std::span<const uint64_t> data) {
        if (outstanding_ == kMaxOutstanding) throw std::logic_error("PinDriver: too many requests outstanding");
        const size_t index = free_slot();
        Slot& slot = slots_[index];
        slot.busy = true;
        slot.command = command;
        slot.command.tag = static_cast<uint16_t>(index);
        slot.data.assign(data.begin(), data.end());
        begin(slot.finished);
        commands_.push(index);
        if (!data.empty()) writes_.push(index);
        ++outstanding_;
        return slot.finished.id;
    }

    /// submit() and advance() in one, for a host that waits for each request. nullptr when other requests are under
    /// way or the target has no shorter way for this one: then nothing happened.
    const Finished* execute_alone(const Command& command, std::span<const uint64_t> data) {
        if constexpr (ServesAlone<Target>) {
            if (outstanding_ != 0 || !target_->can_serve_alone(command, data)) return nullptr;
            (void)free_slot();
            begin(alone_);
            serve_alone(command, data, alone_);
            return &alone_;
        }
        return nullptr;
    }

    [[nodiscard]] size_t outstanding() const { return outstanding_; }
    [[nodiscard]] uint64_t cycle() const { return cycle_; }

    /// Runs until one more request finishes, or for `limit` cycles. The result is valid until the next call.
    /// nullptr when nothing finished; without a limit and with nothing outstanding, no time passes. Throws
    /// std::runtime_error when the target hangs.
    const Finished* advance(uint64_t limit = kNoLimit) {
        if (outstanding_ == 0 && limit == kNoLimit) return nullptr;
        if constexpr (ServesAlone<Target>) {
            if (limit == kNoLimit)
                if (const Finished* finished = finish_alone()) return finished;
        }
        uint64_t silent = 0;
        while (limit > 0) {
            const PinsOut out = target_->outputs();
            const bool cmd_taken = !commands_.empty() && out.cmd_ready;
            const bool beat_taken = !writes_.empty() && out.wdata_ready;
            if (cmd_taken || beat_taken || out.rsp_valid) {
                silent = 0;
            } else if (const uint64_t quiet = quiet_cycles(limit); quiet > 0) {
                target_->leap(quiet);
                cycle_ += quiet;
                limit -= quiet;
                continue;
            } else if (outstanding_ != 0 && ++silent > kWatchdogCycles) {
                throw std::runtime_error("the controller gave no sign for " + std::to_string(kWatchdogCycles) +
                                         " cycles");
            }
            target_->tick(inputs());
            ++cycle_;
            --limit;
            if (cmd_taken) commands_.pop();
            if (beat_taken && ++beats_sent_ == slots_[writes_.front()].data.size()) {
                writes_.pop();
                beats_sent_ = 0;
            }
            if (!out.rsp_valid) continue;
            if (const Finished* finished = take(out.rsp)) return finished;
        }
        return nullptr;
    }

   private:
    struct Slot {
        bool busy = false;
        Command command;
        std::vector<uint64_t> data;
        Finished finished;
    };

    /// Slots in the order of submit().
    class SlotFifo {
       public:
        [[nodiscard]] bool empty() const { return first_ == end_; }
        [[nodiscard]] size_t front() const { return slots_[first_ % kMaxOutstanding]; }
        void push(size_t slot) { slots_[end_++ % kMaxOutstanding] = static_cast<uint8_t>(slot); }
        void pop() { ++first_; }

       private:
        std::array<uint8_t, kMaxOutstanding> slots_{};
        uint64_t first_ = 0;
        uint64_t end_ = 0;
    };

    /// The next in turn that no request has.
    [[nodiscard]] size_t free_slot() {
        while (slots_[next_slot_].busy) next_slot_ = (next_slot_ + 1) % kMaxOutstanding;
        const size_t free = next_slot_;
        next_slot_ = (next_slot_ + 1) % kMaxOutstanding;
        return free;
    }
    void begin(Finished& finished) {
        finished.id = next_id_++;
        finished.submit_cycle = cycle_;
        finished.words.clear();
    }

    [[nodiscard]] PinsIn inputs() {
        PinsIn in;
        in.cmd_valid = !commands_.empty();
        in.wdata_valid = !writes_.empty();
        in.rsp_ready = true;
        if (in.cmd_valid) in.cmd = slots_[commands_.front()].command;
        if (in.wdata_valid) in.wdata = slots_[writes_.front()].data[beats_sent_];
        return in;
    }

    [[nodiscard]] uint64_t quiet_cycles(uint64_t limit) const {
        const uint64_t quiet = target_->quiet_cycles();
        if (quiet == kNoLimit && outstanding_ != 0)
            throw std::runtime_error("the controller idles although a request is under way: it was lost");
        return quiet < limit ? quiet : limit;
    }

    const Finished* take(const Response& rsp) {
        Slot& slot = slots_.at(rsp.tag);
        const bool reads = slot.command.op == Op::kRead || slot.command.op == Op::kScan;
        slot.finished.status = rsp.status;
        if (rsp.status == RspStatus::kOk && reads) slot.finished.words.push_back(rsp.word);
        if (!rsp.last) return nullptr;
        slot.finished.done_cycle = cycle_;
        slot.busy = false;
        --outstanding_;
        return &slot.finished;
    }

    void serve_alone(const Command& command, std::span<const uint64_t> data, Finished& finished) {
        cycle_ += target_->serve_alone(command, data, finished.status, finished.words);
        finished.done_cycle = cycle_;
    }
    /// The request under way, if it is the only one and the target has not heard of it yet.
    const Finished* finish_alone() {
        if (outstanding_ != 1 || commands_.empty()) return nullptr;
        Slot& slot = slots_[commands_.front()];
        if (!target_->can_serve_alone(slot.command, slot.data)) return nullptr;
        commands_.pop();
        if (!writes_.empty()) writes_.pop();
        serve_alone(slot.command, slot.data, slot.finished);
        slot.busy = false;
        outstanding_ = 0;
        return &slot.finished;
    }

    Target* target_;
    std::array<Slot, kMaxOutstanding> slots_;
    SlotFifo commands_;      // that are still to be offered
    SlotFifo writes_;        // whose data are not all taken
    size_t beats_sent_ = 0;  // of the first of them
    size_t next_slot_ = 0;
    size_t outstanding_ = 0;
    uint64_t next_id_ = 0;
    uint64_t cycle_ = 0;
    Finished alone_;
};

}  // namespace sky::model
