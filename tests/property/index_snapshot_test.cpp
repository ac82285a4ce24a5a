// Question: does an index answer at a snapshot as it did when that was taken, whatever is written later, and give
// back what only the snapshot held?
#include <memory>
#include <random>
#include <thread>

#include "host/index/layout.hpp"
#include "tests/property/check_property.hpp"
#include "tests/property/index_model.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Counter;
using test::IndexOnMemory;
using test::kTinyNodes;
using test::make_value;
using test::Map;
using test::Write;

enum class Act : uint8_t {
    kWrite,
    kBatch,
    kGet,
    kTake,
    kDrop,
    kOpen,
    kClose,
    kSeek,
    kSeekBack,
    kNext,
    kPrev,
    kVerify
};

struct Step {
    Act act;
    Key key;
    uint32_t number;            ///< which snapshot or iterator, modulo how many there are; how many steps to go
    std::vector<Write> writes;  ///< kWrite: one
};

[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const Step& step) {
    constexpr const char* kNames[] = {"write", "batch", "get",       "take", "drop", "open",
                                      "close", "seek",  "seek_back", "next", "prev", "verify"};
    out << kNames[static_cast<size_t>(step.act)] << '(' << step.key << ", " << step.number << ')';
    for (const Write& write : step.writes) out << ' ' << write;
    return out;
}

rc::Gen<std::vector<Step>> steps() {
    const auto of = [](const rc::Gen<Act>& act, const rc::Gen<std::vector<Write>>& writes) {
        return rc::gen::construct<Step>(act, test::keys(), rc::gen::inRange<uint32_t>(0, 21), writes);
    };
    const auto others = rc::gen::weightedElement<Act>({{3, Act::kGet},
                                                       {3, Act::kTake},
                                                       {2, Act::kDrop},
                                                       {2, Act::kOpen},
                                                       {1, Act::kClose},
                                                       {2, Act::kSeek},
                                                       {2, Act::kSeekBack},
                                                       {3, Act::kNext},
                                                       {3, Act::kPrev},
                                                       {1, Act::kVerify}});
    const auto step = rc::gen::weightedOneOf<Step>(
        {{20, of(rc::gen::just(Act::kWrite), rc::gen::container<std::vector<Write>>(1, test::writes()))},
         {1, of(rc::gen::just(Act::kBatch), test::batches())},
         {10, of(others, rc::gen::just(std::vector<Write>{}))}});
    return rc::gen::resize(500, rc::gen::container<std::vector<Step>>(step));
}

using Frozen = std::shared_ptr<const Map>;

/// A snapshot beside the map as it was then.
struct Held {
    std::unique_ptr<Snapshot> snapshot;
    Frozen map;
};

/// An iterator beside one over the map that it must equal.
class Walk {
   public:
    Walk(std::unique_ptr<Iterator> iterator, Frozen map)
        : iterator_(std::move(iterator)), map_(std::move(map)), at_(map_->end()) {}

    [[nodiscard]] bool is_over(const Frozen& map) const { return map_ == map; }

    std::string seek(Key key) {
        iterator_->seek(key);
        at_ = map_->lower_bound(key);
        return compare();
    }

    std::string seek_back(Key key) {
        iterator_->seek_back(key);
        at_ = map_->upper_bound(key);
        at_ = at_ == map_->begin() ? map_->end() : std::prev(at_);
        return compare();
    }

    /// Up to `count` steps; the value is asked for after every third one.
    std::string go(bool forward, uint32_t count) {
        for (uint32_t i = 0; i < count && at_ != map_->end(); ++i) {
            if (forward) {
                iterator_->next();
                ++at_;
            } else {
                iterator_->prev();
                at_ = at_ == map_->begin() ? map_->end() : std::prev(at_);
            }
            if (std::string why = compare(i % 3 == 2 || i + 1 == count); !why.empty()) return why;
        }
        return {};
    }

    std::string go_through() {
        iterator_->seek_first();
        at_ = map_->begin();
        if (std::string why = compare(); !why.empty()) return why;
        if (std::string why = go(true, static_cast<uint32_t>(map_->size())); !why.empty()) return why;
        iterator_->seek_last();
        at_ = map_->empty() ? map_->end() : std::prev(map_->end());
        if (std::string why = compare(); !why.empty()) return why;
        return go(false, static_cast<uint32_t>(map_->size()));
    }

   private:
    std::string compare(bool with_value = true) {
        if (iterator_->valid() != (at_ != map_->end())) return "the iterator ends too early or too late";
        if (!iterator_->valid()) return {};
        if (iterator_->key() != at_->first) return "the iterator is at another key";
        return !with_value || iterator_->value() == at_->second ? "" : "the iterator reads another value";
    }

    std::unique_ptr<Iterator> iterator_;
    Frozen map_;
    Map::const_iterator at_;
};

/// An index with snapshots and iterators beside maps.
class World {
   public:
    World(Kind kind, const memory::Geometry& geometry, const IndexConfig& config)
        : memory_(kind, geometry, config), config_(config) {}

    std::string apply(const Step& step) {
        Walk* const walk = walks_.empty() ? nullptr : &walks_[step.number % walks_.size()];
        switch (step.act) {
            case Act::kWrite: return write(step.writes.front());
            case Act::kBatch: return write_batch(step.writes);
            case Act::kGet: return get(step.key);
            case Act::kTake: return take();
            case Act::kDrop: return drop(step.number);
            case Act::kOpen: return open(step.number);
            case Act::kClose:
                if (walk != nullptr) walks_.erase(walks_.begin() + (walk - walks_.data()));
                return {};
            case Act::kSeek: return walk != nullptr ? walk->seek(step.key) : "";
            case Act::kSeekBack: return walk != nullptr ? walk->seek_back(step.key) : "";
            case Act::kNext: return walk != nullptr ? walk->go(true, 1 + step.number) : "";
            case Act::kPrev: return walk != nullptr ? walk->go(false, 1 + step.number) : "";
            case Act::kVerify: return memory_.tree->verify();
        }
        return "unknown act";
    }

    [[nodiscard]] IndexOnMemory& memory() { return memory_; }
    /// For want of room.
    [[nodiscard]] uint64_t refused_count() const { return refused_; }

    /// Every snapshot whole, one after the other dropped, and that nothing of them is left.
    std::string finish() {
        walks_.clear();
        while (!held_.empty()) {
            if (std::string why = memory_.tree->verify(); !why.empty()) return "verify: " + why;
            Walk walk(memory_.tree->iterate(held_.front().snapshot.get()), held_.front().map);
            if (std::string why = walk.go_through(); !why.empty()) return why;
            for (const auto& [key, value] : *held_.front().map)
                if (memory_.tree->get(key, *held_.front().snapshot) != value) return "get answers another value";
            held_.erase(held_.begin());
        }
        for (const char* name : {"snapshots", "pinned_versions", "pinned_values"})
            if (memory_.stat(name) != 0) return std::string(name) + " is left";
        if (std::string why = memory_.tree->verify(); !why.empty()) return "verify: " + why;
        const std::vector<Entry> all = memory_.tree->range(0, ~Key{0}, map_.size() + 1);
        return all == std::vector<Entry>(map_.begin(), map_.end()) ? "" : "range answers other entries";
    }

   private:
    std::string write(const Write& write) {
        const WriteBatch::Operation operation = test::to_operation(write, ++salt_, config_.max_value_bytes);
        if (const Status status = test::apply(operation, *memory_.tree); !status.ok()) return refused(status);
        test::apply(operation, map_);
        return {};
    }

    std::string write_batch(const std::vector<Write>& writes) {
        WriteBatch batch;
        for (const Write& write : writes)
            test::add(test::to_operation(write, ++salt_, config_.max_value_bytes), batch);
        if (const Status status = memory_.tree->write(batch); !status.ok()) return refused(status);
        test::apply(batch, map_);
        return {};
    }

    std::string refused(const Status& status) {
        refused_ += test::is_full(status) ? 1 : 0;
        return test::is_full(status) || test::is_careful(status) ? "" : status.message();
    }

    /// Now and at every snapshot.
    std::string get(Key key) {
        const auto expected = [&](const Map& map) {
            const auto it = map.find(key);
            return it != map.end() ? std::optional(it->second) : std::nullopt;
        };
        if (memory_.tree->get(key) != expected(map_)) return "get answers another value";
        for (const Held& held : held_)
            if (memory_.tree->get(key, *held.snapshot) != expected(*held.map)) return "get at a snapshot is wrong";
        return {};
    }

    std::string take() {
        if (held_.size() < 5) held_.push_back({memory_.tree->snapshot(), std::make_shared<Map>(map_)});
        return {};
    }

    std::string drop(uint32_t number) {
        if (held_.empty()) return {};
        const auto held = held_.begin() + static_cast<std::ptrdiff_t>(number % held_.size());
        std::erase_if(walks_, [&](const Walk& walk) { return walk.is_over(held->map); });
        held_.erase(held);
        return {};
    }

    std::string open(uint32_t number) {
        if (walks_.size() >= 4) return {};
        const size_t which = number % (held_.size() + 1);
        if (which == held_.size())
            walks_.emplace_back(memory_.tree->iterate(), std::make_shared<Map>(map_));
        else
            walks_.emplace_back(memory_.tree->iterate(held_[which].snapshot.get()), held_[which].map);
        return {};
    }

    IndexOnMemory memory_;
    IndexConfig config_;
    Map map_;
    std::vector<Held> held_;
    std::vector<Walk> walks_;
    uint64_t salt_ = 0;
    uint64_t refused_ = 0;
};

void expect_frozen_states(Kind kind, int runs) {
    test::check_property(runs, [kind] {
        const auto segments = *rc::gen::element<uint32_t>(8, 16, 32);
        const IndexConfig config = test::any_config(kind, segments);
        const auto tracks = *rc::gen::element<uint64_t>(60, 150, 4096);
        World world(kind, test::any_geometry(segments, tracks), config);
        const std::vector<Step> sequence = *steps();
        for (size_t i = 0; i < sequence.size(); ++i) {
            const std::string why = world.apply(sequence[i]);
            if (!why.empty()) RC_FAIL("step " + std::to_string(i) + ": " + why + test::describe(sequence, config));
        }
        const std::string why = world.finish();
        if (!why.empty()) RC_FAIL("at the end: " + why + test::describe(sequence, config));
    });
}

/// Of `rate` steps one takes, drops, opens or closes something, which copies the map, and one reads.
Step random_step(std::mt19937_64& random, Key keys_below, uint64_t rate) {
    const auto any_write = [&]() -> Write {
        constexpr WriteBatch::What kWhats[] = {WriteBatch::What::kPut, WriteBatch::What::kPut,
                                               WriteBatch::What::kErase, WriteBatch::What::kMerge};
        const auto what = random() % 50 == 0 ? WriteBatch::What::kEraseRange : kWhats[random() % 4];
        return {what, random() % keys_below, static_cast<uint32_t>(random() % 21)};
    };
    constexpr Act kStates[] = {Act::kTake, Act::kTake, Act::kDrop, Act::kOpen, Act::kClose};
    constexpr Act kReads[] = {Act::kGet, Act::kSeek, Act::kSeekBack, Act::kNext, Act::kPrev};
    const uint64_t dice = random() % rate;
    Step step{Act::kWrite, random() % keys_below, static_cast<uint32_t>(random() % 21), {}};
    if (dice == 0) step.act = kStates[random() % 5];
    if (dice == 1) step.act = kReads[random() % 5];
    if (dice > 1 && random() % 20 == 0) step.act = Act::kBatch;
    if (dice > 1) step.writes.push_back(any_write());
    while (step.act == Act::kBatch && step.writes.size() < 4) step.writes.push_back(any_write());
    return step;
}

/// `count` steps from the run's seed, verified in between.
void expect_frozen_states_in(World& world, size_t count, Key keys_below, uint64_t rate) {
    std::mt19937_64 random(test::seed());
    for (size_t i = 0; i < count; ++i) {
        const Step step = random_step(random, keys_below, rate);
        ASSERT_EQ(world.apply(step), "") << "step " << i << ": " << step;
        const bool verifies = i % (count / 5) == 0;
        ASSERT_EQ(verifies ? world.memory().tree->verify() : "", "") << "after step " << i;
    }
    ASSERT_EQ(world.finish(), "");
}

void expect_frozen_states_in_a_deep_tree(Kind kind, const memory::Geometry& geometry) {
    World world(kind, geometry, kTinyNodes);
    expect_frozen_states_in(world, 8000, 2000, 12);
    EXPECT_EQ(world.refused_count(), 0U);
    EXPECT_GE(world.memory().stat("height"), 3U);
}

const memory::Geometry kSmallMemory = test::geometry(64, 8, 8192);

class PropertySnapshot : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Each, PropertySnapshot, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(PropertySnapshot, AnswersAsWhenItWasTaken) { expect_frozen_states(GetParam(), 150); }

TEST_P(PropertySnapshot, AnswersAsWhenItWasTakenInADeepTree) {
    expect_frozen_states_in_a_deep_tree(GetParam(), test::geometry(64, 8, 16384));
}

TEST_P(PropertySnapshot, AnswersAsWhenItWasTakenInADeepBitInterleavedTree) {
    expect_frozen_states_in_a_deep_tree(GetParam(), test::bit_rows(8, 8, 2048));
}

TEST_P(PropertySnapshot, AnswersAsWhenItWasTakenInAFullMemory) {
    uint64_t refused = 0;
    for (uint64_t nodes = 3; nodes <= 40; ++nodes) {
        World world(GetParam(), test::geometry(64, 8, nodes * kTinyNodes.node_tracks), kTinyNodes);
        ASSERT_NO_FATAL_FAILURE(expect_frozen_states_in(world, 30 * nodes, 8 * nodes, 5)) << nodes << " nodes";
        refused += world.refused_count();
    }
    EXPECT_GT(refused, 500U);
}

TEST_P(PropertySnapshot, TakesNothingFromTheDeviceUntilSomethingIsWritten) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    for (Key key = 0; key < 100; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    const memory::Counters before = memory.session->counters();
    const uint64_t sram_bytes = memory.stat("sram_bytes");
    {
        const auto first = memory.tree->snapshot();
        const auto second = memory.tree->snapshot();
        EXPECT_EQ(memory.stat("snapshots"), 2U);
        EXPECT_EQ(memory.stat("sram_bytes"), sram_bytes + 16);
    }
    EXPECT_EQ(memory.stat("snapshots"), 0U);
    EXPECT_EQ(memory.session->counters(), before);
}

TEST_P(PropertySnapshot, ChangesNoCounterOfWritesThatItDoesNotLiveToSee) {
    memory::Counters counters[2];
    for (const bool had_snapshots : {false, true}) {
        IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
        for (Key key = 0; key < 500; ++key) {
            if (had_snapshots) (void)memory.tree->snapshot();
            ASSERT_TRUE(memory.tree->put(key * 7919 % 100, make_value(key, 8)).ok());
        }
        counters[had_snapshots ? 1 : 0] = memory.session->counters();
    }
    EXPECT_EQ(counters[0], counters[1]);
}

/// What 2,000 writes of every sort cost an index that never had a snapshot, counted before there were any.
struct Cost {
    uint64_t shifts, injects, energy_fj;
    bool operator==(const Cost&) const = default;
};
[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const Cost& cost) {
    return out << '{' << cost.shifts << ", " << cost.injects << ", " << cost.energy_fj << '}';
}

Cost cost_without_snapshots(Kind kind, const memory::Geometry& geometry) {
    IndexOnMemory memory(kind, geometry, kTinyNodes);
    for (uint64_t i = 0; i < 2000; ++i) {
        const Key key = i * 7919 % 500;
        const Status status = i % 7 == 6   ? memory.tree->erase(key)
                              : i % 5 == 4 ? memory.tree->merge(key, test::make_operand(i))
                                           : memory.tree->put(key, make_value(i, i % 9));
        EXPECT_TRUE(status.ok());
    }
    const memory::Counters& counters = memory.session->counters();
    return {counters[Counter::kShifts], counters[Counter::kInjects], counters[Counter::kEnergyFj]};
}

TEST_P(PropertySnapshot, CostsNothingWhereNoneIsTaken) {
    // By kind.
    constexpr Cost kWordBased[] = {{3801088, 34141, 90384680},
                                   {1543040, 32379, 44747836},
                                   {1991134, 26976, 54195432},
                                   {7203968, 184303, 210891320},
                                   {1502720, 90685, 55715912}};
    constexpr Cost kBitInterleaved[] = {{101802, 34141, 144669480},
                                        {46022, 32379, 72795196},
                                        {59662, 26976, 90763188},
                                        {328042, 184303, 486705720},
                                        {66082, 90685, 110246472}};
    const auto kind = static_cast<size_t>(GetParam());
    EXPECT_EQ(cost_without_snapshots(GetParam(), kSmallMemory), kWordBased[kind]);
    EXPECT_EQ(cost_without_snapshots(GetParam(), test::bit_rows(8, 8, 2048)), kBitInterleaved[kind]);
}

TEST_P(PropertySnapshot, BlocksSupersedingAndHoldsEveryValueInBetween) {
    const auto key_of = [](uint64_t i) { return i / 2 % 50; };  // twice in a row, so that messages meet in a buffer
    for (const bool with_snapshots : {false, true}) {
        IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
        std::vector<std::unique_ptr<Snapshot>> snapshots;
        Map map;
        std::vector<Map> states;
        for (uint64_t i = 0; i < 600; ++i) {
            ASSERT_TRUE(memory.tree->put(key_of(i), make_value(i, 8)).ok());
            map[key_of(i)] = make_value(i, 8);
            if (!with_snapshots) continue;
            snapshots.push_back(memory.tree->snapshot());
            states.push_back(map);
        }
        if (!with_snapshots) {
            EXPECT_EQ(memory.stat("messages_superseded") > 0, has_buffers(GetParam()));
            EXPECT_EQ(memory.stat("pinned_versions"), 0U);
            continue;
        }
        EXPECT_EQ(memory.stat("messages_superseded"), 0U);
        EXPECT_EQ(memory.stat("snapshots"), 600U);
        // Of 600 values each is in a leaf, waits in front of one, or is kept.
        EXPECT_EQ(memory.stat("leaf_entries") + memory.stat("buffered_messages") + memory.stat("waiting_messages") +
                      memory.stat("pinned_versions"),
                  600U);
        EXPECT_GT(memory.stat("pinned_versions"), 100U);
        if (mechanisms_of(GetParam()).indexed_leaves) {
            EXPECT_EQ(memory.stat("pinned_values"), memory.stat("pinned_versions"));
            EXPECT_EQ(memory.stat("store_values"), 600U);
        }
        EXPECT_EQ(memory.tree->verify(), "");
        for (size_t i = 0; i < snapshots.size(); ++i)
            for (const auto& [key, value] : states[i]) ASSERT_EQ(memory.tree->get(key, *snapshots[i]), value);
        snapshots.clear();
        EXPECT_EQ(memory.stat("snapshots"), 0U);
        EXPECT_EQ(memory.stat("pinned_versions"), 0U);
        EXPECT_EQ(memory.stat("pinned_values"), 0U);
        if (mechanisms_of(GetParam()).indexed_leaves) {
            EXPECT_EQ(memory.stat("store_values"), memory.stat("leaf_entries") + memory.stat("buffered_messages") +
                                                       memory.stat("waiting_messages"));
        }
        EXPECT_EQ(memory.tree->verify(), "");
    }
}

TEST_P(PropertySnapshot, HoldsValuesThatAreChainsOfTracks) {
    if (!mechanisms_of(GetParam()).indexed_leaves) GTEST_SKIP() << "values lie within one track";
    IndexConfig config = kTinyNodes;
    config.max_value_bytes = 600;
    IndexOnMemory memory(GetParam(), kSmallMemory, config);
    const auto put_all = [&](uint64_t salt) {
        for (Key key = 0; key < 40; ++key)
            ASSERT_TRUE(memory.tree->put(key, make_value(salt + key, (salt + 17 * key) % 601)).ok());
    };
    put_all(0);
    const auto snapshot = memory.tree->snapshot();
    put_all(500);
    put_all(300);
    EXPECT_EQ(memory.tree->verify(), "");
    EXPECT_GT(memory.stat("pinned_values"), 0U);
    const auto iterator = memory.tree->iterate(snapshot.get());
    iterator->seek_first();
    for (Key key = 0; key < 40; ++key, iterator->next()) {
        ASSERT_TRUE(iterator->valid());
        EXPECT_EQ(iterator->value(), make_value(key, 17 * key % 601));
        EXPECT_EQ(memory.tree->get(key), make_value(300 + key, (300 + 17 * key) % 601));
    }
}

TEST_P(PropertySnapshot, ReadsWhatAGroupOfMessagesPassedThrough) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    std::vector<std::unique_ptr<Snapshot>> snapshots;
    const auto then = [&](const Status& status) {
        EXPECT_TRUE(status.ok());
        snapshots.push_back(memory.tree->snapshot());
    };
    then(memory.tree->merge(5, test::make_operand(10)));
    then(memory.tree->merge(5, test::make_operand(20)));
    then(memory.tree->erase(5));
    then(memory.tree->merge(5, test::make_operand(3)));
    then(memory.tree->put(5, make_value(1, 4)));
    then(memory.tree->merge(5, test::make_operand(7)));
    for (Key key = 1000; key < 1300; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    const std::optional<Bytes> expected[] = {test::make_operand(10), test::make_operand(30), std::nullopt,
                                             test::make_operand(3),  make_value(1, 4),       test::make_operand(7)};
    for (size_t i = 0; i < snapshots.size(); ++i) EXPECT_EQ(memory.tree->get(5, *snapshots[i]), expected[i]) << i;
    EXPECT_EQ(memory.tree->verify(), "");
}

TEST_P(PropertySnapshot, IteratorsStepWithinALeafWithoutTheDevice) {
    IndexOnMemory memory(GetParam(), test::geometry(64, 32, 8192), {});
    for (Key key = 0; key < 10; ++key) ASSERT_TRUE(memory.tree->put(key * 10, make_value(key, 8)).ok());
    const auto iterator = memory.tree->iterate();
    EXPECT_FALSE(iterator->valid());
    iterator->seek(31);
    const uint64_t passes = memory.session->counters()[Counter::kWordsRead];
    for (Key key = 40; key < 100; key += 10, iterator->next()) ASSERT_EQ(iterator->key(), key);
    EXPECT_FALSE(iterator->valid());
    EXPECT_EQ(memory.session->counters()[Counter::kWordsRead], passes);
    iterator->seek_back(85);
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), 80U);
    EXPECT_EQ(iterator->value(), make_value(8, 8));
}

TEST_P(PropertySnapshot, IteratorsEndAtBothEndsAndOnAnEmptyIndex) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    const auto nothing = memory.tree->iterate();
    nothing->seek_first();
    EXPECT_FALSE(nothing->valid());
    for (const Key key : {Key{0}, Key{7}, ~Key{0}}) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    nothing->seek_last();
    EXPECT_FALSE(nothing->valid()) << "sees what was written later";
    const auto iterator = memory.tree->iterate();
    iterator->seek_first();
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), 0U);
    iterator->prev();
    EXPECT_FALSE(iterator->valid());
    iterator->seek_last();
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), ~Key{0});
    iterator->prev();
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->value(), make_value(7, 8));
    iterator->seek(8);
    iterator->next();
    EXPECT_FALSE(iterator->valid());
}

TEST_P(PropertySnapshot, IteratorsGoOnWhereLeavesWereJoined) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    for (Key key = 0; key < 200; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    const auto forward = memory.tree->iterate();
    const auto backward = memory.tree->iterate();
    forward->seek(100);
    backward->seek(100);
    for (Key key = 1; key < 199; ++key) ASSERT_TRUE(memory.tree->erase(key).ok());
    // So that a Bε-tree flushes the erases.
    for (Key key = 200; key < 600; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    EXPECT_GT(memory.stat("leaf_merges"), 0U);
    for (Key key = 100; key < 200; ++key, forward->next()) {
        ASSERT_TRUE(forward->valid());
        ASSERT_EQ(forward->key(), key);
        ASSERT_EQ(forward->value(), make_value(key, 8));
    }
    EXPECT_FALSE(forward->valid());
    for (Key key = 100; key + 1 > 0; --key, backward->prev()) {
        ASSERT_TRUE(backward->valid());
        ASSERT_EQ(backward->key(), key);
        ASSERT_EQ(backward->value(), make_value(key, 8));
    }
    EXPECT_FALSE(backward->valid());
}

TEST_P(PropertySnapshot, ManyThreadsReadBetweenWrites) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    for (Key key = 0; key < 200; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    const auto snapshot = memory.tree->snapshot();
    for (Key key = 0; key < 200; key += 2) ASSERT_TRUE(memory.tree->put(key, make_value(key + 1000, 8)).ok());
    const auto then = [](Key key) { return make_value(key, 8); };
    const auto now = [](Key key) { return make_value(key % 2 == 0 ? key + 1000 : key, 8); };
    std::vector<uint64_t> wrong(4);
    const auto read = [&](size_t thread) {
        const auto old = memory.tree->iterate(snapshot.get());
        const auto fresh = memory.tree->iterate();
        old->seek_first();
        fresh->seek_last();
        for (Key key = 0; key < 200; ++key, old->next(), fresh->prev()) {
            wrong[thread] += memory.tree->get(key) != now(key) ? 1U : 0U;
            wrong[thread] += memory.tree->get(key, *snapshot) != then(key) ? 1U : 0U;
            wrong[thread] += !old->valid() || old->key() != key || old->value() != then(key) ? 1U : 0U;
            wrong[thread] +=
                !fresh->valid() || fresh->key() != 199 - key || fresh->value() != now(199 - key) ? 1U : 0U;
            wrong[thread] += memory.tree->range(key, key, 1) != std::vector<Entry>{{key, now(key)}} ? 1U : 0U;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (size_t thread = 0; thread < wrong.size(); ++thread) threads.emplace_back(read, thread);
    }
    EXPECT_EQ(wrong, std::vector<uint64_t>(wrong.size()));
    EXPECT_EQ(memory.stat("snapshots"), 1U);
    EXPECT_EQ(memory.tree->verify(), "");
}

TEST_P(PropertySnapshot, ABatchWithAnInvalidOperationChangesNothing) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    for (Key key = 0; key < 60; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    const memory::Counters before = memory.session->counters();
    for (const bool is_merge : {false, true}) {
        WriteBatch batch;
        batch.put(1, make_value(100, 8));
        batch.erase(2);
        if (is_merge)
            batch.merge(3, make_value(0, 7));
        else
            batch.put(3, make_value(0, 9));
        const Status status = memory.tree->write(batch);
        EXPECT_FALSE(status.ok());
        EXPECT_NE(status.message().find("operation 3 of the batch"), std::string::npos) << status.message();
    }
    EXPECT_EQ(memory.session->counters(), before);
    for (Key key = 0; key < 60; ++key) EXPECT_EQ(memory.tree->get(key), make_value(key, 8));
}

class SlowPropertySnapshot : public PropertySnapshot {};
INSTANTIATE_TEST_SUITE_P(Slow, SlowPropertySnapshot, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(SlowPropertySnapshot, AnswersAsWhenItWasTakenOverManyShapes) { expect_frozen_states(GetParam(), 3000); }

TEST_P(SlowPropertySnapshot, AnswersAsWhenItWasTakenAtTheDefaultShape) {
    World world(GetParam(), test::geometry(64, 32, 4194304), {.max_value_bytes = 64});
    expect_frozen_states_in(world, 100000, 20000, 200);
    EXPECT_EQ(world.refused_count(), 0U);
}

TEST_P(SlowPropertySnapshot, AnswersAsWhenItWasTakenBitInterleaved) {
    World world(GetParam(), test::bit_rows(32, 32, 32768), {.max_value_bytes = 64});
    expect_frozen_states_in(world, 100000, 20000, 200);
    EXPECT_EQ(world.refused_count(), 0U);
}

}  // namespace
}  // namespace sky::index
