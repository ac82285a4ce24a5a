#include "host/index/tree.hpp"

#include <fmt/format.h>

#include <bit>

namespace sky::index {

Tree::Tree(Kind kind, memory::MemorySession& session, const NodeLayout& layout, const IndexConfig& config)
    : kind_(kind),
      config_(config),
      layout_(layout),
      io_(session, layout_),
      pool_(layout_),
      store_(layout_, pool_, io_),
      log_(layout_, io_) {}

uint32_t Tree::take_node() {
    const uint32_t node = pool_.take();
    leaves_.resize(std::max<size_t>(leaves_.size(), node + 1));
    inners_.resize(leaves_.size());
    return node;
}

uint32_t Tree::new_leaf() {
    const uint32_t node = take_node();
    leaves_[node] = std::make_unique<Leaf>(layout_, node);
    ++leaf_count_;
    if (Changes* const changes = io_.changes()) changes->note(Change::kLeaf, 0, node);
    return node;
}

uint32_t Tree::new_inner() {
    const uint32_t node = take_node();
    inners_[node] = std::make_unique<InnerNode>(layout_, node);
    ++inner_count_;
    if (Changes* const changes = io_.changes()) changes->note(Change::kInner, 0, node);
    return node;
}

void Tree::free_node(uint32_t node) {
    (leaves_[node] ? leaf_count_ : inner_count_) -= 1;
    leaves_[node].reset();
    inners_[node].reset();
    pool_.give_back(node);
    if (Changes* const changes = io_.changes()) changes->note(Change::kFreeNode, 0, node);
}

void Tree::set_root(uint32_t node, uint32_t height) {
    root_ = node;
    height_ = height;
    if (Changes* const changes = io_.changes()) changes->note(Change::kRoot, height, node);
}

Status Tree::check_length(std::span<const std::byte> value) const {
    if (value.size() <= layout_.max_value_bytes) return {};
    return Status::error(
        fmt::format("the value has {} bytes, expected at most {}; raise max_value_bytes (up to {} on this "
                    "geometry) or store shorter values",
                    value.size(), layout_.max_value_bytes, layout_.longest_value_bytes));
}

Status Tree::check_operand(std::span<const std::byte> operand) const {
    if (operand.size() != kWordBytes)
        return Status::error(
            fmt::format("the operand of a merge has {} bytes, expected {}", operand.size(), kWordBytes));
    return check_length(operand);
}

Status Tree::memory_full() const {
    if (free_nodes() == 0 && pool_.free() > 0)
        return Status::error(fmt::format(
            "the memory is full: the log can describe no more than {} internal nodes; use a larger fanout, "
            "more tracks or fewer entries",
            layout_.log_inner_nodes));
    return Status::error(
        fmt::format("the memory is full: {} of {} nodes of {} tracks are in use; use more tracks or fewer entries",
                    pool_.used(), layout_.nodes, layout_.node_lines));
}

void Tree::set_value(Records& records, Record& record, bool indexed, std::span<const std::byte> bytes) {
    record.indexed = indexed;
    record.has_value = true;
    if (indexed) {
        const ValueRef ref = store_.put(bytes);
        record.value = ref.index;
        if (record.kind == MessageKind::kPut && ref.padded) record.kind = MessageKind::kPutPadded;
        return;
    }
    Value value;
    pack(bytes, value);
    records.set_value(record, value);
}

void Tree::read_value(const Records& records, const Record& record, Value& value, Cause cause) {
    if (record.indexed)
        store_.read(record.ref(), value, cause);
    else
        records.get_value(record, value);
}

void Tree::release_value(const Record& record) {
    if (record.names_value()) store_.release(record.ref());
}

void Tree::move_to_leaf(Records& records, Record& record) {
    if (record.indexed == layout_.entry.indexed) return;
    Value value;
    read_value(records, record, value, Cause::kStore);
    release_value(record);
    record.kind = MessageKind::kPut;
    records.set_value(record, value);
}

Tree::Folded Tree::fold(const Records& records, std::span<const Record> messages, const Records& old_records,
                        const Record* old) {
    // The newest message that needs no older one is where it starts.
    size_t start = messages.size();
    while (start > 0 && messages[start - 1].kind == MessageKind::kMerge) --start;
    const bool has_base = start > 0 && is_put(messages[start - 1].kind);
    if (start == messages.size())
        return has_base ? Folded{.what = Folded::What::kMessage, .message = start - 1} : Folded{};
    Value value;
    const auto number_of = [&](const Records& from, const Record& record) {
        read_value(from, record, value, Cause::kStore);
        return value.bytes == kWordBytes ? value.words[0] : 0;
    };
    uint64_t number = 0;
    if (has_base)
        number = number_of(records, messages[start - 1]);
    else if (start == 0 && old != nullptr)
        number = number_of(old_records, *old);
    for (size_t i = start; i < messages.size(); ++i) number += number_of(records, messages[i]);
    return {.what = Folded::What::kNumber, .message = 0, .number = number};
}

void Tree::grow_root() {
    const uint32_t old = root_;
    set_root(new_inner(), height_ + 1);
    pivots(root_).insert(io_, 0, 0, old, Cause::kPivot);
}

Tree::Split Tree::split_leaf(PivotTrack& parent, uint32_t rank, uint32_t node) {
    seal_for_room(parent);
    const uint32_t upper = new_leaf();
    const Key separator = leaf(node).split_into(io_, leaf(upper));
    parent.insert(io_, rank + 1, separator, upper, Cause::kPivot);
    ++counts_.leaf_splits;
    return {upper, separator};
}

Tree::Split Tree::split_inner(PivotTrack& parent, uint32_t rank, uint32_t node) {
    seal_for_room(parent);
    const uint32_t upper = new_inner();
    const Key separator = pivots(node).split_into(io_, pivots(upper));
    buffer(node).split_into(io_, separator, buffer(upper));
    parent.insert(io_, rank + 1, separator, upper, Cause::kPivot);
    ++counts_.inner_splits;
    return {upper, separator};
}

bool Tree::split_path(std::vector<Step>& path) {
    size_t first = path.size();
    while (first > 0 && pivots(path[first - 1].node).full()) --first;
    const bool grows = first == 0;
    if (free_nodes() < path.size() - first + 1 + (grows ? 1 : 0)) return false;
    if (grows) {
        grow_root();
        path.insert(path.begin(), {root_, 0});
        first = 1;
    }
    for (size_t i = first; i < path.size(); ++i) {
        const Step parent = path[i - 1];
        const Split split = split_inner(pivots(parent.node), parent.rank, path[i].node);
        if (const uint32_t kept = pivots(path[i].node).size(); path[i].rank >= kept)
            path[i] = {split.upper, path[i].rank - kept};
    }
    return true;
}

bool Tree::is_underfull(uint32_t node, uint32_t level) const {
    if (level == 1) return 4 * leaves_[node]->size() < leaves_[node]->capacity();
    return 4 * inners_[node]->pivots.size() < layout_.fanout;
}

/// `upper` is child `rank` + 1 of `node`, `lower` the one before it.
bool Tree::merge_pair(uint32_t node, uint32_t rank, uint32_t level, uint32_t lower, uint32_t upper) {
    const auto fits = [](uint32_t a, uint32_t b, uint32_t capacity) { return 4 * (a + b) <= 3 * capacity; };
    if (level == 1) {
        if (!fits(leaf(lower).size(), leaf(upper).size(), layout_.leaf_slots) ||
            leaf(lower).free() < leaf(upper).size())
            return false;
        leaf(upper).move_to(io_, leaf(lower));
        ++counts_.leaf_merges;
    } else {
        if (!fits(pivots(lower).size(), pivots(upper).size(), layout_.fanout) ||
            pivots(lower).free() < pivots(upper).size() || buffer(lower).free() < buffer(upper).size())
            return false;
        pivots(upper).move_to(io_, pivots(lower));
        buffer(upper).move_to(io_, buffer(lower));
        ++counts_.inner_merges;
    }
    pivots(node).erase(io_, rank + 1);
    free_node(upper);
    return true;
}

bool Tree::merge_children(uint32_t node, uint32_t level) {
    bool merged = false;
    for (bool again = true; again && pivots(node).size() > 1;) {
        again = false;
        PivotReader reader(io_, pivots(node), Cause::kSplit);
        for (uint32_t rank = 0; rank < reader.size() && !again; ++rank) {
            const uint32_t child = reader.child(rank, Cause::kSplit);
            if (!is_underfull(child, level)) continue;
            again = (rank + 1 < reader.size() &&
                     merge_pair(node, rank, level, child, reader.child(rank + 1, Cause::kSplit))) ||
                    (rank > 0 && merge_pair(node, rank - 1, level, reader.child(rank - 1, Cause::kSplit), child));
        }
        merged |= again;
    }
    return merged;
}

void Tree::shrink_root() {
    while (height_ > 1 && pivots(root_).size() == 1 && buffer(root_).size() == 0) {
        const uint32_t old = root_;
        set_root(PivotReader(io_, pivots(old), Cause::kSplit).child(0, Cause::kSplit), height_ - 1);
        free_node(old);
    }
}

std::optional<Record> Tree::find_entry(uint32_t node, Key key, Records& records) {
    if (!io_.parallel()) {
        const Place place = leaf(node).find(io_, key);
        if (!place.found) return std::nullopt;
        return leaf(node).entry(io_, place.rank, key, records, Cause::kAnswer);
    }
    const size_t first = records.list.size();
    leaf(node).search(io_, {&key, 1}, records, Cause::kLeafSearch);
    if (records.list.size() == first) return std::nullopt;
    const Record entry = records.list.back();
    records.list.pop_back();
    return entry;
}

std::optional<Bytes> Tree::get(Key key) {
    const std::lock_guard turn(reading_);
    return get_at(key, kNow);
}

Tree::Answer Tree::get_at(Key key, uint64_t last) {
    if (last != kNow)
        if (std::optional<Answer> answer = answer_of_version(key, last)) return *std::move(answer);
    Records records;
    const auto is_enough = [&] { return !records.list.empty() && records.list.back().kind != MessageKind::kMerge; };
    find_waiting(key, last, records);
    uint32_t node = root_;
    for (uint32_t level = height_ - 1; level > 0 && !is_enough(); --level) {
        buffer(node).find(io_, key, last, records, Cause::kBufferScan);
        if (is_enough()) break;
        PivotReader reader(io_, pivots(node), Cause::kPivotSearch);
        node = reader.child(reader.find(key));
    }
    std::optional<Record> entry;
    if (!is_enough()) entry = find_entry(node, key, records);
    Value value;
    if (records.list.empty()) {
        if (!entry) return std::nullopt;
        read_value(records, *entry, value, Cause::kAnswer);
        return unpack(value);
    }
    std::reverse(records.list.begin(), records.list.end());
    const Folded folded = fold(records, records.list, records, entry ? &*entry : nullptr);
    if (folded.what == Folded::What::kNothing) return std::nullopt;
    if (folded.what == Folded::What::kNumber) {
        value.bytes = kWordBytes;
        value.words[0] = folded.number;
    } else {
        read_value(records, records.list[folded.message], value, Cause::kAnswer);
    }
    return unpack(value);
}

/// Tables as a controller would hold them, for the nodes in use and bit-packed. Per entry slot: those of the area,
/// and serially its rank. Per child slot: taken, rank. Per message slot: those of the area, kind and a 64-bit
/// sequence number.
uint64_t Tree::sram_bytes() const {
    const auto bits_for = [](uint64_t values) { return static_cast<uint64_t>(std::bit_width(values - 1)); };
    const uint64_t entry = SlotArea::sram_bits_per_slot(layout_, layout_.entry);
    const uint64_t message = SlotArea::sram_bits_per_slot(layout_, layout_.message);
    const uint64_t rank = io_.parallel() ? 0 : bits_for(layout_.leaf_slots);
    const uint64_t leaf_bits = layout_.leaf_slots * (entry + rank);
    const uint64_t pivot_bits = layout_.fanout * (1 + bits_for(layout_.fanout));
    const uint64_t buffer_bits = layout_.buffer_slots * (message + (layout_.message.indexed ? 0 : 2) + 64);
    return (leaf_count_ * leaf_bits + inner_count_ * (pivot_bits + buffer_bits) + 7) / 8 + io_.sram_bytes() +
           (store_.lines() > 0 ? store_.sram_bytes() : 0) + versions_.sram_bytes();
}

stats::Group Tree::statistics() const {
    const std::lock_guard turn(reading_);
    stats::Group group("index", "counts of the index itself");
    uint64_t entries = 0;
    uint64_t messages = 0;
    for (const auto& node : leaves_)
        if (node) entries += node->size();
    for (const auto& node : inners_)
        if (node) messages += node->buffer.size();
    group.count("nodes", leaf_count_ + inner_count_, "nodes", "nodes in use")
        .count("node_capacity", layout_.nodes, "nodes", "nodes the memory has room for")
        .count("leaves", leaf_count_, "nodes", "nodes that hold entries")
        .count("height", height_, "levels", "levels of the tree, leaves included")
        .count("leaf_entries", entries, "entries", "entries in leaves")
        .count("buffered_messages", messages, "messages", "messages that wait in buffers")
        .count("waiting_messages", waiting_records().size(), "messages",
               "messages staged in SRAM in front of the root")
        .count("leaf_splits", counts_.leaf_splits, "splits", "leaves split at the median")
        .count("inner_splits", counts_.inner_splits, "splits", "internal nodes split at the median")
        .count("leaf_merges", counts_.leaf_merges, "merges", "leaves under a quarter full joined with a neighbour")
        .count("inner_merges", counts_.inner_merges, "merges",
               "internal nodes under a quarter full joined with a neighbour")
        .count("flushes", counts_.flushes, "flushes", "times that messages were chosen in a buffer to go down")
        .count("messages_flushed", counts_.messages_flushed, "messages", "messages that went one level down")
        .count("messages_superseded", counts_.messages_superseded, "messages",
               "messages dropped for a newer one in their batch")
        .count("store_tracks", store_.lines(), "tracks", "tracks of the value store")
        .count("store_values", store_.live_values(), "values", "values in the value store")
        .count("store_words", store_.live_words(), "words", "words of the slots they take")
        .count("snapshots", versions_.snapshots(), "snapshots", "snapshots that live, those of iterators included")
        .count("pinned_versions", versions_.versions(), "versions",
               "entries that were replaced or erased and that a snapshot sees")
        .count("pinned_values", pinned_values(), "values", "values in the value store that only snapshots hold")
        .count("sram_bytes", sram_bytes(), "bytes",
               "metadata of the nodes in use, bit-packed; not charged as device operations");
    if (durable())
        group.count("log_frames", log_.frames(), "frames", "frames of the log that were written")
            .count("log_generations", log_.generations(), "generations", "times that the log was begun anew");
    io_.add_statistics(group);
    return group;
}

}  // namespace sky::index
