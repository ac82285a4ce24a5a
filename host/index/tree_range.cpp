#include <algorithm>

#include "host/index/tree.hpp"

namespace sky::index {

Tree::Chunk Tree::load_chunk(Key at, const Reach& reach) {
    Chunk chunk;
    chunk.first = reach.low;
    chunk.last = reach.high;
    std::vector<uint32_t> path;
    uint32_t node = root_;
    for (uint32_t level = height_ - 1; level > 0; --level) {
        path.push_back(node);
        PivotReader reader(io_, pivots(node), Cause::kPivotSearch);
        const uint32_t rank = reader.find(at);
        if (rank > 0) chunk.first = std::max(chunk.first, reader.bound(rank));
        if (rank + 1 < reader.size()) chunk.last = std::min(chunk.last, reader.bound(rank + 1) - 1);
        node = reader.child(rank);
    }
    if (!io_.parallel()) (reach.backward ? chunk.last : chunk.first) = at;
    collect_waiting(chunk.first, chunk.last, reach.last, chunk.messages);
    for (const uint32_t inner : path)
        buffer(inner).collect(io_, chunk.first, chunk.last, reach.last, chunk.messages, Cause::kRange);
    collect_entries(node, reach, chunk);
    merge_chunk(chunk);
    return chunk;
}

/// Of the leaf; cuts the chunk off where there are enough.
void Tree::collect_entries(uint32_t node, const Reach& reach, Chunk& chunk) {
    std::vector<Record>& entries = chunk.entries.list;
    if (io_.parallel() && reach.last != kNow) {
        // All keys of the leaf are wanted, so none is looked at first.
        leaf(node).load(io_, chunk.entries, Cause::kRange);
    } else if (reach.backward && !io_.parallel()) {
        const size_t wanted = reach.at_most + chunk.messages.list.size();
        leaf(node).collect_back(io_, chunk.first, chunk.last, wanted, chunk.entries, Cause::kRange);
        if (entries.size() == wanted) chunk.first = entries.back().key;
        std::erase_if(chunk.messages.list, [&](const Record& message) { return message.key < chunk.first; });
    } else {
        const size_t messages = chunk.messages.list.size();
        const size_t wanted = reach.at_most < SIZE_MAX - messages ? reach.at_most + messages : reach.at_most;
        leaf(node).collect(io_, chunk.first, chunk.last, wanted, chunk.entries, Cause::kRange);
        if (!io_.parallel() && entries.size() == wanted) chunk.last = entries.back().key;
    }
    if (reach.last != kNow) see_entries_at(chunk, reach.last);
}

/// Sorts messages and entries and finds out what is left of each key.
void Tree::merge_chunk(Chunk& chunk) {
    std::vector<Record>& messages = chunk.messages.list;
    std::vector<Record>& entries = chunk.entries.list;
    std::sort(messages.begin(), messages.end(), by_key_and_age);
    std::sort(entries.begin(), entries.end(), by_key_and_age);
    size_t m = 0;
    size_t e = 0;
    const auto key_of = [&](const std::vector<Record>& list, size_t i) {
        return i < list.size() && list[i].key <= chunk.last ? std::optional(list[i].key) : std::nullopt;
    };
    for (;;) {
        const std::optional<Key> message = key_of(messages, m);
        const std::optional<Key> entry = key_of(entries, e);
        if (!message && !entry) return;
        Chunk::Item item;
        item.key = !entry || (message && *message < *entry) ? *message : *entry;
        item.first_message = m;
        if (entry == item.key) item.entry = e++;
        while (key_of(messages, m) == item.key) ++m;
        const std::span<Record> of_key(messages.begin() + static_cast<std::ptrdiff_t>(item.first_message),
                                       messages.begin() + static_cast<std::ptrdiff_t>(m));
        if (of_key.empty()) {
            chunk.items.push_back(item);
            continue;
        }
        // Only operands have to be read to know the value; whether there is one the kinds say.
        if (of_key.back().kind == MessageKind::kDelete) continue;
        item.folded = fold(chunk.messages, of_key, chunk.entries, item.entry ? &entries[*item.entry] : nullptr);
        chunk.items.push_back(item);
    }
}

Bytes Tree::value_of(const Chunk& chunk, const Chunk::Item& item) {
    Value value;
    switch (item.folded.what) {
        case Folded::What::kNothing:
            read_value(chunk.entries, chunk.entries.list[*item.entry], value, Cause::kAnswer);
            break;
        case Folded::What::kMessage:
            read_value(chunk.messages, chunk.messages.list[item.first_message + item.folded.message], value,
                       Cause::kAnswer);
            break;
        case Folded::What::kNumber:
            value.bytes = kWordBytes;
            value.words[0] = item.folded.number;
            break;
    }
    return unpack(value);
}

std::vector<Entry> Tree::range(Key low, Key high, size_t limit) {
    const std::lock_guard turn(reading_);
    std::vector<Entry> answer;
    if (low > high || limit == 0) return answer;
    for (Key at = low;;) {
        const Chunk chunk = load_chunk(at, {.low = at, .high = high, .at_most = limit - answer.size()});
        for (const Chunk::Item& item : chunk.items) {
            answer.emplace_back(item.key, value_of(chunk, item));
            if (answer.size() == limit) return answer;
        }
        if (chunk.last >= high) return answer;
        at = chunk.last + 1;
    }
}

}  // namespace sky::index
