#include <algorithm>

#include "host/index/beps.hpp"

namespace sky::index {

void Beps::apply_to_leaf(const Target& target, Records& records, std::span<Record> messages) {
    if (messages.empty()) return;
    if (io_.parallel())
        apply_by_lines(target, records, messages);
    else
        apply_by_rank(target, records, messages);
}

std::vector<Beps::Group> Beps::groups_of(std::span<Record> messages) {
    std::vector<Group> groups;
    for (size_t first = 0; first < messages.size();) {
        size_t end = first + 1;
        while (end < messages.size() && messages[end].key == messages[first].key) ++end;
        groups.push_back({.messages = messages.subspan(first, end - first)});
        first = end;
    }
    return groups;
}

/// The entry a group leaves, if it leaves one; frees the value slots of the messages that are not needed any more.
/// False when there is no room for a value made of operands; then nothing was done.
bool Beps::make_entry(const MessageBuffer* from, Records& records, Group& group, Record& entry) {
    const auto release_all_but = [&](size_t kept) {
        for (size_t i = 0; i < group.messages.size(); ++i)
            if (i != kept && (group.keeps.empty() || !group.keeps[i])) release_value(group.messages[i]);
    };
    if (!group.leaves_value()) {
        keep_versions(from, records, group);
        release_all_but(group.messages.size());
        return true;
    }
    const bool has_operands = group.messages.size() > 1 || group.messages.front().kind == MessageKind::kMerge;
    if (from != nullptr)
        for (Record& message : group.messages) from->load_value(io_, records, message, Cause::kFlushValue);
    if (has_operands)
        if (Status status = reserve(layout_.entry.indexed, kWordBytes); !status.ok()) return false;
    keep_versions(from, records, group);
    const Folded folded = fold(records, group.messages, records, group.old ? &*group.old : nullptr);
    if (folded.what == Folded::What::kMessage) {
        entry = group.messages[folded.message];
        release_all_but(folded.message);
        move_to_leaf(records, entry);
        return true;
    }
    Value value;
    value.bytes = kWordBytes;
    value.words[0] = folded.number;
    entry = {.key = group.key()};
    set_value(records, entry, layout_.entry.indexed, unpack(value));
    release_all_but(group.messages.size());
    return true;
}

void Beps::release_old(const Group& group) {
    if (group.old && !group.keeps_old) release_value(*group.old);
}

/// From the highest key down, so that the places found before the first change stay right; splits the leaf while its
/// parent has room for the halves.
void Beps::apply_by_rank(const Target& target, Records& records, std::span<Record> messages) {
    struct Part {
        uint32_t leaf;
        uint32_t first;  // of its entries, counted in the leaf as it was searched
        uint32_t rank;   // in the parent
    };
    std::vector<Part> parts{{target.leaf, 0, target.rank}};
    std::vector<Group> groups = groups_of(messages);
    std::vector<Key> keys;
    keys.reserve(groups.size());
    for (const Group& group : groups) keys.push_back(group.key());
    std::vector<Place> places(keys.size());
    leaf(target.leaf).find_all(io_, keys, places);

    for (size_t i = groups.size(); i-- > 0;) {
        Group& group = groups[i];
        Place place = places[i];
        const auto leave_parts_above = [&] {
            while (parts.size() > 1 && place.rank + (place.found ? 1 : 0) <= parts.back().first) parts.pop_back();
        };
        leave_parts_above();
        if (!place.found && group.leaves_value() && leaf(parts.back().leaf).full()) {
            if (!target.can_split(free_nodes())) continue;
            const Part lower = parts.back();
            const uint32_t upper = split_leaf(*target.parent, lower.rank, lower.leaf).upper;
            parts.push_back({upper, lower.first + leaf(lower.leaf).size(), lower.rank + 1});
            leave_parts_above();
        }
        place.rank -= parts.back().first;
        apply_at(leaf(parts.back().leaf), place, target.from, records, group);
    }
    if (target.from == nullptr) return;
    std::vector<Record> done;
    std::copy_if(messages.begin(), messages.end(), std::back_inserter(done),
                 [](const Record& message) { return message.done; });
    target.from->release_all(io_, done);
}

/// `place` is that of the group's key in `into`, which has room if it must.
void Beps::apply_at(Leaf& into, Place place, const MessageBuffer* from, Records& records, Group& group) {
    const bool needs_old = layout_.entry.indexed || group.messages.front().kind == MessageKind::kMerge ||
                           versions_.sees_entry(group.key(), group.messages.front().sequence);
    if (place.found && needs_old) group.old = into.entry(io_, place.rank, group.key(), records, Cause::kLeafSearch);
    Record entry;
    if (!make_entry(from, records, group, entry)) return;
    release_old(group);
    if (!group.leaves_value()) {
        if (place.found) into.erase(io_, place.rank);
    } else if (place.found) {
        into.overwrite(io_, place.rank, records, entry, Cause::kLeafEntry);
    } else {
        into.insert(io_, place.rank, records, entry, Cause::kLeafEntry);
    }
    for (Record& message : group.messages) message.done = true;
}

/// All at once when the leaf has room for what it does not hold yet, else in two halves of it.
void Beps::apply_by_lines(const Target& target, Records& records, std::span<Record> messages) {
    if (messages.empty()) return;
    std::vector<Group> groups = groups_of(messages);
    std::vector<Key> keys;
    keys.reserve(groups.size());
    for (const Group& group : groups) keys.push_back(group.key());
    // `messages` may lie in records.list, so only the words are shared.
    Records found;
    found.words.swap(records.words);
    leaf(target.leaf).search(io_, keys, found, Cause::kLeafSearch);
    found.words.swap(records.words);
    for (const Record& entry : found.list) {
        const auto place = std::lower_bound(keys.begin(), keys.end(), entry.key);
        groups[static_cast<size_t>(place - keys.begin())].old = entry;
    }
    const auto inserts = [&](const Group& group) { return (!group.old || durable()) && group.leaves_value(); };
    const auto inserted = static_cast<size_t>(std::count_if(groups.begin(), groups.end(), inserts));
    if (leaf(target.leaf).free() < inserted && leaf(target.leaf).slots().unsettled() > 0 && target.from != nullptr)
        seal();
    size_t room = leaf(target.leaf).free();
    if (inserted > room) {
        if (target.can_split(free_nodes()) && 2 * leaf(target.leaf).size() >= leaf(target.leaf).capacity())
            return apply_to_halves(target, records, messages);
        // A leaf that is less than half full has no median to split at: it is filled first.
        const bool goes_on = target.can_split(free_nodes());
        std::erase_if(groups, [&](const Group& group) { return inserts(group) && (room == 0 || room-- == 0); });
        apply_groups(target, records, groups);
        if (!goes_on) return;
        const auto rest =
            std::stable_partition(messages.begin(), messages.end(), [](const Record& m) { return m.done; });
        if (rest == messages.begin()) return;
        return apply_by_lines(target, records, messages.subspan(static_cast<size_t>(rest - messages.begin())));
    }
    apply_groups(target, records, groups);
}

void Beps::apply_to_halves(const Target& target, Records& records, std::span<Record> messages) {
    const Split split = split_leaf(*target.parent, target.rank, target.leaf);
    const auto upper =
        std::find_if(messages.begin(), messages.end(), [&](const Record& m) { return m.key >= split.separator; });
    const auto lower_count = static_cast<size_t>(upper - messages.begin());
    Target above = target;
    above.leaf = split.upper;
    above.rank = target.rank + 1;
    apply_by_lines(above, records, messages.subspan(lower_count));
    apply_by_lines(target, records, messages.first(lower_count));
}

/// What a leaf has room for: one pass for each line that is touched.
void Beps::apply_groups(const Target& target, Records& records, std::span<Group> groups) {
    std::vector<Record> applied;
    std::vector<Record> inserted;
    std::vector<Record> overwritten;
    std::vector<Record> erased;
    for (Group& group : groups) {
        Record entry;
        if (!make_entry(target.from, records, group, entry)) continue;
        release_old(group);
        if (!group.leaves_value()) {
            if (group.old) erased.push_back(*group.old);
        } else if (group.old && !durable()) {
            entry.slot = group.old->slot;
            overwritten.push_back(entry);
        } else {
            // The old one is valid until the log says otherwise.
            if (group.old) erased.push_back(*group.old);
            inserted.push_back(entry);
        }
        for (Record& message : group.messages) message.done = true;
        applied.insert(applied.end(), group.messages.begin(), group.messages.end());
    }
    Leaf& into = leaf(target.leaf);
    into.release_all(io_, erased);
    into.overwrite_all(io_, records, overwritten, Cause::kLeafEntry);
    into.add_all(io_, records, inserted, Cause::kLeafEntry);
    if (target.from != nullptr) target.from->release_all(io_, applied);
}

}  // namespace sky::index
