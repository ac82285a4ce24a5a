#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/index/layout.hpp"

namespace sky::index {

/// A change of the SRAM metadata of a durable index. A record is one word, the change in bits 56 to 63, `small` in
/// bits 32 to 55 and `big` in bits 0 to 31, and the words that are named here:
///
///     kRoot              small height, big node
///     kLeaf, kInner      big node: it is a leaf or an internal node, with nothing in it
///     kFreeNode          big node
///     kTake, kTakeHigh   big line, small slots 0 to 23 or 24 to 47 of it: they hold something, and what that is came
///                        later than all before; of one record, the lower slot first
///     kFree, kFreeHigh   likewise: they hold nothing any more
///     kOrder             big line, small n; n words with 16 bits for each slot: the ages of its messages, older
///     first kStoreLine         big number of a line of the value store, small its class kMessage           two
///     words, key and entry: an operation that is to be applied to the tree, behind those before kConsumed big n: the
///     n oldest of them were applied
///
/// The slots of line 0 of an internal node are its pivots.
enum class Change : uint8_t {
    kNone,
    kRoot,
    kLeaf,
    kInner,
    kFreeNode,
    kTake,
    kTakeHigh,
    kFree,
    kFreeHigh,
    kOrder,
    kStoreLine,
    kMessage,
    kConsumed,
    kCount,
};

struct ChangeRecord {
    Change change = Change::kNone;
    uint32_t small = 0;
    uint32_t big = 0;
    std::span<const uint64_t> words{};

    /// Of kTake to kFreeHigh.
    [[nodiscard]] uint64_t slots() const {
        const bool high = change == Change::kTakeHigh || change == Change::kFreeHigh;
        return uint64_t{small} << (high ? 24 : 0);
    }
};

/// The record at the front of `words`, which then has it no more; kNone when there is no whole one.
[[nodiscard]] ChangeRecord next_record(std::span<const uint64_t>& words);

/// Records that gather in SRAM until they are logged.
class Changes {
   public:
    void note(Change change, uint32_t small, uint32_t big) { words_.push_back(head(change, small, big)); }
    void note_take(LineId line, uint64_t slots);
    /// These slots must not be written again before the record is in the log: see freed_lines().
    void note_free(LineId line, uint64_t slots);
    /// `ages` by slot, of at most 65,536 messages.
    void note_order(LineId line, std::span<const uint16_t> ages);
    void note_message(uint64_t key, uint32_t entry);

    [[nodiscard]] std::span<const uint64_t> words() const { return words_; }
    [[nodiscard]] bool empty() const { return words_.empty(); }
    /// Lines with slots that were freed; some of them twice.
    [[nodiscard]] std::span<const LineId> freed_lines() const { return freed_lines_; }
    void clear();

    static constexpr uint32_t kMessageWords = 3;
    /// Words of note_take() for one line, and of note_order().
    [[nodiscard]] static uint32_t take_words(uint32_t slots_per_line) { return slots_per_line > kLowSlots ? 2 : 1; }
    [[nodiscard]] static uint32_t order_words(uint32_t slots_per_line) { return 1 + (slots_per_line + 3) / 4; }

   private:
    static constexpr uint32_t kLowSlots = 24;

    [[nodiscard]] static uint64_t head(Change change, uint32_t small, uint32_t big) {
        return uint64_t{static_cast<uint8_t>(change)} << 56 | uint64_t{small} << 32 | big;
    }
    void note_slots(Change low, Change high, LineId line, uint64_t slots);

    std::vector<uint64_t> words_;
    std::vector<LineId> freed_lines_;
};

}  // namespace sky::index
