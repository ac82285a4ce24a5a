#include "host/cli/rf_evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sky::cli {

namespace {

using model::rf::Counter;
using regfile::KernelResult;
using regfile::VariantKey;
using regfile::VariantResult;

constexpr double kFjPerPj = 1000;

VariantKey alternating(const char* variant) { return {.variant = variant, .vertical = "alternate"}; }

}  // namespace

double per_instruction(const KernelResult& kernel, uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(kernel.instructions);
}

Metric counted(Counter counter) {
    return [counter](const KernelResult& kernel, const VariantResult& result) {
        return per_instruction(kernel, of(result.counters, counter));
    };
}

Metric cycles_per_instruction() {
    return [](const KernelResult& kernel, const VariantResult& result) {
        return per_instruction(kernel, result.cycles.value_or(0));
    };
}

double energy_pj(const KernelResult& kernel, const VariantResult& result, const PricedPreset& preset) {
    const regfile::EnergySplit energy =
        regfile::energy_of(result.shape, result.counters, result.cycles.value_or(0), preset.energies);
    return static_cast<double>(energy.total_fj()) / kFjPerPj / static_cast<double>(kernel.instructions);
}

Metric energy_with(const PricedPreset& preset) {
    return [preset](const KernelResult& kernel, const VariantResult& result) {
        return energy_pj(kernel, result, preset);
    };
}

Evaluation::Evaluation(const std::vector<KernelResult>& results, std::string input) : input_(std::move(input)) {
    for (const KernelResult& kernel : results)
        if (kernel.input == input_) kernels_.push_back(&kernel);
}

std::vector<double> Evaluation::values(const VariantKey& key, const Metric& metric) const {
    std::vector<double> out;
    for (const KernelResult* kernel : kernels_) out.push_back(metric(*kernel, kernel->at(key)));
    return out;
}

double Evaluation::geometric(const VariantKey& key, const Metric& metric) const {
    return regfile::geometric_mean(values(key, metric));
}

double Evaluation::mean(const VariantKey& key, const Metric& metric) const {
    return regfile::mean(values(key, metric));
}

double Evaluation::ratio_of_means(const VariantKey& over, const VariantKey& under, const Metric& metric) const {
    return mean(over, metric) / mean(under, metric);
}

double Evaluation::ratio(const VariantKey& over, const VariantKey& under, const Metric& metric) const {
    return geometric(over, metric) / geometric(under, metric);
}

double Evaluation::dual_saving_percent(bool rewind) const {
    const char* vertical = rewind ? "rewind" : "alternate";
    std::vector<double> left;
    for (const KernelResult* kernel : kernels_) {
        const uint64_t best = std::min(
            kernel->at({.variant = "horizontal"}).track_steps(),
            kernel->at({.variant = rewind ? "vertical_rewind" : "vertical", .vertical = vertical}).track_steps());
        left.push_back(static_cast<double>(kernel->at({.variant = "dual", .vertical = vertical}).track_steps()) /
                       static_cast<double>(best));
    }
    return 100 * (1 - regfile::geometric_mean(left));
}

regfile::Activity Evaluation::activity(const VariantKey& key) const {
    return {.track_steps = mean(key, counted(Counter::kTrackSteps)),
            .bit_reads = mean(key, counted(Counter::kBitReads)),
            .bit_writes = mean(key, counted(Counter::kBitWrites))};
}

std::string Evaluation::worst(const VariantKey& over, const VariantKey& under, const Metric& metric) const {
    constexpr size_t kShown = 3;
    std::vector<std::pair<double, const KernelResult*>> ratios;
    for (const KernelResult* kernel : kernels_)
        ratios.emplace_back(metric(*kernel, kernel->at(over)) / metric(*kernel, kernel->at(under)), kernel);
    std::sort(ratios.rbegin(), ratios.rend());
    std::string text = "most in";
    for (size_t i = 0; i < std::min(kShown, ratios.size()); ++i)
        text += fmt::format("{} {} ({:.2f}, with {:.2f} steps an instruction)", i == 0 ? "" : ",",
                            ratios[i].second->kernel, ratios[i].first,
                            counted(Counter::kSteps)(*ratios[i].second, ratios[i].second->at(over)));
    return text;
}

size_t Evaluation::certified() const {
    return static_cast<size_t>(std::count_if(kernels_.begin(), kernels_.end(), [](const KernelResult* kernel) {
        const regfile::PlanOutcome& plan = kernel->mincut;
        return plan.oracle <= plan.planned &&
               plan.planned <= std::min(plan.planned_horizontal, plan.planned_vertical);
    }));
}

std::vector<Target> Evaluation::targets(const std::vector<PricedPreset>& presets) const {
    std::vector<Target> out;
    add_switching(out, presets);
    add_banks(out);
    out.push_back({.what = "dual, alternating: % fewer track-steps than the better static mode, geometric mean",
                   .value = dual_saving_percent(false),
                   .bound = 15});
    out.push_back({.what = "dual, rewinding: % fewer track-steps than the better static mode, geometric mean",
                   .value = dual_saving_percent(true),
                   .bound = 25});
    out.push_back(
        {.what = "accesses without an operand buffer over those with one of 4, ratio of means",
         .value = ratio_of_means({.variant = "horizontal"}, {.variant = "opbuf4"}, counted(Counter::kAccesses)),
         .bound = 2});
    return out;
}

void Evaluation::add_switching(std::vector<Target>& targets, const std::vector<PricedPreset>& presets) const {
    struct Wanted {
        const char* kernel;
        double track_steps;
        double energy;
    };
    for (const Wanted& wanted : {Wanted{"sha256", 5.5, 3}, Wanted{"sha256_o3", 6.5, 4}})
        for (const KernelResult* kernel : kernels_) {
            if (kernel->kernel != wanted.kernel) continue;
            const VariantResult& over = kernel->at({.variant = "horizontal"});
            const VariantResult& under = kernel->at(alternating("mincut"));
            targets.push_back(
                {.what = fmt::format("{}: track-steps, horizontal over dynamic", wanted.kernel),
                 .value = static_cast<double>(over.track_steps()) / static_cast<double>(under.track_steps()),
                 .bound = wanted.track_steps});
            for (const PricedPreset& preset : presets)
                if (preset.name == "device_30fj")
                    targets.push_back(
                        {.what = fmt::format("{}: energy with device_30fj, horizontal over dynamic", wanted.kernel),
                         .value = energy_pj(*kernel, over, preset) / energy_pj(*kernel, under, preset),
                         .bound = wanted.energy});
        }
    targets.push_back(
        {.what = "mincut: % more track-steps than the oracle, geometric mean",
         .value = 100 * (ratio(alternating("mincut"), alternating("oracle"), counted(Counter::kTrackSteps)) - 1),
         .at_least = false,
         .bound = 3});
    if (input_ == "train")
        targets.push_back({.what = "kernels with oracle <= mincut <= both static modes, as planned",
                           .value = static_cast<double>(certified()),
                           .bound = static_cast<double>(kernels_.size())});
}

/// As the core has them, operands forwarded and the nearer one first.
void Evaluation::add_banks(std::vector<Target>& targets) const {
    struct Wanted {
        const char* variant;
        double steps;
        double cpi;
        double cpi_preshift;
    };
    for (const Wanted& wanted : {Wanted{"banked4", 5, 1.9, 1.3}, Wanted{"banked8", 12, 1.4, 1.1}}) {
        targets.push_back(
            {.what = fmt::format("{}: steps, horizontal over banked, ratio of means", wanted.variant),
             .value = ratio_of_means({.variant = "horizontal", .forward = true},
                                     {.variant = wanted.variant, .forward = true}, counted(Counter::kSteps)),
             .bound = wanted.steps});
        for (const bool preshift : {false, true}) {
            const VariantKey banked{.variant = wanted.variant, .forward = true, .preshift = preshift};
            const VariantKey flip_flops{.variant = "ff", .forward = true};
            targets.push_back({.what = fmt::format("{}{}: CPI over that of flip-flops, ratio of means",
                                                   wanted.variant, preshift ? ", preshift" : ""),
                               .value = ratio_of_means(banked, flip_flops, cycles_per_instruction()),
                               .at_least = false,
                               .bound = preshift ? wanted.cpi_preshift : wanted.cpi,
                               .why = worst(banked, flip_flops, cycles_per_instruction())});
        }
    }
}

}  // namespace sky::cli
