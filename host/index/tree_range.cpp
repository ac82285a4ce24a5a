#include <algorithm>
#include <map>

#include "host/index/tree.hpp"

namespace sky::index {

/// One range being answered, left to right: messages are collected on the way down, newer ones nearer the
/// root, and merged with the entries of each leaf.
class Tree::RangeQuery {
   public:
    RangeQuery(Tree& tree, Key low, Key high, size_t limit) : tree_(tree), low_(low), high_(high), limit_(limit) {}

    std::vector<Entry> run() {
        visit(tree_.root_, tree_.height_ - 1, high_, {});
        return std::move(answer_);
    }

   private:
    struct Waiting {
        const MessageBuffer* buffer;
        uint16_t slot;
    };
    using Messages = std::map<Key, Waiting>;

    [[nodiscard]] bool done() const { return answer_.size() >= limit_; }

    /// The part of the answer in the subtree of `node`, from low_ up to `last`. `above` holds the ancestors'
    /// newest message of each key. Moves low_ past what was answered.
    void visit(uint32_t node, uint32_t level, Key last, const Messages& above) {
        if (level == 0) return merge(node, last, above);
        Messages messages(above.lower_bound(low_), above.upper_bound(last));
        collect(tree_.buffer(node), last, messages);
        PivotTrack& pivots = tree_.pivots(node);
        for (uint32_t rank = pivots.find(tree_.io_, low_); rank < pivots.size() && !done(); ++rank) {
            Key child_last = last;
            bool is_last = rank + 1 == pivots.size();
            if (!is_last) {
                const Key next = pivots.bound(tree_.io_, rank + 1, Cause::kRange);
                is_last = next > last;
                child_last = std::min(last, next - 1);
            }
            visit(pivots.child(tree_.io_, rank), level - 1, child_last, messages);
            if (is_last) return;
            low_ = child_last + 1;
        }
    }

    void collect(const MessageBuffer& buffer, Key last, Messages& messages) {
        std::vector<Message> read = buffer.read_keys(tree_.io_, Cause::kRange);
        for (size_t i = read.size(); i-- > 0;)
            if (read[i].key >= low_ && read[i].key <= last)
                messages.try_emplace(read[i].key, Waiting{&buffer, read[i].slot});
    }

    void merge(uint32_t node, Key last, const Messages& messages) {
        Leaf& leaf = tree_.leaf(node);
        auto message = messages.lower_bound(low_);
        const auto end = messages.upper_bound(last);
        uint32_t rank = leaf.find(tree_.io_, low_).rank;
        std::optional<Key> entry = entry_at(leaf, rank, last);
        while (!done() && (entry || message != end)) {
            if (entry && (message == end || *entry < message->first)) {
                leaf.read_value(tree_.io_, rank, value_, Cause::kAnswer);
                answer_.emplace_back(*entry, unpack(value_));
                entry = entry_at(leaf, ++rank, last);
                continue;
            }
            if (entry && *entry == message->first) entry = entry_at(leaf, ++rank, last);
            answer_message(message->first, message->second);
            ++message;
        }
    }

    /// The key at `rank`, unless the leaf or the range ends before it.
    std::optional<Key> entry_at(Leaf& leaf, uint32_t rank, Key last) {
        if (rank >= leaf.size()) return std::nullopt;
        const Key key = leaf.key(tree_.io_, rank, Cause::kRange);
        return key <= last ? std::optional(key) : std::nullopt;
    }

    void answer_message(Key key, const Waiting& waiting) {
        if (waiting.buffer->kind(waiting.slot) == MessageKind::kDelete) return;
        waiting.buffer->read_value(tree_.io_, waiting.slot, value_, Cause::kAnswer);
        answer_.emplace_back(key, unpack(value_));
    }

    Tree& tree_;
    Key low_;
    const Key high_;
    const size_t limit_;
    Value value_;
    std::vector<Entry> answer_;
};

std::vector<Entry> Tree::range(Key low, Key high, size_t limit) {
    if (low > high || limit == 0) return {};
    return RangeQuery(*this, low, high, limit).run();
}

}  // namespace sky::index
