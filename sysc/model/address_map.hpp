#pragma once

#include <cstdint>
#include <vector>

#include "sysc/model/geometry.hpp"

namespace sky::model {

/// Where one byte lies: byte `byte` (0 = least significant) of the word in `segment` of track `row`.
struct WordPlace {
    uint32_t row = 0;
    uint32_t segment = 0;
    uint32_t byte = 0;

    bool operator==(const WordPlace&) const = default;
};

/// Word-based address map: consecutive words are neighbouring segments of one track, so that a 64-byte line is
/// eight of them and one pass. A bijection between [0, capacity_bytes) and the bytes of all words. Needs words
/// of whole bytes.
class WordAddressMap {
   public:
    explicit WordAddressMap(const Geometry& geometry) : geometry_(geometry) {}

    [[nodiscard]] static bool fits(const Geometry& geometry) { return geometry.sites_per_segment % 8 == 0; }
    [[nodiscard]] uint32_t word_bytes() const { return geometry_.sites_per_segment / 8; }
    [[nodiscard]] uint64_t track_bytes() const { return uint64_t{geometry_.segments} * word_bytes(); }
    [[nodiscard]] uint64_t capacity_bytes() const { return geometry_.tracks * track_bytes(); }

    /// `address` < capacity_bytes().
    [[nodiscard]] WordPlace place(uint64_t address) const;
    [[nodiscard]] uint64_t address(const WordPlace& place) const;

   private:
    Geometry geometry_;
};

/// The part of a byte access that lies in one track: one READ, or one WRITE with a READ of the partly covered
/// words before it.
struct TrackAccess {
    uint32_t row = 0;
    uint8_t site = 0;           ///< bit-interleaved
    uint64_t seg_mask = 0;      ///< words touched; neighbouring segments
    uint64_t partial_mask = 0;  ///< of these, words not wholly covered
    uint32_t skip_bytes = 0;    ///< bytes of the first word before the access
    uint64_t offset = 0;        ///< where this part begins in the caller's buffer
    uint64_t bytes = 0;         ///< length of this part
};

/// Whether [address, address + bytes) lies within the capacity.
[[nodiscard]] bool in_range(const Geometry& geometry, uint64_t address, uint64_t bytes);

/// Cuts [address, address + bytes), which is in range, into one access per track.
[[nodiscard]] std::vector<TrackAccess> split_access(const Geometry& geometry, uint64_t address, uint64_t bytes);

}  // namespace sky::model
