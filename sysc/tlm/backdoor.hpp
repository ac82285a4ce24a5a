#pragma once

#include <cstdint>

#include "sysc/model/address_map.hpp"

namespace sky::tlm {

/// A target's words as they lie at rest: word(row, segment), and word(row, segment, site, beat) where the target
/// has bit-interleaved rows.
template <typename Target>
struct Backdoor {
    static constexpr bool kReachesSites = requires(Target & target) {
        target.word(uint64_t{}, uint32_t{}, uint32_t{}, uint32_t{});
        target.set_word(uint64_t{}, uint32_t{}, uint64_t{}, uint32_t{}, uint32_t{});
    };

    [[nodiscard]] static bool fits(const model::Geometry& geometry) {
        return model::AddressMap::fits(geometry) && (kReachesSites || geometry.mapping() == model::Mapping::kWord);
    }
    [[nodiscard]] static uint64_t word(const Target& target, const model::BytePlace& at) {
        if constexpr (kReachesSites)
            return target.word(at.row, at.segment, at.site, at.beat);
        else
            return target.word(at.row, at.segment);
    }
    static void set_word(Target& target, const model::BytePlace& at, uint64_t word) {
        if constexpr (kReachesSites)
            target.set_word(at.row, at.segment, word, at.site, at.beat);
        else
            target.set_word(at.row, at.segment, word);
    }
};

}  // namespace sky::tlm
