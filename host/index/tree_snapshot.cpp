#include "host/index/tree_iterator.hpp"

namespace sky::index {

TreeSnapshot::TreeSnapshot(Tree& tree) : tree_(&tree), sequence_(tree.sequence_) {
    const std::lock_guard turn(tree_->reading_);
    tree_->versions_.add_snapshot(sequence_);
}

TreeSnapshot::~TreeSnapshot() {
    const std::lock_guard turn(tree_->reading_);
    for (const ValueRef ref : tree_->versions_.drop_snapshot(sequence_)) tree_->store_.release(ref);
}

std::unique_ptr<Snapshot> Tree::snapshot() { return std::make_unique<TreeSnapshot>(*this); }

std::optional<Bytes> Tree::get(Key key, const Snapshot& snapshot) {
    const std::lock_guard turn(reading_);
    return get_at(key, static_cast<const TreeSnapshot&>(snapshot).sequence());
}

std::unique_ptr<Iterator> Tree::iterate(const Snapshot* snapshot) {
    if (snapshot != nullptr)
        return std::make_unique<TreeIterator>(*this, static_cast<const TreeSnapshot*>(snapshot)->sequence(), nullptr);
    auto own = std::make_unique<TreeSnapshot>(*this);
    const uint64_t sequence = own->sequence();
    return std::make_unique<TreeIterator>(*this, sequence, std::move(own));
}

void Tree::displace(const Records& records, const Record& old, uint64_t died) {
    if (versions_.sees_entry(old.key, died))
        versions_.keep(records, old, versions_.born(old.key), died);
    else
        release_value(old);
}

/// The answer of the version table, when it has one: then no message that the snapshot sees waits in a buffer, since
/// those are newer than all that came to the leaf.
std::optional<Tree::Answer> Tree::answer_of_version(Key key, uint64_t last) {
    const VersionTable::Seen seen = versions_.find(key, last);
    switch (seen.where) {
        case VersionTable::Seen::Where::kLeaf: return std::nullopt;
        case VersionTable::Seen::Where::kNowhere: return Answer{};
        case VersionTable::Seen::Where::kHere: break;
    }
    if (!seen.version->indexed) return Answer{seen.version->bytes};
    Value value;
    store_.read(seen.version->ref, value, Cause::kAnswer);
    return Answer{unpack(value)};
}

/// Exchanges what a snapshot does not see of the leaf for what it does.
void Tree::see_entries_at(Chunk& chunk, uint64_t last) {
    std::erase_if(chunk.entries.list, [&](const Record& entry) {
        return versions_.find(entry.key, last).where != VersionTable::Seen::Where::kLeaf;
    });
    versions_.collect(chunk.first, chunk.last, last, chunk.entries);
}

uint64_t Tree::pinned_values() const {
    const uint32_t no_slot = (uint32_t{1} << layout_.index_bits) - 1;  // that of an empty value
    const std::vector<ValueRef> values = versions_.values();
    return static_cast<uint64_t>(
        std::count_if(values.begin(), values.end(), [&](ValueRef ref) { return ref.index != no_slot; }));
}

}  // namespace sky::index
