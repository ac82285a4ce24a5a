#pragma once

#include <optional>
#include <string>

#include "host/cli/command.hpp"
#include "host/regfile/plan_file.hpp"
#include "host/regfile/planned_program.hpp"
#include "host/regfile/program_run.hpp"

namespace sky::cli {

/// Of --plan-at; nothing when it is not given.
[[nodiscard]] Result<std::optional<uint32_t>> plan_address(const CommandLine& line);
/// One note for all recommendations that are left out, if any are: where, and why.
void tell_left_out(const regfile::PlannedProgram& program);

/// --plan FILE of rf run, and what goes with it.
class PlanOption {
   public:
    static void add_to(CommandLine& line);

    /// Puts the plan into the program and the run, if one is given; without one a run of a program that rf plan has
    /// rewritten is watched all the same. It must outlive the run.
    [[nodiscard]] Status apply(const CommandLine& line, regfile::ElfFile& elf, regfile::RunConfig& run);
    /// What the plan foresaw and what its migrations cost.
    void add_figures(Row& row, const regfile::RunResult& result) const;
    /// Notes: what of the plan was not followed, and what the program could see of it.
    static void tell(const regfile::RunResult& result);

   private:
    Status put_into(const CommandLine& line, const regfile::Plan& plan, regfile::ElfFile& elf,
                    regfile::RunConfig& run);

    std::string way_;  ///< empty: no plan
    regfile::PlannedTable table_;
    uint32_t windows_ = 1;
    size_t left_out_ = 0;
    bool measured_ = false;
    std::optional<model::rv32::SideTable> side_table_;
};

}  // namespace sky::cli
