#pragma once

#include <cstdint>
#include <vector>

#include "sysc/model/rv32/csr_file.hpp"
#include "tests/support/rv32_lab.hpp"

namespace sky::test::rv32 {

namespace csr = model::rv32::csr;

inline constexpr uint32_t kHandler = Lab::kBase + 0x400;
inline constexpr uint32_t kMieBit = 8;

/// x31 holds the handler's address, x30 an enabling mask; the first instructions set mtvec and mie, then MIE.
inline std::vector<uint32_t> with_handler(std::vector<uint32_t> rest) {
    std::vector<uint32_t> all{csrrw(0, csr::kMtvec, 31), csrrw(0, csr::kMie, 30)};
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

inline void set_up(Lab& lab, const std::vector<uint32_t>& rest, uint32_t enabled = 0, uint32_t vector = kHandler) {
    lab.program(with_handler(rest));
    lab.program({csrrs(5, csr::kMepc, 0), csrrs(6, csr::kMcause, 0), csrrs(7, csr::kMtval, 0), mret()}, 0x400);
    lab.set(31, vector);
    lab.set(30, enabled);
    lab.step(2);
}

}  // namespace sky::test::rv32
