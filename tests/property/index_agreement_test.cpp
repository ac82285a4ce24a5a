// Question: does every index answer like std::map, whatever the order of operations and the shape of its
// nodes?
#include <algorithm>
#include <random>

#include "tests/property/check_property.hpp"
#include "tests/property/index_model.hpp"

namespace sky::index {
namespace {

using test::IndexOnMemory;
using test::make_value;
using test::Map;
using What = WriteBatch::What;

enum class Act : uint8_t { kPut, kGet, kErase, kMerge, kRange, kBatch, kEraseRange, kReopen, kCompact };

struct Step {
    Act act;
    Key key;
    uint32_t number;  ///< value bytes of a put, limit of a range
};

[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const Step& step) {
    constexpr const char* kNames[] = {"put",   "get",         "erase",  "merge",  "range",
                                      "batch", "erase_range", "reopen", "compact"};
    return out << kNames[static_cast<size_t>(step.act)] << '(' << step.key << ", " << step.number << ')';
}

rc::Gen<Act> acts() {
    return rc::gen::weightedElement<Act>({{7, Act::kPut},
                                          {2, Act::kGet},
                                          {2, Act::kErase},
                                          {2, Act::kMerge},
                                          {1, Act::kRange},
                                          {1, Act::kBatch},
                                          {1, Act::kEraseRange},
                                          {1, Act::kReopen},
                                          {1, Act::kCompact}});
}

rc::Gen<std::vector<Step>> steps() {
    const auto step = rc::gen::construct<Step>(acts(), test::keys(), rc::gen::inRange<uint32_t>(0, 21));
    return rc::gen::resize(500, rc::gen::container<std::vector<Step>>(step));
}

/// An index beside the map it must equal.
class Pair {
   public:
    Pair(Kind kind, const memory::Geometry& geometry, const IndexConfig& config)
        : memory_(kind, geometry, config), config_(config) {}

    /// Empty when the index did as the map does.
    std::string apply(const Step& step) {
        switch (step.act) {
            case Act::kPut: return put(step);
            case Act::kGet: return get(step.key);
            case Act::kErase: return erase(step.key);
            case Act::kMerge: return merge(step.key, step.number);
            case Act::kBatch: return batch(step);
            case Act::kEraseRange: return erase_range(step.key, step.number);
            case Act::kReopen: return reopen();
            case Act::kCompact: return compact();
            case Act::kRange: return range(step.key, step.key < 1000 ? step.key + 60 : ~Key{0}, step.number);
        }
        return "unknown act";
    }

    /// Everything, once more, at the end.
    std::string check_all() {
        if (std::string why = memory_.tree->verify(); !why.empty()) return "verify: " + why;
        if (std::string why = range(0, ~Key{0}, map_.size() + 1); !why.empty()) return why;
        for (const auto& [key, value] : map_)
            if (std::string why = get(key); !why.empty()) return why;
        return {};
    }

    [[nodiscard]] IndexOnMemory& memory() { return memory_; }
    [[nodiscard]] uint64_t refused_count() const { return refused_; }
    [[nodiscard]] uint64_t batches_refused() const { return batches_refused_; }
    [[nodiscard]] uint64_t reopened() const { return reopened_; }
    /// Since the beginning, whereas the index counts since it was opened.
    [[nodiscard]] uint64_t inner_splits() const { return total("inner_splits"); }
    [[nodiscard]] uint64_t superseded() const { return total("messages_superseded"); }

   private:
    [[nodiscard]] uint64_t total(const std::string& name) const { return counted_.at(name) + memory_.stat(name); }

    std::string put(const Step& step) {
        Bytes value = make_value(++puts_, std::min(step.number, config_.max_value_bytes));
        if (const Status status = memory_.tree->put(step.key, value); !status.ok()) return refused(status);
        map_[step.key] = std::move(value);
        return {};
    }

    std::string get(Key key) {
        const auto expected = map_.find(key);
        const std::optional<Bytes> answer = memory_.tree->get(key);
        if (answer.has_value() != (expected != map_.end())) return "get found what is not there, or the reverse";
        return !answer || *answer == expected->second ? "" : "get answers another value";
    }

    std::string erase(Key key) {
        if (const Status status = memory_.tree->erase(key); !status.ok()) return refused(status);
        map_.erase(key);
        return {};
    }

    /// Operands that differ in every byte.
    static Bytes operand(uint64_t number) { return test::make_operand(number * 0x123456789abcdef); }

    std::string merge(Key key, uint64_t number) {
        const Status status = memory_.tree->merge(key, operand(number));
        if (config_.max_value_bytes < 8) return status.ok() ? "merge took what has no room" : "";
        if (!status.ok()) return refused(status);
        test::apply({.what = What::kMerge, .key = key, .value = operand(number)}, map_);
        return {};
    }

    /// As many operations as the step's number says, on neighbouring keys, so that some meet.
    std::string batch(const Step& step) {
        WriteBatch batch;
        std::mt19937_64 random(step.key + step.number);
        for (uint32_t i = 0; i <= step.number; ++i) {
            const Key key = step.key + random() % 12;
            WriteBatch::Operation operation{.key = key, .value = {}};
            switch (random() % (config_.max_value_bytes < 8 ? 3 : 4)) {
                case 0: operation.what = What::kErase; break;
                case 1:
                    operation.what = What::kEraseRange;
                    operation.end = key + random() % 4;
                    break;
                case 2: operation.value = make_value(++puts_, random() % (config_.max_value_bytes + 1)); break;
                default: operation.what = What::kMerge; operation.value = operand(i);
            }
            test::add(operation, batch);
        }
        if (const Status status = memory_.tree->write(batch); !status.ok()) return batch_refused(status);
        test::apply(batch, map_);
        return {};
    }

    std::string erase_range(Key low, Key count) {
        const Key end = low + count;
        if (const Status status = memory_.tree->erase_range(low, end); !status.ok()) return batch_refused(status);
        test::apply({.what = What::kEraseRange, .key = low, .end = end, .value = {}}, map_);
        return {};
    }

    /// Commits and begins anew with what is on the device; if that is what the index can do.
    std::string reopen() {
        memory_.tree->commit();
        if (!config_.durable) return {};
        Result<std::unique_ptr<Index>> opened = Index::open(*memory_.session);
        if (!opened.ok()) return opened.status().message();
        for (auto& [name, count] : counted_) count += memory_.stat(name);
        memory_.tree = std::move(opened.value());
        ++reopened_;
        return memory_.tree->verify();
    }

    std::string compact() {
        if (const Status status = memory_.tree->compact(); !status.ok()) return status.message();
        return memory_.tree->verify();
    }

    /// A batch may also be refused for what it might need; then everything is as before.
    std::string batch_refused(const Status& status) {
        ++batches_refused_;
        if (std::string why = test::is_careful(status) ? "" : refused(status); !why.empty()) return why;
        return range(0, ~Key{0}, map_.size() + 1);
    }

    /// A full memory is no failure as long as the index goes on answering like the map, which is not changed.
    std::string refused(const Status& status) {
        ++refused_;
        return test::is_full(status) ? "" : status.message();
    }

    std::string range(Key low, Key high, size_t limit) {
        std::vector<Entry> expected;
        for (auto it = map_.lower_bound(low); it != map_.end() && it->first <= high && expected.size() < limit; ++it)
            expected.emplace_back(*it);
        return memory_.tree->range(low, high, limit) == expected ? "" : "range answers other entries";
    }

    IndexOnMemory memory_;
    IndexConfig config_;
    Map map_;
    uint64_t puts_ = 0;
    uint64_t refused_ = 0;
    uint64_t batches_refused_ = 0;
    uint64_t reopened_ = 0;
    std::map<std::string, uint64_t> counted_{{"inner_splits", 0}, {"messages_superseded", 0}};  // before reopenings
};

/// Of a durable index.
IndexConfig any_durable_config(Kind kind, uint32_t segments) {
    IndexConfig config = test::any_config(kind, segments);
    config.durable = true;
    config.mechanisms = mechanisms_of(kind, true);
    config.mechanisms->fingerprints = *rc::gen::arbitrary<bool>();
    return config;
}

void expect_agreement(Kind kind, int runs, bool durable = false) {
    test::check_property(runs, [kind, durable] {
        const auto segments = *rc::gen::element<uint32_t>(8, 16, 32);
        const IndexConfig config = durable ? any_durable_config(kind, segments) : test::any_config(kind, segments);
        // The least logs take between a tenth and half of 2,000 tracks.
        const auto tracks =
            durable ? *rc::gen::element<uint64_t>(2000, 3000, 8192) : *rc::gen::element<uint64_t>(40, 100, 4096);
        Pair pair(kind, test::any_geometry(segments, tracks), config);
        const std::vector<Step> sequence = *steps();
        for (size_t i = 0; i < sequence.size(); ++i) {
            const std::string why = pair.apply(sequence[i]);
            if (!why.empty()) RC_FAIL("step " + std::to_string(i) + ": " + why + test::describe(sequence, config));
        }
        const std::string why = pair.check_all();
        if (!why.empty()) RC_FAIL(why + test::describe(sequence, config));
    });
}

Step random_step(std::mt19937_64& random, Key keys_below) {
    const uint64_t dice = random() % 22;
    const Act act = dice == 21   ? (random() % std::max<Key>(20, keys_below / 200) == 0
                                        ? (random() % 2 == 0 ? Act::kReopen : Act::kCompact)
                                        : Act::kGet)
                    : dice == 20 ? Act::kBatch
                    : dice < 11  ? Act::kPut
                    : dice < 13  ? Act::kMerge
                    : dice < 15  ? Act::kGet
                    : dice < 19  ? Act::kErase
                                 : Act::kRange;
    return {act, random() % keys_below, static_cast<uint32_t>(random() % 21)};
}

/// `count` steps from the run's seed, verified in between.
void expect_long_agreement(Kind kind, const memory::Geometry& geometry, const IndexConfig& config, size_t count) {
    Pair pair(kind, geometry, config);
    std::mt19937_64 random(test::seed());
    for (size_t i = 0; i < count; ++i) {
        const Step step = random_step(random, count / 4);
        ASSERT_EQ(pair.apply(step), "") << "step " << i << ": " << step;
        const bool verifies = i % (count / 5) == 0;
        ASSERT_EQ(verifies ? pair.memory().tree->verify() : "", "") << "after step " << i;
    }
    ASSERT_EQ(pair.check_all(), "");
    EXPECT_EQ(pair.refused_count(), 0U);
    EXPECT_GE(pair.memory().stat("height"), 3U);
    EXPECT_GT(pair.inner_splits(), 0U);
    EXPECT_EQ(pair.superseded() > 0, has_buffers(kind));
}

/// Memories of many sizes, so that the last node is taken by every kind of split.
void expect_agreement_when_full(Kind kind) {
    std::mt19937_64 random(test::seed());
    uint64_t refused = 0;
    uint64_t batches_refused = 0;
    for (uint64_t nodes = 3; nodes <= 60; ++nodes) {
        Pair pair(kind, test::geometry(64, 8, nodes * test::kTinyNodes.node_tracks), test::kTinyNodes);
        for (uint64_t i = 0; i < 30 * nodes; ++i) {
            const Step step = random_step(random, 8 * nodes);
            ASSERT_EQ(pair.apply(step), "") << nodes << " nodes, step " << i << ": " << step;
        }
        ASSERT_EQ(pair.check_all(), "") << nodes << " nodes";
        refused += pair.refused_count();
        batches_refused += pair.batches_refused();
    }
    EXPECT_GT(refused, 1000U);
    EXPECT_GT(batches_refused, 0U);
}

class PropertyAgreement : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Each, PropertyAgreement, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(PropertyAgreement, AgreesWithStdMap) { expect_agreement(GetParam(), 120); }

TEST_P(PropertyAgreement, AgreesWithStdMapInADeepTree) {
    expect_long_agreement(GetParam(), test::geometry(64, 8, 16384), test::kTinyNodes, 8000);
}

TEST_P(PropertyAgreement, AgreesWithStdMapInADeepBitInterleavedTree) {
    expect_long_agreement(GetParam(), test::bit_rows(8, 8, 2048), test::kTinyNodes, 8000);
}

TEST_P(PropertyAgreement, AgreesWithStdMapInAFullMemory) { expect_agreement_when_full(GetParam()); }

class PropertyDurableAgreement : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Each, PropertyDurableAgreement, ::testing::Values(Kind::kBplusPar, Kind::kSkyeps),
                         [](const auto& param) { return std::string(to_string(param.param)); });

IndexConfig durable(IndexConfig config) {
    config.durable = true;
    return config;
}

TEST_P(PropertyDurableAgreement, AgreesWithStdMap) { expect_agreement(GetParam(), 60, true); }

TEST_P(PropertyDurableAgreement, AgreesWithStdMapInADeepTree) {
    expect_long_agreement(GetParam(), test::geometry(64, 8, 32768), durable(test::kTinyNodes), 8000);
}

TEST_P(PropertyDurableAgreement, AgreesWithStdMapInAFullMemory) {
    std::mt19937_64 random(test::seed());
    uint64_t refused = 0;
    for (uint64_t tracks = 640; tracks <= 900; tracks += 20) {
        Pair pair(GetParam(), test::geometry(64, 8, tracks), durable(test::kTinyNodes));
        for (uint64_t i = 0; i < 4000; ++i) {
            const Step step = random_step(random, 5 * (tracks - 400));
            ASSERT_EQ(pair.apply(step), "") << tracks << " tracks, step " << i << ": " << step;
        }
        ASSERT_EQ(pair.check_all(), "") << tracks << " tracks";
        refused += pair.refused_count();
        EXPECT_GT(pair.reopened(), 0U);
    }
    EXPECT_GT(refused, 100U);
}

class SlowPropertyDurableAgreement : public PropertyDurableAgreement {};
INSTANTIATE_TEST_SUITE_P(Slow, SlowPropertyDurableAgreement, ::testing::Values(Kind::kBplusPar, Kind::kSkyeps),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(SlowPropertyDurableAgreement, AgreesWithStdMapAtTheDefaultShape) {
    expect_long_agreement(GetParam(), test::geometry(64, 32, 4194304), durable({.max_value_bytes = 64}), 1000000);
}

TEST_P(SlowPropertyDurableAgreement, AgreesWithStdMapOverManyShapes) { expect_agreement(GetParam(), 1000, true); }

class SlowPropertyAgreement : public PropertyAgreement {};
INSTANTIATE_TEST_SUITE_P(Slow, SlowPropertyAgreement, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(SlowPropertyAgreement, AgreesWithStdMapAtTheDefaultShape) {
    expect_long_agreement(GetParam(), test::geometry(64, 32, 4194304), {.max_value_bytes = 64}, 1000000);
}

TEST_P(SlowPropertyAgreement, AgreesWithStdMapBitInterleaved) {
    expect_long_agreement(GetParam(), test::bit_rows(32, 32, 32768), {.max_value_bytes = 64}, 1000000);
}

TEST_P(SlowPropertyAgreement, AgreesWithStdMapOverManyShapes) { expect_agreement(GetParam(), 3000); }

}  // namespace
}  // namespace sky::index
