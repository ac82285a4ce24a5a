#include "host/regfile/compare.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "host/regfile/access_stream.hpp"
#include "host/regfile/oracle.hpp"

namespace sky::regfile {

namespace {

using model::rf::Counter;
using model::rf::Kind;

class Comparer {
   public:
    Comparer(const Trained& trained, const ElfFile& elf, const std::string& input, const CompareOptions& options)
        : trained_(trained), elf_(elf), options_(options) {
        out_.kernel = trained.kernel;
        out_.input = input;
    }

    Result<KernelResult> run(const FixedMaps& maps) {
        status_ = check_same_code(trained_, elf_);
        ask_oracle();
        for (const bool forward : {false, true})
            add({.key = {"ff", forward}, .shape = {.kind = Kind::kFlipFlop}}, {});
        add({.key = {"vertical", false, false, "alternate"}, .shape = {.kind = Kind::kVertical}}, {});
        add({.key = {"vertical_rewind", false, false, "rewind"}, .shape = {.kind = Kind::kVertical}}, {});
        for (const bool forward : {false, true}) {
            add({.key = {"horizontal", forward}, .shape = {.kind = Kind::kHorizontal}}, {});
            for (const bool preshift : {false, true}) {
                add({.key = {"banked4", forward, preshift}, .shape = {.kind = Kind::kHorizontal, .banks = 4}},
                    {.placement = maps.banks4});
                add({.key = {"banked8", forward, preshift}, .shape = {.kind = Kind::kHorizontal, .banks = 8}},
                    {.placement = maps.banks8});
            }
        }
        add_planned("greedy");
        add_planned("mincut");
        add_oracle();
        add({.key = {"permuted"}, .shape = {.kind = Kind::kHorizontal}}, {.placement = trained_.own});
        add({.key = {"opbuf4"}, .shape = {.kind = Kind::kHorizontal, .buffer = 4}}, {});
        compare_with_expected();
        add_dual("alternate", trained_.dual_alternate);
        add_dual("rewind", trained_.dual_rewind);
        if (!status_.ok()) return status_;
        add_gaps();
        return out_;
    }

   private:
    void add(VariantResult result, RunConfig config) {
        if (!status_.ok()) return;
        config.shape = result.shape;
        config.options = {.rewind = result.key.vertical == "rewind",
                          .nearest_first = result.key.forward,
                          .forward = result.key.forward,
                          .preshift = result.key.preshift,
                          .buffer = result.shape.buffer};
        take(std::move(result), run_to_end(elf_, config, options_));
    }

    void take(VariantResult result, const Result<RunResult>& run) {
        status_ = run.status();
        if (!status_.ok()) return;
        result.counters = run.value().registers;
        result.cycles = run.value().cycles;
        if (out_.variants.empty()) out_.instructions = run.value().instructions;  // flip-flops: no migrations
        out_.variants.push_back(std::move(result));
    }

    void add_planned(const std::string& name) {
        if (!status_.ok()) return;
        const PlannedVariant& plan = trained_.plans.named(name);
        const Result<RunResult> run = run_planned(elf_, trained_.plans, name, options_);
        take({.key = {name, false, false, "alternate"}, .shape = {.kind = Kind::kDynamic}}, run);
        if (!status_.ok() || name != "mincut") return;
        const Migrations& migrations = run.value().migrations;
        out_.mincut.planned = plan.track_steps;
        out_.mincut.planned_horizontal = trained_.plans.named("horizontal").track_steps;
        out_.mincut.planned_vertical = trained_.plans.named("vertical").track_steps;
        out_.mincut.migrations = migrations.count;
        if (migrations.count == 0) return;
        out_.mincut.measured_per_migration =
            static_cast<double>(migrations.track_steps) / static_cast<double>(migrations.count);
        const uint64_t switches = std::max<uint64_t>(plan.switches, 1);
        out_.mincut.predicted_per_migration =
            static_cast<double>(plan.migration_track_steps) / static_cast<double>(switches);
    }

    /// The first of all runs: it shows whether the program ends.
    void ask_oracle() {
        if (!status_.ok()) return;
        Oracle oracle(CostModel::of({}, {}), trained_.plans.least_change);
        const ProfileConfig config{
            .max_instructions = options_.max_instructions, .console = {}, .advance = [this](uint64_t done) {
                return !options_.advance || options_.advance(done);
            }};
        status_ = stream_accesses(elf_, config, oracle);
        out_.mincut.oracle = oracle.cost();
    }

    /// Its accesses are those of the horizontal file; what its changes would read and write is left out.
    void add_oracle() {
        if (!status_.ok()) return;
        VariantResult result{.key = {"oracle", false, false, "alternate"}, .shape = {.kind = Kind::kDynamic}};
        result.counters = out_.at({"horizontal"}).counters;
        result.counters[static_cast<size_t>(Counter::kTrackSteps)] = out_.mincut.oracle;
        out_.variants.push_back(std::move(result));
    }

    void add_dual(const char* vertical, const std::map<uint32_t, Mode>& modes) {
        const model::rv32::SideTable table(modes);
        add({.key = {"dual", false, false, vertical}, .shape = {.kind = Kind::kDual}}, {.side_table = &table});
    }

    void compare_with_expected() {
        if (!status_.ok()) return;
        const Result<RunResult> run = run_to_end(
            elf_, {.shape = {.kind = Kind::kHorizontal}, .options = {.nearest_first = true, .forward = false}},
            options_);
        status_ = run.status();
        if (!status_.ok()) return;
        out_.mincut.in_order = out_.at({"horizontal"}).track_steps();
        out_.mincut.nearest_first = of(run.value().registers, Counter::kTrackSteps);
    }

    void add_gaps() {
        if (out_.mincut.oracle == 0) return;
        for (VariantResult& result : out_.variants)
            for (const char* compared : {"horizontal", "vertical", "greedy", "mincut", "oracle"})
                if (result.key.variant == compared && !result.key.forward)
                    result.oracle_gap_percent =
                        100 *
                        (static_cast<double>(result.track_steps()) / static_cast<double>(out_.mincut.oracle) - 1);
    }

    const Trained& trained_;
    const ElfFile& elf_;
    const CompareOptions& options_;
    KernelResult out_;
    Status status_;
};

}  // namespace

const VariantResult& KernelResult::at(const VariantKey& key) const {
    for (const VariantResult& one : variants)
        if (one.key == key) return one;
    throw std::out_of_range("no variant " + key.variant);
}

Result<KernelResult> compare(const Trained& trained, const FixedMaps& maps, const ElfFile& elf,
                             const std::string& input, const CompareOptions& options) {
    return Comparer(trained, elf, input, options).run(maps);
}

}  // namespace sky::regfile
