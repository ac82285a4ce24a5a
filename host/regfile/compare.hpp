#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/regfile/trained.hpp"

namespace sky::regfile {

/// One register file under one program and input.
struct VariantResult {
    std::string variant;
    bool preshift = false;
    std::string vertical{};  ///< "alternate" or "rewind", of files with a vertical mode
    model::rf::Shape shape{};
    model::rf::Counters counters{};
    std::optional<uint64_t> cycles{};  ///< nothing: a bound that no core has run
    std::optional<double> oracle_gap_percent{};

    [[nodiscard]] uint64_t track_steps() const { return of(counters, model::rf::Counter::kTrackSteps); }
};

/// What a plan foresaw and what came of it, in track-steps.
struct PlanOutcome {
    uint64_t planned = 0;               ///< of the whole training run
    uint64_t oracle = 0;                ///< of the run of this input
    uint64_t migrations = 0;
    double predicted_per_migration = 0;  ///< from the code, before anything was measured
    double measured_per_migration = 0;
};

struct KernelResult {
    std::string kernel;
    std::string input;          ///< "train" or "test"
    uint64_t instructions = 0;  ///< of the program itself, without those of migrations
    std::vector<VariantResult> variants;
    PlanOutcome mincut;

    /// The first of that name; std::out_of_range.
    [[nodiscard]] const VariantResult& named(const std::string& variant, bool preshift = false,
                                             const std::string& vertical = {}) const;
};

/// The maps of one kernel's banked files.
struct FixedMaps {
    Placement banks4;
    Placement banks8;
};

/// Runs every variant. `elf`: the program with this input; its code is that of the trained one.
[[nodiscard]] Result<KernelResult> compare(const Trained& trained, const FixedMaps& maps, const ElfFile& elf,
                                           const std::string& input, const CompareOptions& options);

}  // namespace sky::regfile
