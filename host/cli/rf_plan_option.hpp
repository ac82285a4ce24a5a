#pragma once

#include <optional>
#include <string>

#include "host/cli/command.hpp"
#include "host/regfile/plan_interrupts.hpp"
#include "host/regfile/program_run.hpp"

namespace sky::cli {

/// --plan FILE of rf run, and what goes with it.
class PlanOption {
   public:
    static void add_to(CommandLine& line);

    /// Puts the plan into the program and the run, if one is given. It must outlive the run.
    [[nodiscard]] Status apply(const CommandLine& line, regfile::ElfFile& elf, regfile::RunConfig& run);
    /// What the plan foresaw and what its migrations cost.
    void add_figures(Row& row, const regfile::RunResult& result) const;

   private:
    std::string way_;  ///< empty: no plan
    regfile::PlannedTable table_;
    bool measured_ = false;
    std::optional<model::rv32::SideTable> side_table_;
};

}  // namespace sky::cli
