#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/regfile/trained.hpp"

namespace sky::regfile {

/// Which of the results.
struct VariantKey {
    std::string variant{};
    bool forward = false;  ///< operands forwarded and the nearer one first, as the core has it; else program order
    bool preshift = false;
    std::string vertical{};  ///< "alternate" or "rewind", of files with a vertical mode

    bool operator==(const VariantKey&) const = default;
};

/// One register file under one program and input.
struct VariantResult {
    VariantKey key;
    model::rf::Shape shape{};
    model::rf::Counters counters{};
    std::optional<uint64_t> cycles{};  ///< nothing: a bound that no core has run
    std::optional<double> oracle_gap_percent{};

    [[nodiscard]] uint64_t track_steps() const { return of(counters, model::rf::Counter::kTrackSteps); }
};

/// What a plan foresaw and what came of it, in track-steps.
struct PlanOutcome {
    uint64_t planned = 0;  ///< of the whole training run, as the next two
    uint64_t planned_horizontal = 0;
    uint64_t planned_vertical = 0;
    uint64_t oracle = 0;  ///< of the run of this input
    /// What the horizontal file took without forwarding, operands in program order and nearest first: the first is
    /// planned_horizontal of the training input exactly, of the second that is an estimate.
    uint64_t in_order = 0;
    uint64_t nearest_first = 0;
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

    /// std::out_of_range: there is none.
    [[nodiscard]] const VariantResult& at(const VariantKey& key) const;
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
