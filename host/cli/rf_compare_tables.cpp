#include "host/cli/rf_compare_tables.hpp"
namespace sky::cli {
double energy_pj(const regfile::KernelResult& kernel, const regfile::VariantResult& result,
                 const PricedPreset& preset) {
    constexpr double kFjPerPj = 1000;
    const regfile::EnergySplit energy =
        regfile::energy_of(result.shape, result.counters, result.cycles.value_or(0), preset.energies);
    return static_cast<double>(energy.total_fj()) / kFjPerPj / static_cast<double>(kernel.instructions);
}
std::string compare_tables(const std::vector<regfile::KernelResult>& , const std::vector<PricedPreset>& ) { return {};}
}
