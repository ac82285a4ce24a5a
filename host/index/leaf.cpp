#include "host/index/leaf.hpp"

#include <fmt/format.h>

#include <optional>

namespace sky::index {
namespace {

/// Binary search of `key` between ranks `low` and `high`; `key_at(rank)` reads.
template <typename KeyAt>
Place find_between(uint32_t low, uint32_t high, Key key, KeyAt&& key_at) {
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const Key there = key_at(middle);
        if (there == key) return {middle, true};
        if (there < key)
            low = middle + 1;
        else
            high = middle;
    }
    return {low, false};
}

/// The recursion of Leaf::find_all: the median key first, then each half within the interval that is left.
template <typename KeyAt>
void find_halves(std::span<const Key> keys, std::span<Place> places, uint32_t low, uint32_t high, KeyAt& key_at) {
    if (keys.empty()) return;
    const size_t median = keys.size() / 2;
    const Place place = find_between(low, high, keys[median], key_at);
    places[median] = place;
    find_halves(keys.first(median), places.first(median), low, place.rank, key_at);
    find_halves(keys.subspan(median + 1), places.subspan(median + 1), place.rank + (place.found ? 1 : 0), high,
                key_at);
}

}  // namespace

Place Leaf::find(WordIo& io, Key key) const {
    return find_between(0, size(), key, [&](uint32_t rank) { return this->key(io, rank, Cause::kLeafSearch); });
}

void Leaf::find_all(WordIo& io, std::span<const Key> keys, std::span<Place> places) const {
    std::vector<std::optional<Key>> known(size());
    auto key_at = [&](uint32_t rank) {
        if (!known[rank]) known[rank] = key(io, rank, Cause::kLeafSearch);
        return *known[rank];
    };
    find_halves(keys, places, 0, size(), key_at);
}

void Leaf::insert(WordIo& io, uint32_t rank, Key key, const Value& value, Cause cause) {
    const uint32_t slot = slots_.add(io, key, value, cause);
    ranks_.insert(ranks_.begin() + rank, static_cast<uint16_t>(slot));
}

void Leaf::erase(uint32_t rank) {
    slots_.release(ranks_[rank]);
    ranks_.erase(ranks_.begin() + rank);
}

Key Leaf::split_into(WordIo& io, Leaf& upper) {
    const uint32_t keep = size() / 2;
    const uint32_t all = size();
    Key separator = 0;
    Value value;
    for (uint32_t rank = keep; rank < all; ++rank) {
        const Key moved = key(io, rank, Cause::kSplit);
        if (rank == keep) separator = moved;
        read_value(io, rank, value, Cause::kSplit);
        upper.insert(io, rank - keep, moved, value, Cause::kSplit);
        slots_.release(ranks_[rank]);
    }
    ranks_.resize(keep);
    return separator;
}

std::string Leaf::verify(WordIo& io, Key low, Key high) const {
    if (std::string why = slots_.verify(ranks_); !why.empty()) return why;
    std::optional<Key> previous;
    for (uint32_t rank = 0; rank < size(); ++rank) {
        const Key here = key(io, rank, Cause::kVerify);
        if (here < low || here > high) return fmt::format("key {:#x} is outside [{:#x}, {:#x}]", here, low, high);
        if (previous && here <= *previous)
            return fmt::format("key {:#x} at rank {} follows {:#x}", here, rank, *previous);
        previous = here;
    }
    return {};
}

}  // namespace sky::index
