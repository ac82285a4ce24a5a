#pragma once

#include <cstdint>
#include <string>

namespace sky::model {

/// Largest geometry a 64-bit word and a 64-bit segment mask can address.
inline constexpr uint32_t kMaxSitesPerSegment = 64;
inline constexpr uint32_t kMaxSegments = 64;

/// Shape of a word-based array of nanotracks. Sites and ports are laid out left to right as
///
///     | overhead | AP0 | segment 0 | AP1 | segment 1 | ... | AP(S-1) | segment S-1 | AP(S) | overhead |
///
/// where every access port (AP) is a site of its own, empty at rest. One segment holds one word of D bits;
/// site 0 of a segment holds the word's most significant bit.
struct Geometry {
    uint32_t sites_per_segment;  ///< D, 2 to 64
    uint32_t segments;           ///< S, 1 to 64; the track has S + 1 ports
    uint32_t overhead_sites;     ///< at each end; at least D, so that a full pass fits
    uint64_t tracks;             ///< rows of the array, 1 to 2^32

    [[nodiscard]] constexpr uint32_t ports() const { return segments + 1; }
    [[nodiscard]] constexpr uint32_t sites() const {
        return 2 * overhead_sites + ports() + segments * sites_per_segment;
    }
    [[nodiscard]] constexpr uint32_t port_site(uint32_t port) const {
        return overhead_sites + port * (sites_per_segment + 1);
    }
    [[nodiscard]] constexpr uint64_t capacity_bits() const { return tracks * segments * sites_per_segment; }
    /// All bits a word of this geometry may have.
    [[nodiscard]] constexpr uint64_t word_mask() const { return low_bits(sites_per_segment); }
    /// All segments a mask of this geometry may name.
    [[nodiscard]] constexpr uint64_t segment_mask() const { return low_bits(segments); }

    /// Empty when the geometry can be built, else what is wrong with which value.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Geometry&) const = default;

   private:
    static constexpr uint64_t low_bits(uint32_t n) { return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1; }
};

}  // namespace sky::model
