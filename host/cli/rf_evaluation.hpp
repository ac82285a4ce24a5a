#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/regfile/compare.hpp"
#include "host/regfile/energy.hpp"
#include "host/regfile/evaluation.hpp"

namespace sky::cli {

/// A shipped preset of energies, of tracks or of the SRAM that stands for the flip-flop file.
struct PricedPreset {
    std::string name;
    bool sram = false;
    regfile::Energies energies;
};

/// A figure of one run.
using Metric = std::function<double(const regfile::KernelResult&, const regfile::VariantResult&)>;
[[nodiscard]] double per_instruction(const regfile::KernelResult& kernel, uint64_t count);
[[nodiscard]] Metric counted(model::rf::Counter counter);
[[nodiscard]] Metric cycles_per_instruction();
/// Of the register file, an instruction of the program.
[[nodiscard]] double energy_pj(const regfile::KernelResult& kernel, const regfile::VariantResult& result,
                               const PricedPreset& preset);
[[nodiscard]] Metric energy_with(const PricedPreset& preset);

/// What was hoped for, and what came of it.
struct Target {
    std::string what;
    double value = 0;
    bool at_least = true;
    double bound = 0;
    std::string why{};  ///< when it is not met: where the most of it comes from

    [[nodiscard]] bool met() const { return at_least ? value >= bound : value <= bound; }
};

/// Means and ratios over the kernels of one input.
class Evaluation {
   public:
    Evaluation(const std::vector<regfile::KernelResult>& results, std::string input);

    [[nodiscard]] const std::vector<const regfile::KernelResult*>& kernels() const { return kernels_; }
    [[nodiscard]] const std::string& input() const { return input_; }

    [[nodiscard]] double geometric(const regfile::VariantKey& key, const Metric& metric) const;
    [[nodiscard]] double mean(const regfile::VariantKey& key, const Metric& metric) const;
    /// The mean of one over the mean of the other.
    [[nodiscard]] double ratio_of_means(const regfile::VariantKey& over, const regfile::VariantKey& under,
                                        const Metric& metric) const;
    /// The geometric mean of each kernel's one over the other.
    [[nodiscard]] double ratio(const regfile::VariantKey& over, const regfile::VariantKey& under,
                               const Metric& metric) const;
    /// How many percent fewer track-steps a trained dual file takes than the better static mode, geometric mean.
    [[nodiscard]] double dual_saving_percent(bool rewind) const;
    [[nodiscard]] regfile::Activity activity(const regfile::VariantKey& key) const;
    /// The kernels in which one is most above the other, with steps of heads that are left.
    [[nodiscard]] std::string worst(const regfile::VariantKey& over, const regfile::VariantKey& under,
                                    const Metric& metric) const;
    /// Kernels for which a plan costs no less than the oracle and no more than either static mode, as planned.
    [[nodiscard]] size_t certified() const;

    [[nodiscard]] std::vector<Target> targets(const std::vector<PricedPreset>& presets) const;

   private:
    [[nodiscard]] std::vector<double> values(const regfile::VariantKey& key, const Metric& metric) const;
    void add_switching(std::vector<Target>& targets, const std::vector<PricedPreset>& presets) const;
    void add_banks(std::vector<Target>& targets) const;

    std::vector<const regfile::KernelResult*> kernels_;
    std::string input_;
};

}  // namespace sky::cli
