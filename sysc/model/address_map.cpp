#include "sysc/model/address_map.hpp"

#include <algorithm>

namespace sky::model {

WordPlace WordAddressMap::place(uint64_t address) const {
    const uint64_t in_track = address % track_bytes();
    return {.row = static_cast<uint32_t>(address / track_bytes()),
            .segment = static_cast<uint32_t>(in_track / word_bytes()),
            .byte = static_cast<uint32_t>(in_track % word_bytes())};
}

uint64_t WordAddressMap::address(const WordPlace& place) const {
    return place.row * track_bytes() + uint64_t{place.segment} * word_bytes() + place.byte;
}

bool in_range(const Geometry& geometry, uint64_t address, uint64_t bytes) {
    const uint64_t capacity = WordAddressMap(geometry).capacity_bytes();
    return address <= capacity && bytes <= capacity - address;
}

std::vector<TrackAccess> split_access(const Geometry& geometry, uint64_t address, uint64_t bytes) {
    const WordAddressMap map(geometry);
    std::vector<TrackAccess> parts;
    for (uint64_t offset = 0; offset < bytes;) {
        const WordPlace first = map.place(address + offset);
        const uint64_t rest_of_track = map.track_bytes() - (address + offset) % map.track_bytes();
        const uint64_t length = std::min(bytes - offset, rest_of_track);
        const WordPlace last = map.place(address + offset + length - 1);
        TrackAccess part{.row = first.row, .skip_bytes = first.byte, .offset = offset, .bytes = length};
        for (uint32_t g = first.segment; g <= last.segment; ++g) part.seg_mask |= uint64_t{1} << g;
        if (first.byte != 0) part.partial_mask |= uint64_t{1} << first.segment;
        if (last.byte + 1 != map.word_bytes()) part.partial_mask |= uint64_t{1} << last.segment;
        parts.push_back(part);
        offset += length;
    }
    return parts;
}

}  // namespace sky::model
