#include "host/index/versions.hpp"

#include <algorithm>

namespace sky::index {

std::vector<ValueRef> VersionTable::drop_snapshot(uint64_t sequence) {
    std::vector<ValueRef> freed;
    snapshots_.erase(snapshots_.find(sequence));
    if (snapshots_.contains(sequence)) return freed;
    for (auto it = histories_.begin(); it != histories_.end();) {
        History& history = it->second;
        if (!any_in(0, history.born)) history.born = 0;
        versions_ -= std::erase_if(history.versions, [&](const Version& version) {
            if (any_in(version.born, version.died)) return false;
            if (version.indexed) freed.push_back(version.ref);
            return true;
        });
        it = history.born == 0 && history.versions.empty() ? histories_.erase(it) : std::next(it);
    }
    return freed;
}

bool VersionTable::any_in(uint64_t first, uint64_t end) const {
    if (snapshots_.empty()) return false;
    const auto it = snapshots_.lower_bound(first);
    return it != snapshots_.end() && *it < end;
}

uint64_t VersionTable::born(Key key) const {
    const auto it = histories_.find(key);
    return it != histories_.end() ? it->second.born : 0;
}

void VersionTable::entry_written(Key key, uint64_t sequence) {
    if (any_in(0, sequence))
        histories_[key].born = sequence;
    else
        entry_erased(key);
}

void VersionTable::entry_erased(Key key) {
    if (histories_.empty()) return;
    const auto it = histories_.find(key);
    if (it == histories_.end()) return;
    it->second.born = 0;
    if (it->second.versions.empty()) histories_.erase(it);
}

void VersionTable::keep(const Records& records, const Record& record, uint64_t born, uint64_t died) {
    Version version{.born = born, .died = died, .indexed = record.indexed};
    if (record.indexed) {
        version.ref = record.ref();
    } else {
        Value value;
        records.get_value(record, value);
        version.bytes = unpack(value);
    }
    histories_[record.key].versions.push_back(std::move(version));
    ++versions_;
}

void VersionTable::keep_number(Key key, uint64_t number, uint64_t born, uint64_t died) {
    Value value;
    value.bytes = kWordBytes;
    value.words[0] = number;
    histories_[key].versions.push_back({.born = born, .died = died, .bytes = unpack(value)});
    ++versions_;
}

const VersionTable::Version* VersionTable::seen_at(const History& history, uint64_t sequence) {
    for (const Version& version : history.versions)
        if (version.born <= sequence && sequence < version.died) return &version;
    return nullptr;
}

VersionTable::Seen VersionTable::find(Key key, uint64_t sequence) const {
    const auto it = histories_.find(key);
    if (it == histories_.end()) return {};
    if (const Version* version = seen_at(it->second, sequence))
        return {.where = Seen::Where::kHere, .version = version};
    return {.where = it->second.born > sequence ? Seen::Where::kNowhere : Seen::Where::kLeaf};
}

Record VersionTable::to_entry(Key key, const Version& version, Records& records) {
    Record entry{.key = key};
    if (version.indexed) {
        entry.indexed = entry.has_value = true;
        entry.value = version.ref.index;
        entry.kind = version.ref.padded ? MessageKind::kPutPadded : MessageKind::kPut;
    } else {
        Value value;
        pack(version.bytes, value);
        records.set_value(entry, value);
    }
    return entry;
}

void VersionTable::collect(Key low, Key high, uint64_t sequence, Records& records) const {
    for (auto it = histories_.lower_bound(low); it != histories_.end() && it->first <= high; ++it)
        if (const Version* version = seen_at(it->second, sequence))
            records.list.push_back(to_entry(it->first, *version, records));
}

std::vector<ValueRef> VersionTable::values() const {
    std::vector<ValueRef> values;
    for (const auto& [key, history] : histories_)
        for (const Version& version : history.versions)
            if (version.indexed) values.push_back(version.ref);
    return values;
}

/// A sequence number for each snapshot; of each key itself and when its entry was born; of each version when it was
/// born and died, its key, and a value slot's number or the bytes.
uint64_t VersionTable::sram_bytes() const {
    uint64_t bytes = 8 * snapshots_.size();
    for (const auto& [key, history] : histories_) {
        if (history.born != 0) bytes += 16;
        for (const Version& version : history.versions) bytes += 24 + (version.indexed ? 4 : version.bytes.size());
    }
    return bytes;
}

}  // namespace sky::index
