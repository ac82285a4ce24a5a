#pragma once

#include <array>
#include <cstdint>
#include <deque>
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

/// The host's end of a controller's three channels, the same for every backend, so that all of them see the
/// same requests in the same cycles: commands are offered in order from the cycle of submit() on, one a cycle; so
/// are data beats, in their own order; responses are taken at once.
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
    uint64_t submit(Command command, std::span<const uint64_t> data) {
        if (outstanding_ == kMaxOutstanding) throw std::logic_error("PinDriver: too many requests outstanding");
        while (slots_[next_slot_].busy) next_slot_ = (next_slot_ + 1) % kMaxOutstanding;
        Slot& slot = slots_[next_slot_];
        slot.busy = true;
        slot.reads = command.op == Op::kRead || command.op == Op::kScan;
        slot.finished.id = next_id_++;
        slot.finished.submit_cycle = cycle_;
        slot.finished.words.clear();
        command.tag = static_cast<uint16_t>(next_slot_);
        next_slot_ = (next_slot_ + 1) % kMaxOutstanding;
        commands_.push_back(command);
        beats_.insert(beats_.end(), data.begin(), data.end());
        ++outstanding_;
        return slot.finished.id;
    }

    [[nodiscard]] size_t outstanding() const { return outstanding_; }
    [[nodiscard]] uint64_t cycle() const { return cycle_; }

    /// Runs until one more request finishes, or for `limit` cycles. The result is valid until the next call.
    /// nullptr when nothing finished; without a limit and with nothing outstanding, no time passes. Throws
    /// std::runtime_error when the target hangs.
    const Finished* advance(uint64_t limit = kNoLimit) {
        if (outstanding_ == 0 && limit == kNoLimit) return nullptr;
        uint64_t silent = 0;
        while (limit > 0) {
            PinsIn in;
            const PinsOut out = target_->outputs();
            in.cmd_valid = !commands_.empty();
            in.wdata_valid = !beats_.empty();
            in.rsp_ready = true;
            const bool cmd_taken = in.cmd_valid && out.cmd_ready;
            const bool beat_taken = in.wdata_valid && out.wdata_ready;
            if (!cmd_taken && !beat_taken && !out.rsp_valid) {
                uint64_t quiet = target_->quiet_cycles();
                if (quiet == kNoLimit && outstanding_ != 0)
                    throw std::runtime_error("the controller idles although a request is under way: it was lost");
                if (quiet > limit) quiet = limit;
                if (quiet > 0) {
                    target_->leap(quiet);
                    cycle_ += quiet;
                    limit -= quiet;
                    continue;
                }
                if (outstanding_ != 0 && ++silent > kWatchdogCycles)
                    throw std::runtime_error("the controller gave no sign for " + std::to_string(kWatchdogCycles) +
                                             " cycles");
            } else {
                silent = 0;
            }
            if (in.cmd_valid) in.cmd = commands_.front();
            if (in.wdata_valid) in.wdata = beats_.front();
            target_->tick(in);
            ++cycle_;
            --limit;
            if (cmd_taken) commands_.pop_front();
            if (beat_taken) beats_.pop_front();
            if (!out.rsp_valid) continue;
            if (const Finished* finished = take(out.rsp)) return finished;
        }
        return nullptr;
    }

   private:
    struct Slot {
        bool busy = false;
        bool reads = false;
        Finished finished;
    };

    const Finished* take(const Response& rsp) {
        Slot& slot = slots_.at(rsp.tag);
        slot.finished.status = rsp.status;
        if (rsp.status == RspStatus::kOk && slot.reads) slot.finished.words.push_back(rsp.word);
        if (!rsp.last) return nullptr;
        slot.finished.done_cycle = cycle_;
        slot.busy = false;
        --outstanding_;
        return &slot.finished;
    }

    Target* target_;
    std::deque<Command> commands_;
    std::deque<uint64_t> beats_;
    std::array<Slot, kMaxOutstanding> slots_;
    size_t next_slot_ = 0;
    size_t outstanding_ = 0;
    uint64_t next_id_ = 0;
    uint64_t cycle_ = 0;
};

}  // namespace sky::model
