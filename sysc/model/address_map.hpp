#pragma once

#include <cstdint>
#include <vector>

#include "sysc/model/geometry.hpp"

namespace sky::model {

/// Where one byte lies: byte `byte` (0 = least significant) of word `beat` of `segment`, at `site`, in `row`.
struct BytePlace {
    uint32_t row = 0;
    uint32_t site = 0;  ///< word-based: 0
    uint32_t segment = 0;
    uint32_t beat = 0;  ///< word-based: 0
    uint32_t byte = 0;

    bool operator==(const BytePlace&) const = default;
};

/// A bijection between [0, capacity_bytes) and the bytes of all words, in the order of BytePlace: the last member
/// runs fastest. Word-based, consecutive words are neighbouring segments of one track, so that a 64-byte line is
/// eight of them and one pass. Bit-interleaved, consecutive words fill one segment's beats, so that a line is one
/// offset of 512 tracks; then comes the next segment of the same site, which the same pass reaches. Flag sites
/// have no address.
class AddressMap {
   public:
    explicit AddressMap(const Geometry& geometry);

    /// Whether bytes have addresses: a word is whole bytes.
    [[nodiscard]] static bool fits(const Geometry& geometry) { return geometry.word_bits() % 8 == 0; }
    [[nodiscard]] uint32_t word_bytes() const { return word_bytes_; }
    /// Bytes of one segment at one site: what one bit of a segment mask names.
    [[nodiscard]] uint32_t segment_bytes() const { return beats_ * word_bytes_; }
    /// Bytes that one request can reach: a row, bit-interleaved at one site.
    [[nodiscard]] uint64_t reach_bytes() const { return uint64_t{segments_} * segment_bytes(); }
    [[nodiscard]] uint64_t capacity_bytes() const { return rows_ * sites_ * reach_bytes(); }

    /// `address` < capacity_bytes().
    [[nodiscard]] BytePlace place(uint64_t address) const;
    [[nodiscard]] uint64_t address(const BytePlace& place) const;

   private:
    uint64_t rows_;
    uint32_t sites_;
    uint32_t segments_;
    uint32_t beats_;
    uint32_t word_bytes_;
};

/// The part of a byte access that one request can reach: one READ, or one WRITE with a READ of the partly covered
/// segments before it.
struct TrackAccess {
    uint32_t row = 0;
    uint8_t site = 0;           ///< word-based: 0
    uint64_t seg_mask = 0;      ///< segments touched; neighbours
    uint64_t partial_mask = 0;  ///< of these, segments not wholly covered: the first, the last, or both
    uint32_t skip_bytes = 0;    ///< bytes of the first segment before the access
    uint64_t offset = 0;        ///< where this part begins in the caller's buffer
    uint64_t bytes = 0;         ///< length of this part
};

/// Bytes of the array; meaningful where AddressMap::fits.
[[nodiscard]] uint64_t capacity_bytes(const Geometry& geometry);

/// Whether [address, address + bytes) lies within the capacity.
[[nodiscard]] bool in_range(const Geometry& geometry, uint64_t address, uint64_t bytes);

/// The part of [address, address + bytes) that begins `offset` bytes into it; `offset` < `bytes`.
[[nodiscard]] TrackAccess part_at(const AddressMap& map, uint64_t address, uint64_t bytes, uint64_t offset);

/// Cuts [address, address + bytes), which is in range, into one access per row and site.
[[nodiscard]] std::vector<TrackAccess> split_access(const Geometry& geometry, uint64_t address, uint64_t bytes);

}  // namespace sky::model
