#include "host/index/leaf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
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

Place Leaf::find(LineIo& io, Key key) const {
    return find_between(0, size(), key, [&](uint32_t rank) { return this->key(io, rank, Cause::kLeafSearch); });
}

void Leaf::find_all(LineIo& io, std::span<const Key> keys, std::span<Place> places) const {
    std::vector<std::optional<Key>> known(size());
    auto key_at = [&](uint32_t rank) {
        if (!known[rank]) known[rank] = key(io, rank, Cause::kLeafSearch);
        return *known[rank];
    };
    find_halves(keys, places, 0, size(), key_at);
}

Record Leaf::entry(LineIo& io, uint32_t rank, Key key, Records& records, Cause cause) const {
    Record record{.key = key, .slot = ranks_[rank]};
    slots_.load_payload(io, records, record, cause);
    return record;
}

void Leaf::insert(LineIo& io, uint32_t rank, const Records& records, Record& record, Cause cause) {
    slots_.add(io, records, record, cause);
    ranks_.insert(ranks_.begin() + rank, record.slot);
}

void Leaf::overwrite(LineIo& io, uint32_t rank, const Records& records, Record& record, Cause cause) {
    record.slot = ranks_[rank];
    slots_.overwrite_all(io, records, {&record, 1}, cause);
}

void Leaf::erase(LineIo& io, uint32_t rank) {
    slots_.release(io, ranks_[rank]);
    ranks_.erase(ranks_.begin() + rank);
}

void Leaf::search(LineIo& io, std::span<const Key> keys, Records& found, Cause cause) const {
    const auto wanted = [&](const Record& record) {
        return std::binary_search(keys.begin(), keys.end(), record.key);
    };
    const size_t first = found.list.size();
    for (uint32_t line = 0; line < slots_.lines(); ++line) {
        uint64_t which = slots_.taken_of_line(line);
        if (which == 0) continue;
        if (slots_.has_fingerprints()) {
            which = 0;
            for (const Key key : keys) which |= slots_.candidates(line, key);
        } else if (keys.size() == 1) {
            which = slots_.in_range(io, line, keys[0], keys[0], cause);
        }
        slots_.load_line(io, line, which, found, cause);
    }
    found.list.erase(std::remove_if(found.list.begin() + static_cast<std::ptrdiff_t>(first), found.list.end(),
                                    [&](const Record& record) { return !wanted(record); }),
                     found.list.end());
}

void Leaf::load(LineIo& io, Records& records, Cause cause) const {
    if (io.parallel()) return slots_.load_all(io, records, cause);
    for (uint32_t rank = 0; rank < size(); ++rank)
        records.list.push_back(entry(io, rank, key(io, rank, cause), records, cause));
}

void Leaf::collect(LineIo& io, Key low, Key high, size_t at_most, Records& records, Cause cause) const {
    if (io.parallel()) return slots_.load_range(io, low, high, records, cause);
    for (uint32_t rank = find(io, low).rank; rank < size() && at_most > 0; ++rank, --at_most) {
        const Key here = key(io, rank, cause);
        if (here > high) return;
        records.list.push_back(entry(io, rank, here, records, Cause::kAnswer));
    }
}

void Leaf::collect_back(LineIo& io, Key low, Key high, size_t at_most, Records& records, Cause cause) const {
    const Place end = find(io, high);
    for (uint32_t rank = end.rank + (end.found ? 1 : 0); rank > 0 && at_most > 0; --rank, --at_most) {
        const Key here = key(io, rank - 1, cause);
        if (here < low) return;
        records.list.push_back(entry(io, rank - 1, here, records, Cause::kAnswer));
    }
}

Key Leaf::split_into(LineIo& io, Leaf& upper) {
    return io.parallel() ? split_by_lines(io, upper) : split_by_rank(io, upper);
}

Key Leaf::split_by_rank(LineIo& io, Leaf& upper) {
    const uint32_t keep = size() / 2;
    const uint32_t all = size();
    Key separator = 0;
    Records moving;
    for (uint32_t rank = keep; rank < all; ++rank) {
        moving.clear();
        Record moved = entry(io, rank, key(io, rank, Cause::kSplit), moving, Cause::kSplit);
        if (rank == keep) separator = moved.key;
        slots_.release(io, ranks_[rank]);
        upper.insert(io, rank - keep, moving, moved, Cause::kSplit);
    }
    ranks_.resize(keep);
    return separator;
}

/// Lines that hold the upper half only are handed over, with relabel; the rest is moved.
Key Leaf::split_by_lines(LineIo& io, Leaf& upper) {
    Records all;
    load(io, all, Cause::kSplit);
    std::sort(all.list.begin(), all.list.end(), by_key_and_age);
    const auto middle = all.list.begin() + static_cast<std::ptrdiff_t>(all.list.size() / 2);
    const Key separator = middle->key;
    std::vector<Record> moving(middle, all.list.end());
    for (const uint32_t line : slots_.take_whole_lines(moving)) slots_.swap_line(io, line, upper.slots_);
    slots_.release_all(io, moving);
    upper.slots_.add_all(io, all, moving, Cause::kSplit);
    return separator;
}

void Leaf::move_to(LineIo& io, Leaf& other) {
    Records all;
    load(io, all, Cause::kSplit);
    slots_.release_all(io, all.list);
    if (io.parallel()) {
        other.slots_.add_all(io, all, all.list, Cause::kSplit);
        return;
    }
    ranks_.clear();
    for (Record& record : all.list) other.insert(io, other.size(), all, record, Cause::kSplit);
}

std::string Leaf::verify(LineIo& io, Key low, Key high, Records& records) const {
    if (std::string why = slots_.verify(); !why.empty()) return why;
    if (!io.parallel() && ranks_.size() != size())
        return fmt::format("{} entries are ranked and {} taken", ranks_.size(), size());
    const size_t first = records.list.size();
    if (io.parallel() || slots_.format().indexed) {
        load(io, records, Cause::kVerify);
    } else {
        for (uint32_t rank = 0; rank < size(); ++rank)
            records.list.push_back({.key = key(io, rank, Cause::kVerify), .slot = ranks_[rank]});
    }
    const auto begin = records.list.begin() + static_cast<std::ptrdiff_t>(first);
    if (io.parallel()) std::sort(begin, records.list.end(), by_key_and_age);
    for (auto it = begin; it != records.list.end(); ++it) {
        if (!slots_.taken(it->slot)) return fmt::format("slot {} is ranked and free", it->slot);
        if (it->key < low || it->key > high)
            return fmt::format("key {:#x} is outside [{:#x}, {:#x}]", it->key, low, high);
        if (it != begin && it->key <= (it - 1)->key)
            return fmt::format("key {:#x} follows {:#x}", it->key, (it - 1)->key);
    }
    return {};
}

}  // namespace sky::index
