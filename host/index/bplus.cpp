#include "host/index/bplus.hpp"

namespace sky::index {

uint32_t Bplus::descend(Key key) {
    path_.clear();
    uint32_t node = root_;
    for (uint32_t level = height_ - 1; level > 0; --level) {
        const uint32_t rank = pivots(node).find(io_, key);
        path_.push_back({node, rank});
        node = pivots(node).child(io_, rank);
    }
    return node;
}

Status Bplus::put(Key key, std::span<const std::byte> bytes) {
    if (Status status = check_length(bytes); !status.ok()) return status;
    Value value;
    pack(bytes, value);
    const uint32_t node = descend(key);
    return put_at_leaf(path_, node, key, value);
}

Status Bplus::erase(Key key) {
    const uint32_t node = descend(key);
    if (const Place place = leaf(node).find(io_, key); place.found) leaf(node).erase(place.rank);
    return {};
}

}  // namespace sky::index
