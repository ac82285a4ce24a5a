#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "host/index/tree.hpp"

namespace sky::index {

/// What the log said so far that has no place in the tree yet.
struct Tree::Replay {
    uint64_t age = 1ULL << 16;  ///< of the next message; those of kOrder are below
    std::vector<Record> waiting;
};

void Tree::commit() { seal(); }

uint32_t Tree::free_nodes() const {
    if (!durable()) return pool_.free();
    const uint32_t describable = layout_.log_inner_nodes - std::min(inner_count_, layout_.log_inner_nodes);
    return std::min(pool_.free(), describable);
}

Status Tree::reserve_settled(bool indexed, size_t bytes) {
    Status status = reserve(indexed, bytes);
    if (status.ok()) return status;
    bring_down();
    seal();
    return reserve(indexed, bytes);
}

Status Tree::check_batch(size_t count) const {
    if (!durable() || count + layout_.stage_slots <= layout_.log_waiting) return {};
    return Status::error(
        fmt::format("the batch has {} operations, expected at most {}, which the log can hold; split it", count,
                    layout_.log_waiting - layout_.stage_slots));
}

Record Tree::make_waiting(const WriteBatch::Operation& operation) {
    using What = WriteBatch::What;
    Record record{.key = operation.key};
    record.kind = operation.what == What::kPut     ? MessageKind::kPut
                  : operation.what == What::kMerge ? MessageKind::kMerge
                                                   : MessageKind::kDelete;
    record.indexed = true;
    record.has_value = true;
    if (record.kind == MessageKind::kDelete) return record;
    if (Status status = store_.reserve(operation.value.size()); !status.ok())
        throw std::logic_error(status.message());
    Records none;
    set_value(none, record, true, operation.value);
    return record;
}

void Tree::note_consumed(size_t count) {
    if (count == 0) return;
    io_.changes()->note(Change::kConsumed, 0, static_cast<uint32_t>(count));
    waiting_logged_ -= count;
}

/// Those from the one of number `first` on.
void Tree::note_waiting(Changes& changes, size_t first) const {
    for (const Record& record : waiting_records().subspan(first))
        changes.note_message(record.key, record.entry(layout_.index_bits));
}

void Tree::seal() {
    if (!durable()) return;
    Changes& changes = *io_.changes();
    const std::span<const Record> waiting = waiting_records();
    // What snapshots gave back has no change of its own.
    if (changes.empty() && waiting_logged_ == waiting.size()) return settle();
    store_.write_staged();
    note_waiting(changes, waiting_logged_);
    waiting_logged_ = waiting.size();
    if (!log_.append(changes.words())) checkpoint();
    settle();
}

void Tree::seal_when_long() {
    constexpr size_t kLong = 1024;
    if (durable() && io_.changes()->words().size() > kLong) seal();
}

/// What was freed is in the log: it can be written again.
void Tree::settle() {
    Changes& changes = *io_.changes();
    for (const LineId line : changes.freed_lines()) {
        const uint32_t node = line / layout_.node_lines;
        if (leaves_[node])
            leaf(node).slots().settle(line);
        else if (inners_[node] && line == pivots(node).line())
            pivots(node).settle();
        else if (inners_[node])
            buffer(node).slots().settle(line);
    }
    changes.clear();
    store_.settle();
    pool_.settle();
}

Superblock Tree::superblock() const {
    Superblock superblock{.kind = kind_, .config = config_, .epoch = log_.superblock().epoch, .nodes = layout_.nodes};
    superblock.config.mechanisms = layout_.mechanisms;
    return superblock;
}

/// Begins the log anew, with all there is.
void Tree::checkpoint() {
    Changes all;
    all.note(Change::kRoot, height_, root_);
    for (uint32_t node = 0; node < leaves_.size(); ++node) {
        if (leaves_[node]) {
            all.note(Change::kLeaf, 0, node);
            leaf(node).slots().note_taken(all);
        } else if (inners_[node]) {
            all.note(Change::kInner, 0, node);
            pivots(node).note_taken(all);
            buffer(node).note_taken(all);
        }
    }
    store_.note_lines(all);
    note_waiting(all, 0);
    log_.begin_generation(superblock(), all.words());
}

void Tree::begin(const std::optional<Superblock>& before) {
    set_root(new_leaf(), 1);
    if (!durable()) return;
    log_.continue_after(before);
    checkpoint();
    settle();
}

Status Tree::recover(const Superblock& superblock) {
    Replay state;
    const auto each = [&](const ChangeRecord& record) { return replay(record, state); };
    if (Status status = log_.replay(superblock, each); !status.ok()) return status;
    Records waiting;
    waiting.list = std::move(state.waiting);
    uint64_t sequence = 0;
    if (Status status = restore_tables(waiting, sequence); !status.ok())
        return Status::error("the index is damaged: " + status.message());
    waiting_logged_ = waiting.list.size();
    return restore_waiting(std::move(waiting), sequence);
}

std::string Tree::replay(const ChangeRecord& record, Replay& state) {
    const auto make_place = [&](uint32_t node) {
        leaves_.resize(std::max<size_t>(leaves_.size(), node + 1));
        inners_.resize(leaves_.size());
        leaves_[node].reset();
        inners_[node].reset();
    };
    switch (record.change) {
        case Change::kRoot:
            root_ = record.big;
            height_ = record.small;
            return {};
        case Change::kLeaf:
        case Change::kInner:
        case Change::kFreeNode:
            if (record.big < layout_.first_node || record.big >= layout_.nodes)
                return fmt::format("there is no node {}", record.big);
            make_place(record.big);
            if (record.change == Change::kLeaf) leaves_[record.big] = std::make_unique<Leaf>(layout_, record.big);
            if (record.change == Change::kInner)
                inners_[record.big] = std::make_unique<InnerNode>(layout_, record.big);
            return {};
        case Change::kStoreLine: store_.restore_line(record.big, record.small); return {};
        case Change::kMessage: {
            Record message{.key = record.words[0]};
            message.set_entry(static_cast<uint32_t>(record.words[1]), layout_.index_bits);
            state.waiting.push_back(message);
            return {};
        }
        case Change::kConsumed:
            if (record.big > state.waiting.size()) return "more operations were applied than waited";
            state.waiting.erase(state.waiting.begin(), state.waiting.begin() + record.big);
            return {};
        default: return replay_line(record, state);
    }
}

std::string Tree::replay_line(const ChangeRecord& record, Replay& state) {
    const LineId line = record.big;
    const uint32_t node = line / layout_.node_lines;
    const bool taken = record.change == Change::kTake || record.change == Change::kTakeHigh;
    if (node >= leaves_.size() || (!leaves_[node] && !inners_[node]))
        return fmt::format("track {} is in no node", line);
    if (leaves_[node]) {
        leaf(node).slots().restore(line, record.slots(), taken);
    } else if (line == pivots(node).line()) {
        pivots(node).restore(record.slots(), taken);
    } else if (record.change == Change::kOrder) {
        buffer(node).restore_ages(line, record.words);
    } else {
        buffer(node).restore(line, record.slots(), taken, state.age);
        state.age += 64;
    }
    return {};
}

/// What the log does not say is read: which child is where, fingerprints, which value slots are taken. A message that
/// is nearer to the root is newer.
Status Tree::restore_tables(Records& waiting, uint64_t& sequence) {
    std::vector<bool> in_use(leaves_.size());
    for (uint32_t node = 0; node < in_use.size(); ++node) {
        in_use[node] = leaves_[node] || inners_[node];
        leaf_count_ += leaves_[node] ? 1 : 0;
        inner_count_ += inners_[node] ? 1 : 0;
    }
    pool_.restore(in_use);
    std::vector<std::vector<uint32_t>> levels{{root_}};
    for (uint32_t level = height_; level-- > 0;) {
        std::vector<uint32_t> below;
        for (const uint32_t node : levels.back()) {
            if (node >= in_use.size() || !(level > 0 ? inners_[node] != nullptr : leaves_[node] != nullptr))
                return Status::error(fmt::format("node {} is not what its parent says", node));
            if (level == 0) continue;
            pivots(node).restore_ranks(io_);
            PivotReader reader(io_, pivots(node), Cause::kRecovery);
            for (uint32_t rank = 0; rank < reader.size(); ++rank)
                below.push_back(reader.child(rank, Cause::kRecovery));
        }
        if (level > 0) levels.push_back(std::move(below));
    }
    std::string why;
    const auto restore_values = [&](std::span<const Record> records) {
        for (const Record& record : records)
            if (why.empty() && record.names_value()) why = store_.restore_value(record.ref());
    };
    Records records;
    for (size_t depth = levels.size(); depth-- > 0;) {
        for (const uint32_t node : levels[depth]) {
            records.clear();
            if (leaves_[node])
                leaf(node).slots().restore_records(io_, records);
            else
                buffer(node).restore_records(io_, sequence, records);
            restore_values(records.list);
        }
    }
    restore_values(waiting.list);
    for (Record& message : waiting.list) message.sequence = ++sequence;
    if (why.empty() && !store_.finish_restore()) why = "the tracks of values and the nodes overlap";
    return why.empty() ? Status() : Status::error(why);
}

}  // namespace sky::index
