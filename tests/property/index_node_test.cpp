// Question: do the parts of a node search, split and reuse slots as their headers say, at the stated cost?
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "host/index/leaf.hpp"
#include "host/index/message_buffer.hpp"
#include "host/index/pivot_track.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Counter;

class PropertyNode : public ::testing::Test {
   protected:
    PropertyNode() {
        auto started =
            memory::MemorySession::start({.geometry = test::geometry(64, 32, 64), .timing = test::skyrmion_timing()});
        session_ = std::move(started.value());
        layout_ = make_layout(Kind::kBeps, session_->geometry(), {}).value();
        io_.emplace(*session_, layout_);
    }

    [[nodiscard]] uint64_t reads() { return session_->counters()[Counter::kReads]; }

    /// Keys 10, 20, ... in random order of insertion.
    void fill(Leaf& leaf, uint32_t entries) {
        std::vector<Key> keys(entries);
        for (uint32_t i = 0; i < entries; ++i) keys[i] = Key{10} * (i + 1);
        std::shuffle(keys.begin(), keys.end(), std::mt19937_64(test::seed()));
        for (const Key key : keys) {
            Records records;
            Record record = make_record(records, key, ~key);
            leaf.insert(*io_, leaf.find(*io_, key).rank, records, record, Cause::kLeafEntry);
        }
    }

    static Record make_record(Records& records, Key key, uint64_t word) {
        Value value;
        value.bytes = 8;
        value.words[0] = word;
        Record record{.key = key};
        records.set_value(record, value);
        return record;
    }

    std::unique_ptr<memory::MemorySession> session_;
    NodeLayout layout_;
    std::optional<LineIo> io_;
};

TEST_F(PropertyNode, HasTheSlotsOfTheDefaultShape) {
    EXPECT_EQ(layout_.leaf_slots, 256U);
    EXPECT_EQ(layout_.buffer_slots, 240U);
    const NodeLayout wide = make_layout(Kind::kBeps, session_->geometry(), {.max_value_bytes = 64}).value();
    EXPECT_EQ(wide.leaf_slots, 48U);
    EXPECT_EQ(wide.buffer_slots, 45U);
}

TEST_F(PropertyNode, LeafSearchReadsALogarithmOfItsEntries) {
    for (const uint32_t entries : {1U, 2U, 7U, 100U, 255U, 256U}) {
        Leaf leaf(layout_, 0);
        fill(leaf, entries);
        for (Key key = 5; key <= 10 * entries + 5; key += 5) {
            const uint64_t before = reads();
            const Place place = leaf.find(*io_, key);
            EXPECT_LE(reads() - before, static_cast<uint64_t>(std::bit_width(entries)));
            ASSERT_EQ(place.found, key % 10 == 0) << key;
            ASSERT_EQ(place.rank, (key - 1) / 10) << key;
        }
    }
}

TEST_F(PropertyNode, LeafBatchSearchFindsTheSamePlacesAndReadsNoKeyTwice) {
    Leaf leaf(layout_, 0);
    fill(leaf, 200);
    std::mt19937_64 random(test::seed());
    for (const size_t count : {size_t{1}, size_t{40}, size_t{2000}}) {
        std::vector<Key> keys(count);
        for (Key& key : keys) key = random() % 2100;
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        std::vector<Place> places(keys.size());
        const uint64_t before = reads();
        leaf.find_all(*io_, keys, places);
        EXPECT_LE(reads() - before, std::min<uint64_t>(200, 8 * keys.size()));
        for (size_t i = 0; i < keys.size(); ++i) {
            const Place alone = leaf.find(*io_, keys[i]);
            ASSERT_EQ(places[i].rank, alone.rank) << keys[i];
            ASSERT_EQ(places[i].found, alone.found) << keys[i];
        }
    }
}

TEST_F(PropertyNode, LeafSplitsAtTheMedianRank) {
    Leaf lower(layout_, 0);
    Leaf upper(layout_, 1);
    fill(lower, 256);
    EXPECT_EQ(lower.split_into(*io_, upper), 1290U);
    EXPECT_EQ(lower.size(), 128U);
    EXPECT_EQ(upper.size(), 128U);
    Records records;
    EXPECT_EQ(lower.verify(*io_, 10, 1289, records), "");
    EXPECT_EQ(upper.verify(*io_, 1290, 2560, records), "");
    const Record first = upper.entry(*io_, 0, 1290, records, Cause::kAnswer);
    EXPECT_EQ(records.value_words(first)[0], ~Key{1290});
    EXPECT_NE(upper.verify(*io_, 1291, 2560, records), "");
}

TEST_F(PropertyNode, PivotSearchReadsTheCeilingOfTheLogarithmOfItsChildren) {
    PivotTrack pivots(layout_, 0);
    for (uint32_t child = 0; child < 16; ++child) {
        pivots.insert(*io_, child, Key{100} * child, 1000 + child, Cause::kPivot);
        const auto most = static_cast<uint32_t>(std::bit_width(pivots.size() - 1));
        for (Key key = 0; key < 1700; key += 50) {
            const uint64_t before = reads();
            const uint32_t rank = PivotReader(*io_, pivots, Cause::kPivotSearch).find(key);
            EXPECT_LE(reads() - before, most);
            ASSERT_EQ(rank, std::min<uint64_t>(child, key / 100));
        }
    }
    EXPECT_TRUE(pivots.full());
    EXPECT_EQ(PivotReader(*io_, pivots, Cause::kPivotSearch).child(7), 1007U);
}

TEST_F(PropertyNode, BufferFindsTheNewestMessageAndReusesSlots) {
    MessageBuffer buffer(layout_, 0);
    Records written;
    for (const uint64_t sequence : {3U, 1U, 2U}) {
        Record record = make_record(written, 100, sequence);
        record.sequence = sequence;
        buffer.add(*io_, written, record, Cause::kMessage);
    }
    for (const uint64_t last : {1U, 2U, 3U, 9U}) {
        Records found;
        buffer.find(*io_, 100, last, found, Cause::kBufferScan);
        ASSERT_EQ(found.list.size(), 1U);
        EXPECT_EQ(found.list[0].sequence, std::min<uint64_t>(last, 3));
        EXPECT_EQ(found.value_words(found.list[0])[0], std::min<uint64_t>(last, 3));
    }

    Records all;
    buffer.load(*io_, all, Cause::kFlushKey);
    ASSERT_EQ(all.list.size(), 3U);
    const uint16_t freed = all.list[1].slot;
    buffer.release(*io_, freed);
    Record erase{.key = 200, .sequence = 4, .kind = MessageKind::kDelete};
    buffer.add(*io_, written, erase, Cause::kMessage);
    EXPECT_EQ(erase.slot, freed);
    Records found;
    buffer.find(*io_, 200, 9, found, Cause::kBufferScan);
    ASSERT_EQ(found.list.size(), 1U);
    EXPECT_EQ(found.list[0].slot, freed);
    EXPECT_EQ(found.list[0].kind, MessageKind::kDelete);
    EXPECT_EQ(buffer.verify(*io_, 100, 200, all), "");
}

}  // namespace
}  // namespace sky::index
