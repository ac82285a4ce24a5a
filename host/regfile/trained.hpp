#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/planner.hpp"
#include "host/regfile/program_run.hpp"

namespace sky::regfile {

/// What every run of a comparison has in common.
struct CompareOptions {
    uint64_t seed = 0;                        ///< of the searches
    uint64_t max_instructions = 0;            ///< of the program itself: it is given up then
    std::function<bool(uint64_t)> advance{};  ///< of each run, as RunConfig::advance
};

/// All that is learned from the run of one program with its training input.
struct Trained {
    std::string kernel;
    ElfFile elf;
    uint64_t instructions = 0;
    uint64_t accesses = 0;
    PlanResult plans;                         ///< with migrations at the cost that was measured
    double migration_scale = 1;               ///< measured over predicted, of the plan made of the prediction
    Placement own;                            ///< of this program alone, one bank
    std::vector<uint8_t> sample;              ///< of its accesses
    std::map<uint32_t, Mode> dual_alternate;  ///< by address, the array in which the instruction's write allocates
    std::map<uint32_t, Mode> dual_rewind;
};

/// Errors: the program cannot be profiled, or a run of it does not end.
[[nodiscard]] Result<Trained> train(const std::string& kernel, const ElfFile& elf, const CompareOptions& options);

/// Whether a program has the code of the trained one at the same addresses, wherever its run or a call may come.
/// Errors: where it does not.
[[nodiscard]] Status check_same_code(const Trained& trained, const ElfFile& elf);

/// One map for all programs, trained on those but the ones of that program's family: kernels of one name up to an
/// underscore, as sha256 and sha256_o3. Nothing if none is left.
[[nodiscard]] std::optional<Placement> fixed_map(const std::vector<Trained>& all, const std::string& without,
                                                 uint32_t banks, uint64_t seed);

/// A run of a program on a register file. Errors: it does not end by itself, or not with 0.
[[nodiscard]] Result<RunResult> run_to_end(const ElfFile& elf, RunConfig config, const CompareOptions& options);
/// The same on a dynamic file with the plan's table carried out by interrupts.
[[nodiscard]] Result<RunResult> run_planned(const ElfFile& elf, const PlanResult& plans, const std::string& variant,
                                            const CompareOptions& options);

}  // namespace sky::regfile
