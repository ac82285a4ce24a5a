#pragma once

#include <cstdint>
#include <string>

namespace sky::model {

/// Largest geometry a 64-bit word and a 64-bit segment mask can address.
inline constexpr uint32_t kMaxSitesPerSegment = 64;
inline constexpr uint32_t kMaxSegments = 64;

inline constexpr uint32_t kMaxTracksPerRow = 512;

/// How words lie in the array.
enum class Mapping : uint8_t {
    kWord = 0,  ///< word-based: a word lies along one segment of one track
    kBit = 1,   ///< bit-interleaved: a word lies across 64 neighbouring tracks, at the same site of each
};
[[nodiscard]] const char* to_string(Mapping mapping);

/// Shape of an array of nanotracks. Sites and ports of a track are laid out left to right as
///
///     | overhead | AP0 | segment 0 | AP1 | segment 1 | ... | AP(S-1) | segment S-1 | AP(S) | overhead |
///
/// where every access port (AP) is a site of its own, empty at rest.
///
/// A *row* is what one request names: one track (word-based), or `tracks_per_row` tracks that shift in lockstep
/// (bit-interleaved). Word-based, a segment holds one word of D bits, its most significant bit at site 0.
/// Bit-interleaved, site s of segment g of a row holds tracks_per_row bits, which are beats_per_segment() words of
/// 64: bit b of word w lies on track 64 w + b.
struct Geometry {
    uint32_t sites_per_segment;   ///< D, 2 to 64: sites that hold data
    uint32_t segments;            ///< S, 1 to 64; the track has S + 1 ports
    uint32_t overhead_sites;      ///< at each end; at least depth(), so that a full pass fits
    uint64_t tracks;              ///< of the array; a multiple of tracks_per_row, at most 2^32 rows
    uint32_t tracks_per_row = 1;  ///< 1: word-based; 64, 128, ... 512: bit-interleaved
    bool flag_site = false;       ///< one more site behind each segment, for flip-n-write; word-based only
    bool position_guard = false;  ///< guard sites behind the right overhead, and overhead for slips of two sites

    [[nodiscard]] constexpr Mapping mapping() const { return tracks_per_row == 1 ? Mapping::kWord : Mapping::kBit; }
    [[nodiscard]] constexpr uint64_t rows() const {
        return mapping() == Mapping::kWord ? tracks : tracks / tracks_per_row;
    }
    /// Sites between two ports: D, and one more with flag_site.
    [[nodiscard]] constexpr uint32_t depth() const { return sites_per_segment + (flag_site ? 1 : 0); }
    [[nodiscard]] constexpr uint32_t ports() const { return segments + 1; }
    /// Sites that hold the track's data, ports and overhead.
    [[nodiscard]] constexpr uint32_t data_sites() const { return 2 * overhead_sites + ports() + segments * depth(); }
    /// Behind them: the guard pattern, which the two guard ports see at every offset, and room for it to move.
    [[nodiscard]] constexpr uint32_t guard_pattern_sites() const {
        return position_guard ? 2 * overhead_sites + 2 : 0;
    }
    [[nodiscard]] constexpr uint32_t sites() const {
        return data_sites() + guard_pattern_sites() + (position_guard ? overhead_sites : 0);
    }
    /// The left of the two guard ports.
    [[nodiscard]] constexpr uint32_t guard_port_site() const { return data_sites() + overhead_sites; }
    [[nodiscard]] constexpr uint32_t port_site(uint32_t port) const { return overhead_sites + port * (depth() + 1); }
    /// Data bits; flags do not count.
    [[nodiscard]] constexpr uint64_t capacity_bits() const { return tracks * segments * sites_per_segment; }
    /// 64-bit beats that stand for one segment named in a mask.
    [[nodiscard]] constexpr uint32_t beats_per_segment() const {
        return mapping() == Mapping::kWord ? 1 : tracks_per_row / 64;
    }
    /// Bits of a word: D word-based, 64 bit-interleaved.
    [[nodiscard]] constexpr uint32_t word_bits() const {
        return mapping() == Mapping::kWord ? sites_per_segment : 64;
    }
    /// All bits a word of this geometry may have.
    [[nodiscard]] constexpr uint64_t word_mask() const { return low_bits(word_bits()); }
    /// All segments a mask of this geometry may name.
    [[nodiscard]] constexpr uint64_t segment_mask() const { return low_bits(segments); }
    /// Words of one row at rest.
    [[nodiscard]] constexpr uint64_t row_words() const {
        return mapping() == Mapping::kWord ? segments : uint64_t{segments} * sites_per_segment * beats_per_segment();
    }

    /// Empty when the geometry can be built, else what is wrong with which value.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Geometry&) const = default;

   private:
    static constexpr uint64_t low_bits(uint32_t n) { return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1; }
};

}  // namespace sky::model
