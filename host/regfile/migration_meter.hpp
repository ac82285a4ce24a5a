#pragma once

#include <cstdint>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/flow_observer.hpp"
#include "sysc/model/rv32/machine.hpp"

namespace sky::regfile {

/// Between local interrupts that lead to the code of with_interrupts() or with_hints() and the returns from there.
struct MigrationSum {
    uint64_t count = 0;
    uint64_t track_steps = 0;
    uint64_t cycles = 0;
};
struct Migrations : MigrationSum {
    MigrationSum windows{};  ///< of the match unit that were loaded, which switches nothing
};

/// Adds them up during a timed run.
class MigrationMeter final : public model::rv32::FlowObserver {
   public:
    MigrationMeter(const ElfFile::Segment& handler, const model::rf::RegisterFile& registers)
        : handler_(handler), registers_(registers) {}
    /// The one that tells of departures; it is made after this.
    void watch(const model::rv32::Machine& machine) { machine_ = &machine; }

    void departs(model::rv32::Departure kind, uint32_t from, uint32_t to) override {
        if (kind == model::rv32::Departure::kInterrupt && inside(to)) {
            begin_ = {.count = switches(), .track_steps = track_steps(), .cycles = machine_->cycles()};
            return_to_ = from;
            under_way_ = true;
        } else if (under_way_ && inside(from) && to == return_to_) {
            MigrationSum& sum = switches() == begin_.count ? sum_.windows : sum_;
            ++sum.count;
            sum.track_steps += track_steps() - begin_.track_steps;
            sum.cycles += machine_->cycles() - begin_.cycles;
            under_way_ = false;
        }
    }
    [[nodiscard]] const Migrations& migrations() const { return sum_; }

   private:
    [[nodiscard]] bool inside(uint32_t pc) const { return pc - handler_.address < handler_.memory_bytes; }
    [[nodiscard]] uint64_t switches() const { return of(registers_.counters(), model::rf::Counter::kSwitches); }
    [[nodiscard]] uint64_t track_steps() const { return of(registers_.counters(), model::rf::Counter::kTrackSteps); }

    const ElfFile::Segment handler_;
    const model::rf::RegisterFile& registers_;
    const model::rv32::Machine* machine_ = nullptr;
    Migrations sum_;
    MigrationSum begin_;  ///< count: switches before it
    uint32_t return_to_ = 0;
    bool under_way_ = false;
};

}  // namespace sky::regfile
