#pragma once

#include <cstdint>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::regfile {

/// What a register file's operations cost; the shipped values and their sources are in host/presets.
struct Energies {
    uint64_t shift_fj = 0;      ///< a track-step
    uint64_t read_fj = 0;       ///< a bit sensed at an access port
    uint64_t write_fj = 0;      ///< a bit set at an access port
    uint64_t leakage_nw = 0;    ///< of the racetrack file
    uint64_t sram_read_fj = 0;  ///< a register read from the flip-flop file, whatever its width
    uint64_t sram_write_fj = 0;
    uint64_t sram_leakage_nw = 0;
    uint64_t cycle_ps = 1000;  ///< of the core
};

/// Energy of a run by cause, in femtojoules.
struct EnergySplit {
    uint64_t shift_fj = 0;
    uint64_t read_fj = 0;  ///< position checks included, two detects each
    uint64_t write_fj = 0;
    uint64_t leakage_fj = 0;

    [[nodiscard]] uint64_t total_fj() const { return shift_fj + read_fj + write_fj + leakage_fj; }
};

/// Of a run of `cycles` core cycles. The flip-flop file is priced as SRAM, every other kind as tracks. Operand
/// buffer, core and the conversion between serial and parallel are not priced.
[[nodiscard]] EnergySplit energy_of(const model::rf::Shape& shape, const model::rf::Counters& counters,
                                    uint64_t cycles, const Energies& energies);

}  // namespace sky::regfile
