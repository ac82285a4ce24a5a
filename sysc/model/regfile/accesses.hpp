#pragma once

#include <array>
#include <cstdint>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::model::rf {

/// What an array is asked for: a write, then reads, by their places in the arrays below.
inline constexpr uint32_t kWrite = 0;
inline constexpr uint32_t kRead1 = 1;
inline constexpr uint32_t kRead2 = 2;

[[nodiscard]] constexpr uint32_t bit_of(uint32_t access) { return 1U << access; }

/// The accesses that a request is made of; registers that are not wanted mean nothing.
struct Accesses {
    uint32_t want = 0;  ///< bit_of each
    std::array<uint8_t, 3> reg{};
    uint64_t data = 0;

    [[nodiscard]] bool wants(uint32_t access) const { return (want >> access & 1) != 0; }
};

/// The next accesses; the same without data.
struct Ahead {
    uint32_t want = 0;
    std::array<uint8_t, 3> reg{};

    [[nodiscard]] bool wants(uint32_t access) const { return (want >> access & 1) != 0; }
};

using ReadData = std::array<uint64_t, 3>;  ///< of each access; of a write 0

inline void count(Counters& counters, Counter counter, uint64_t n) { counters[static_cast<size_t>(counter)] += n; }

}  // namespace sky::model::rf
