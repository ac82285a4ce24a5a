#include "sysc/model/address_map.hpp"

#include <algorithm>

namespace sky::model {

AddressMap::AddressMap(const Geometry& geometry)
    : rows_(geometry.rows()),
      sites_(geometry.mapping() == Mapping::kWord ? 1 : geometry.sites_per_segment),
      segments_(geometry.segments),
      beats_(geometry.beats_per_segment()),
      word_bytes_(geometry.word_bits() / 8) {}

BytePlace AddressMap::place(uint64_t address) const {
    BytePlace place;
    const auto digit = [&address](uint32_t radix) {
        const auto value = static_cast<uint32_t>(address % radix);
        address /= radix;
        return value;
    };
    place.byte = digit(word_bytes_);
    place.beat = digit(beats_);
    place.segment = digit(segments_);
    place.site = digit(sites_);
    place.row = static_cast<uint32_t>(address);
    return place;
}

uint64_t AddressMap::address(const BytePlace& place) const {
    uint64_t address = place.row;
    address = address * sites_ + place.site;
    address = address * segments_ + place.segment;
    address = address * beats_ + place.beat;
    return address * word_bytes_ + place.byte;
}

uint64_t capacity_bytes(const Geometry& geometry) { return AddressMap(geometry).capacity_bytes(); }

bool in_range(const Geometry& geometry, uint64_t address, uint64_t bytes) {
    const uint64_t capacity = capacity_bytes(geometry);
    return address <= capacity && bytes <= capacity - address;
}

TrackAccess part_at(const AddressMap& map, uint64_t address, uint64_t bytes, uint64_t offset) {
    const uint64_t begin = address + offset;
    const uint64_t length = std::min(bytes - offset, map.reach_bytes() - begin % map.reach_bytes());
    const uint32_t segment_bytes = map.segment_bytes();
    const BytePlace first = map.place(begin);
    const BytePlace last = map.place(begin + length - 1);
    TrackAccess part{.row = first.row,
                     .site = static_cast<uint8_t>(first.site),
                     .skip_bytes = static_cast<uint32_t>(begin % segment_bytes),
                     .offset = offset,
                     .bytes = length};
    for (uint32_t g = first.segment; g <= last.segment; ++g) part.seg_mask |= uint64_t{1} << g;
    if (part.skip_bytes != 0) part.partial_mask |= uint64_t{1} << first.segment;
    if ((begin + length) % segment_bytes != 0) part.partial_mask |= uint64_t{1} << last.segment;
    return part;
}

std::vector<TrackAccess> split_access(const Geometry& geometry, uint64_t address, uint64_t bytes) {
    const AddressMap map(geometry);
    std::vector<TrackAccess> parts;
    for (uint64_t offset = 0; offset < bytes; offset += parts.back().bytes)
        parts.push_back(part_at(map, address, bytes, offset));
    return parts;
}

}  // namespace sky::model
