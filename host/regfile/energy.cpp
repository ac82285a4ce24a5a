#include "host/regfile/energy.hpp"

namespace sky::regfile {

namespace {

/// nW over ps are 1e-6 fJ; in two factors, so that no run overflows.
uint64_t leakage_fj(uint64_t nanowatts, uint64_t cycles, uint64_t cycle_ps) {
    constexpr double kFjPerNwPs = 1e-6;
    return static_cast<uint64_t>(static_cast<double>(nanowatts) * static_cast<double>(cycles) *
                                 static_cast<double>(cycle_ps) * kFjPerNwPs);
}

}  // namespace

EnergySplit energy_of(const model::rf::Shape& shape, const model::rf::Counters& counters, uint64_t cycles,
                      const Energies& energies) {
    using model::rf::Counter;
    const uint64_t bits_read = of(counters, Counter::kBitReads);
    const uint64_t bits_written = of(counters, Counter::kBitWrites);
    if (shape.kind == model::rf::Kind::kFlipFlop)
        return {.read_fj = bits_read / shape.width * energies.sram_read_fj,
                .write_fj = bits_written / shape.width * energies.sram_write_fj,
                .leakage_fj = leakage_fj(energies.sram_leakage_nw, cycles, energies.cycle_ps)};
    return {.shift_fj = of(counters, Counter::kTrackSteps) * energies.shift_fj,
            .read_fj = (bits_read + 2 * of(counters, Counter::kChecks)) * energies.read_fj,
            .write_fj = bits_written * energies.write_fj,
            .leakage_fj = leakage_fj(energies.leakage_nw, cycles, energies.cycle_ps)};
}

}  // namespace sky::regfile
