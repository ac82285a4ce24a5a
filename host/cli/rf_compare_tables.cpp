#include "host/cli/rf_compare_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sky::cli {

namespace {

using model::rf::Counter;
using regfile::KernelResult;
using regfile::VariantKey;
using regfile::VariantResult;

constexpr double kPsPerNs = 1000;
constexpr double kUwPerNw = 1e-3;
constexpr std::array kShiftPrices{0.5, 1.0, 2.0, 5.0, 30.0, 58.0, 610.0};  // fJ a track-step

const VariantKey kFlipFlops{.variant = "ff"};
const VariantKey kHorizontal{.variant = "horizontal"};
const VariantKey kVertical{.variant = "vertical", .vertical = "alternate"};
const VariantKey kMincut{.variant = "mincut", .vertical = "alternate"};
const VariantKey kDual{.variant = "dual", .vertical = "alternate"};
const VariantKey kBanked8{.variant = "banked8", .forward = true, .preshift = true};

/// "-" where there is nothing to average.
std::string cell(double value) { return value == 0 ? "-" : fmt::format("{:.4g}", value); }

/// banked4 +forward +preshift
std::string label(const VariantKey& key) {
    std::string text = key.variant;
    if (key.variant == "dual") text += " " + key.vertical;
    if (key.forward) text += " +forward";
    if (key.preshift) text += " +preshift";
    return text;
}

class Tables {
   public:
    Tables(const std::vector<KernelResult>& results, const std::vector<PricedPreset>& presets)
        : results_(results), presets_(presets) {
        for (const char* input : {"train", "test"}) {
            Evaluation evaluation(results, input);
            if (!evaluation.kernels().empty()) inputs_.push_back(std::move(evaluation));
        }
        const auto found = std::find_if(presets.begin(), presets.end(),
                                        [](const PricedPreset& preset) { return preset.name == "device_30fj"; });
        main_ = found == presets.end() ? &presets.front() : &*found;
    }

    std::string text() {
        for (const Evaluation& of_input : inputs_) add_means(of_input);
        for (const Evaluation& of_input : inputs_) add_energies(of_input);
        add_plans();
        add_expected();
        for (const Evaluation& of_input : inputs_) add_ratios(of_input);
        for (const Evaluation& of_input : inputs_) add_banks(of_input);
        add_break_even(inputs_.back());
        for (const Evaluation& of_input : inputs_) add_targets(of_input);
        return out_;
    }

   private:
    void line(const std::string& text) { out_ += text + "\n"; }

    [[nodiscard]] std::vector<VariantKey> keys() const {
        std::vector<VariantKey> keys;
        for (const VariantResult& one : results_.front().variants) keys.push_back(one.key);
        return keys;
    }

    /// Nothing but the flip-flop file is SRAM, which has no main preset.
    [[nodiscard]] double energy(const Evaluation& of_input, const VariantKey& key, const PricedPreset& preset) const {
        return preset.sram == (key.variant == "ff") ? of_input.geometric(key, energy_with(preset)) : 0;
    }

    void add_means(const Evaluation& of_input) {
        line(fmt::format(
            "Geometric means over {} kernels, {} input, an instruction of the program. pJ, and pJ ns (energy times\n"
            "time), with {}; errors: expected position errors in 1e9 instructions at 4.55e-5 a track-step.\n"
            "+forward: operands forwarded, and read nearest first, as the core does; else in program order.\n",
            of_input.kernels().size(), of_input.input(), main_->name));
        line(fmt::format("  {:<26} {:>12} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>10}", "register file", "track-steps",
                         "steps", "accesses", "stalls", "CPI", "pJ", "pJ ns", "errors"));
        const double cycle_ns = static_cast<double>(main_->energies.cycle_ps) / kPsPerNs;
        for (const VariantKey& key : keys()) {
            const auto count = [&](Counter counter) {
                const bool bound = key.variant == "oracle" && counter != Counter::kTrackSteps;
                return bound ? 0 : of_input.geometric(key, counted(counter));
            };
            const double cpi = of_input.geometric(key, cycles_per_instruction());
            const double pj = energy(of_input, key, *main_);
            line(fmt::format("  {:<26} {:>12} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>10}", label(key),
                             cell(count(Counter::kTrackSteps)), cell(count(Counter::kSteps)),
                             cell(count(Counter::kAccesses)), cell(count(Counter::kStallCycles)), cell(cpi), cell(pj),
                             cell(pj * cpi * cycle_ns),
                             cell(regfile::expected_position_errors(count(Counter::kTrackSteps)))));
        }
        line("");
    }

    void add_energies(const Evaluation& of_input) {
        line(fmt::format("Energy in pJ an instruction, geometric means, {} input; flip-flops at prices of SRAM.\n",
                         of_input.input()));
        std::string head = fmt::format("  {:<26}", "register file");
        for (const PricedPreset& preset : presets_) head += fmt::format(" {:>14}", preset.name);
        line(head);
        for (const VariantKey& key : keys()) {
            std::string row = fmt::format("  {:<26}", label(key));
            for (const PricedPreset& preset : presets_)
                row += fmt::format(" {:>14}", cell(energy(of_input, key, preset)));
            line(row);
        }
        line("");
    }

    /// Of the training input, whose profile says what to expect.
    void add_expected() {
        if (std::none_of(results_.begin(), results_.end(), [](const auto& one) { return one.input == "train"; }))
            return;
        line(
            "Track-steps of the horizontal file as its blocks and edges let expect, and as counted without "
            "forwarding, "
            "with\n"
            "operands in program order, where nothing may be missing, and nearest first: errors in % of what was "
            "counted.\n");
        line(fmt::format("  {:<14} {:>15} {:>15} {:>9} {:>15} {:>9}", "kernel", "expected", "in order", "error %",
                         "nearest first", "error %"));
        for (const KernelResult& kernel : results_) {
            if (kernel.input != "train") continue;
            const regfile::PlanOutcome& plan = kernel.mincut;
            const auto error = [&plan](uint64_t counted) {
                return 100 * (static_cast<double>(plan.planned_horizontal) / static_cast<double>(counted) - 1);
            };
            line(fmt::format("  {:<14} {:>15} {:>15} {:>9.4g} {:>15} {:>9.4g}", kernel.kernel,
                             plan.planned_horizontal, plan.in_order, error(plan.in_order), plan.nearest_first,
                             error(plan.nearest_first)));
        }
        line("");
    }

    void add_plans() {
        line(
            "Plans of the minimum cut, made of the train input, run by interrupts: track-steps an instruction; what "
            "a\n"
            "migration was predicted to cost and did cost on the average, in track-steps. A plan is made with the\n"
            "measured cost.\n");
        line(fmt::format("  {:<14} {:<6} {:>10} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>10} {:>9}", "kernel", "input",
                         "horizontal", "vertical", "greedy", "mincut", "oracle", "gap %", "switches", "predicted",
                         "measured"));
        for (const KernelResult& kernel : results_) {
            const auto steps = [&](const char* variant) {
                return per_instruction(kernel,
                                       kernel.at({.variant = variant, .vertical = "alternate"}).track_steps());
            };
            const VariantResult& mincut = kernel.at(kMincut);
            line(fmt::format(
                "  {:<14} {:<6} {:>10.2f} {:>9.2f} {:>9.2f} {:>9.2f} {:>9.2f} {:>8.4f} {:>9} {:>10} {:>9}",
                kernel.kernel, kernel.input, per_instruction(kernel, kernel.at(kHorizontal).track_steps()),
                steps("vertical"), steps("greedy"), steps("mincut"), steps("oracle"),
                mincut.oracle_gap_percent.value_or(0), of(mincut.counters, Counter::kSwitches),
                cell(kernel.mincut.predicted_per_migration), cell(kernel.mincut.measured_per_migration)));
        }
        line("");
    }

    void add_ratios(const Evaluation& of_input) {
        line(
            fmt::format("Static horizontal over dynamic, {} input: what a horizontal racetrack file takes, divided "
                        "by what a dynamic\n"
                        "racetrack file takes that follows the minimum cut by interrupts, its vertical mode "
                        "alternating; bits read\n"
                        "and written and migrations included. Neither is compared with SRAM.\n",
                        of_input.input()));
        std::string head = fmt::format("  {:<26} {:>12}", "kernel", "track-steps");
        for (const PricedPreset& preset : presets_)
            if (!preset.sram) head += fmt::format(" {:>14}", preset.name);
        line(head);
        for (const KernelResult* kernel : of_input.kernels()) {
            line(ratios(kernel->kernel, [&](const Metric& metric) {
                return metric(*kernel, kernel->at(kHorizontal)) / metric(*kernel, kernel->at(kMincut));
            }));
        }
        line(ratios("geometric mean",
                    [&](const Metric& metric) { return of_input.ratio(kHorizontal, kMincut, metric); }));
        line(
            fmt::format("\nThe dynamic file takes {:.4f} times the track-steps of the static vertical file, "
                        "geometric mean: the gain\n"
                        "over horizontal is that of the vertical mode, and what switching adds is this.\n",
                        of_input.ratio(kMincut, kVertical, counted(Counter::kTrackSteps))));
    }

    template <typename Ratio>
    [[nodiscard]] std::string ratios(const std::string& name, const Ratio& ratio) const {
        std::string row = fmt::format("  {:<26} {:>12.2f}", name, ratio(counted(Counter::kTrackSteps)));
        for (const PricedPreset& preset : presets_)
            if (!preset.sram) row += fmt::format(" {:>14.2f}", ratio(energy_with(preset)));
        return row;
    }

    void add_banks(const Evaluation& of_input) {
        line(
            fmt::format("Banks with one map, trained on the other kernels, {} input: steps of a horizontal file with "
                        "the same core\n"
                        "divided by theirs, and their CPI divided by that of flip-flops; ratios of means. +forward "
                        "is the core as\n"
                        "it is, without it operands come in program order.\n",
                        of_input.input()));
        line(fmt::format("  {:<26} {:>9} {:>9} {:>9} {:>9}", "register file", "steps", "ratio", "CPI", "over ff"));
        for (const VariantKey& key : keys()) {
            if (!key.variant.starts_with("banked")) continue;
            const VariantKey one_bank{.variant = "horizontal", .forward = key.forward};
            line(fmt::format("  {:<26} {:>9.3f} {:>9.2f} {:>9.3f} {:>9.3f}", label(key),
                             of_input.mean(key, counted(Counter::kSteps)),
                             of_input.ratio_of_means(one_bank, key, counted(Counter::kSteps)),
                             of_input.mean(key, cycles_per_instruction()),
                             of_input.ratio_of_means(key, kFlipFlops, cycles_per_instruction())));
        }
        line("");
    }

    /// Where tracks may take less than SRAM.
    void add_break_even(const Evaluation& of_input) {
        line(
            fmt::format("Break-even with SRAM, means of the kernels, {} input: million instructions a second below "
                        "which tracks take\n"
                        "less energy than SRAM, which leaks while they do not. Above, SRAM takes less. Columns: fJ a "
                        "track-step, a bit\n"
                        "read at 0.4 of it and written at 2, as in device_5fj; the prices of the presets are 5, 30, "
                        "58 and 610.\n",
                        of_input.input()));
        std::string head = fmt::format("  {:<26} {:<10} {:>9}", "register file", "against", "uW leaked");
        for (const double shift : kShiftPrices) head += fmt::format(" {:>8}", shift);
        line(head);
        for (const VariantKey& key : {kHorizontal, kMincut, kDual, kBanked8})
            for (const PricedPreset& preset : presets_)
                if (preset.sram) line(break_even(of_input, key, preset));
        line("");
    }

    [[nodiscard]] static std::string break_even(const Evaluation& of_input, const VariantKey& key,
                                                const PricedPreset& sram) {
        const regfile::Activity activity = of_input.activity(key);
        const double leakage_uw = static_cast<double>(sram.energies.sram_leakage_nw) * kUwPerNw;
        PricedPreset active = sram;
        active.energies.sram_leakage_nw = 0;
        const double active_pj = of_input.mean({.variant = "ff", .forward = key.forward}, energy_with(active));
        std::string row = fmt::format("  {:<26} {:<10} {:>9}", label(key), sram.name, leakage_uw);
        for (const double shift : kShiftPrices) {
            const auto mips =
                regfile::break_even_mips(regfile::track_energy_pj(activity, shift), active_pj, leakage_uw);
            row += fmt::format(" {:>8}", mips ? fmt::format("{:.3g}", *mips) : "always");
        }
        return row;
    }

    void add_targets(const Evaluation& of_input) {
        line(fmt::format("What was aimed at, {} input.\n", of_input.input()));
        for (const Target& target : of_input.targets(presets_)) {
            line(fmt::format("  {:<6} {}: {:.4g}, {} {:.4g}", target.met() ? "met" : "MISSED", target.what,
                             target.value, target.at_least ? "at least" : "at most", target.bound));
            if (!target.met() && !target.why.empty()) line("         " + target.why);
        }
        line("");
    }

    const std::vector<KernelResult>& results_;
    const std::vector<PricedPreset>& presets_;
    std::vector<Evaluation> inputs_;
    const PricedPreset* main_ = nullptr;
    std::string out_;
};

}  // namespace

std::string compare_tables(const std::vector<KernelResult>& results, const std::vector<PricedPreset>& presets) {
    if (results.empty()) return {};
    return Tables(results, presets).text();
}

}  // namespace sky::cli
