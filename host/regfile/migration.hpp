#pragma once

#include <cstdint>
#include <vector>

#include "host/regfile/code.hpp"
#include "host/regfile/cost.hpp"
#include "host/regfile/liveness.hpp"

namespace sky::regfile {

/// How registers move when a plan is applied by interrupts: straight code for one set of registers and one mode,
/// which asks for nothing at run time. Registers go to the save page, which offsets from x0 reach, and come back.
///
/// Unlike sw/rf/migrate.S it leaves no marks for a recovery: a reset in its middle loses registers.

/// Offset of a register's word in the save page, from x0.
[[nodiscard]] int32_t save_slot(uint32_t reg);
/// Where every migration begins: x5 goes to its slot, then on to the code whose address rfmask holds.
[[nodiscard]] std::vector<uint32_t> migration_entry();
/// The same for hints: on to the word in front of the one that was interrupted.
[[nodiscard]] std::vector<uint32_t> hinted_migration_entry();
/// The others out, the mode, all of them in again, back to the program.
[[nodiscard]] std::vector<uint32_t> migration_code(uint32_t live, Mode mode);

/// What one costs in front of a block whose first access is `to` and whose first instruction `first`, behind any
/// access.
class Migration {
   public:
    Migration(const CostModel& model, uint8_t to, const Operation& first, uint32_t live, bool rewind);
    [[nodiscard]] SwitchCost behind(uint8_t last) const;

   private:
    const CostModel* model_;
    uint8_t first_ = 0;  // register that it reads first
    uint64_t to_vertical_ = 0;
    uint64_t to_horizontal_ = 0;
};

/// What that costs in track-steps in front of `to`, whose first instruction is `first`, with the last access before
/// it `last`: beyond the ways of a horizontal array's heads to and from rest that mode_choice() adds. The interrupted
/// instruction has read its registers once more. Vertical registers are taken to be away from rest every other time,
/// as are those of an `alternate` array after many accesses.
[[nodiscard]] SwitchCost predicted_migration(const CostModel& model, uint8_t last, const AccessGraph::Node& to,
                                             const Operation& first, uint32_t live, bool rewind);
/// The part of it that comes before the interrupt is taken and behind its return: MigrationMeter does not see that.
[[nodiscard]] SwitchCost outside_of_migration(const CostModel& model, uint8_t last, const AccessGraph::Node& to,
                                              const Operation& first, uint32_t live);
/// The same in front of every block, with the registers that live there. Refers to what it is given.
[[nodiscard]] SwitchCosts migration_costs(const CostModel& model, const Code& code, const Liveness& liveness,
                                          bool rewind);

}  // namespace sky::regfile
