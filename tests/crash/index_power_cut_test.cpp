// Question: is everything that was committed there again after the power went at any pulse of the device, and nothing
// of a batch unless all of it?
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <random>

#include "host/index/index.hpp"
#include "host/index/layout.hpp"
#include "tests/crash/shadow_memory.hpp"
#include "tests/support/device.hpp"
#include "tests/support/index_map.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Geometry;
using memory::MemorySession;
using test::ShadowMemory;
using Entries = test::Map;

struct Case {
    Kind kind;
    bool bit;
    uint32_t value_bytes = 8;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << to_string(c.kind) << (c.bit ? "_bit_" : "_word_") << c.value_bytes;
}

memory::SessionConfig session_config(bool bit) {
    memory::SessionConfig config;
    config.geometry = bit ? test::bit_rows(8, 8, 400) : test::geometry(64, 8, 2400);
    config.timing = test::skyrmion_timing();
    return config;
}

IndexConfig index_config(const Case& c) {
    return {.node_tracks = 3, .fanout = 4, .max_value_bytes = c.value_bytes, .index_bits = 16, .durable = true};
}

/// Operations on few keys, so that they meet; every fifth a batch. For some time the entries grow in number, then
/// they shrink, so that nodes are split and joined.
class History {
   public:
    History(uint64_t seed, const Case& c) : random_(seed), case_(c) {}

    WriteBatch next() {
        WriteBatch batch;
        const uint64_t size = random_() % 5 == 0 ? 2 + random_() % 9 : 1;
        const uint64_t erases = batches_++ / 40 % 2 == 0 ? 1 : 5;  // of 8
        for (uint64_t i = 0; i < size; ++i) {
            const Key key = mixed(random_() % 90);
            const uint64_t dice = random_() % 8;
            if (dice < erases)
                batch.erase(key);
            else if (dice == 7)
                batch.merge(key, value(8));
            else
                batch.put(key, value(random_() % (case_.value_bytes + 1)));
        }
        return batch;
    }

   private:
    static Key mixed(uint64_t i) { return i * 0x9e3779b97f4a7c15; }
    Bytes value(uint64_t bytes) {
        Bytes value(bytes);
        for (std::byte& b : value) b = static_cast<std::byte>(random_());
        return value;
    }

    std::mt19937_64 random_;
    Case case_;
    uint64_t batches_ = 0;
};

std::string compare(Index& index, const Entries& expected) {
    const std::vector<Entry> all = index.range(0, ~Key{0}, SIZE_MAX);
    if (all.size() != expected.size()) return std::to_string(all.size()) + " entries";
    auto entry = all.begin();
    for (const auto& [key, value] : expected) {
        if (entry->first != key) return "key " + std::to_string(entry->first) + " is there";
        if (entry->second != value) return "another value of key " + std::to_string(key);
        ++entry;
    }
    return {};
}

/// Word `at` of a young index: of the superblocks, then of the log, whose first generation is in the second half.
struct LineWord {
    memory::Command command;
    [[nodiscard]] uint64_t read(MemorySession& session) const {
        memory::Command read = command;
        read.op = memory::Op::kRead;
        return session.execute(read).words.front();
    }
    void write(MemorySession& session, uint64_t word) const {
        memory::Command write = command;
        write.op = memory::Op::kWrite;
        write.write_alg = memory::WriteAlg::kDcw;
        session.execute(write, {&word, 1});
    }
};
LineWord line_word(const Case& c, const Geometry& geometry, uint32_t at) {
    const auto layout = make_layout(c.kind, geometry, index_config(c));
    constexpr uint32_t kSuperblocks = 8;
    const uint32_t log = (1 + layout.value().log_half_lines) * geometry.segments;
    at = at < kSuperblocks ? at : log + at - kSuperblocks;
    const NodeLayout::Address address = layout.value().address(at / geometry.segments);
    memory::Command command;
    command.row = address.row;
    command.site = address.site;
    command.seg_mask = uint64_t{1} << at % geometry.segments;
    return {command};
}

/// A run of operations, each committed, and compacted now and then, on a memory whose power can go at any pulse.
class CutRun {
   public:
    CutRun(const Case& c, uint64_t seed)
        : case_(c), history_(seed, c), config_(session_config(c.bit)), shadow_(config_) {
        memory::SessionConfig by_pulses = config_;
        by_pulses.by_pulses = true;
        session_ = std::move(MemorySession::start(by_pulses).value());
        session_->observe_pulses([this](const model::Pulse& pulse) { on_pulse(pulse); });
        auto created = Index::create(c.kind, *session_, index_config(c));
        if (!created.ok()) throw std::runtime_error(created.status().message());
        index_ = std::move(created.value());
    }

    using Cuts = std::function<bool(uint64_t number, const model::Pulse& pulse)>;
    /// `cuts` says at which pulses, counted from here, the power goes.
    void operate(uint64_t operations, Cuts cuts) {
        cuts_ = std::move(cuts);
        pulses_ = 0;
        for (uint64_t i = 0; i < operations && !testing::Test::HasFailure(); ++i) {
            const WriteBatch batch = history_.next();
            after_ = before_;
            test::apply(batch, after_);
            for (const auto& operation : batch.operations()) words_put_ += (operation.value.size() + 7) / 8;
            const Status status = index_->write(batch);
            ASSERT_TRUE(status.ok()) << status.message();
            index_->commit();
            before_ = after_;
            const Status compacted = i % 64 == 63 ? index_->compact() : Status();
            ASSERT_TRUE(compacted.ok()) << compacted.message();
        }
        cuts_ = {};
        EXPECT_EQ(index_->verify(), "");
        EXPECT_EQ(compare(*index_, before_), "");
    }

    [[nodiscard]] std::map<std::string, uint64_t> counts() const {
        std::map<std::string, uint64_t> counts;
        const stats::Group group = index_->statistics();
        for (const char* name : {"leaf_splits", "flushes", "store_tracks", "log_generations"})
            counts[name] = std::get<uint64_t>(group.find(name)->value);
        return counts;
    }
    [[nodiscard]] uint64_t words_put() const { return words_put_; }
    [[nodiscard]] uint64_t pulses() const { return pulses_; }
    [[nodiscard]] uint64_t cuts_made() const { return cuts_made_; }
    [[nodiscard]] uint64_t cuts_in_recovery() const { return cuts_in_recovery_; }
    [[nodiscard]] uint64_t cuts_in_writes_of_recovery() const { return words_changed_in_recovery_; }
    /// After a cut the power goes again, at each pulse of the recovery that changes a word and at every n-th of the
    /// others.
    void cut_recovery_too(uint64_t n) { recovery_period_ = n; }

   private:
    void on_pulse(const model::Pulse& pulse) {
        shadow_.take(pulse);
        if (!cuts_ || testing::Test::HasFailure() || !cuts_(pulses_++, pulse)) return;
        ++cuts_made_;
        SCOPED_TRACE(testing::Message() << "power cut at pulse " << pulses_ - 1);
        reopen(shadow_, recovery_period_ != 0);
    }

    void reopen(ShadowMemory& left, bool cut_again) {
        const auto session = left.session(cut_again);
        if (cut_again) {
            ShadowMemory shadow = left;
            session->observe_pulses([&](const model::Pulse& pulse) {
                shadow.take(pulse);
                using Pulse = model::Pulse::Kind;
                const bool only_reads = pulse.kind == Pulse::kShift || pulse.kind == Pulse::kDetect;
                if (testing::Test::HasFailure() || (only_reads && ++reading_pulses_ % recovery_period_ != 0)) return;
                ++cuts_in_recovery_;
                words_changed_in_recovery_ += only_reads ? 0 : 1;
                reopen(shadow, false);
            });
            auto opened = Index::open(*session);
            ASSERT_TRUE(opened.ok()) << opened.status().message();
            session->observe_pulses({});
            return;
        }
        auto opened = Index::open(*session);
        ASSERT_TRUE(opened.ok()) << opened.status().message();
        Index& index = *opened.value();
        ASSERT_EQ(index.verify(), "");
        const std::string why = compare(index, before_);
        if (why.empty()) return;
        ASSERT_EQ(compare(index, after_), "") << "and against what was acknowledged: " << why;
    }

    Case case_;
    History history_;
    memory::SessionConfig config_;
    ShadowMemory shadow_;
    std::unique_ptr<MemorySession> session_;
    std::unique_ptr<Index> index_;
    Entries before_;  // all that was acknowledged
    Entries after_;   // with the operation under way
    Cuts cuts_;
    uint64_t pulses_ = 0;
    uint64_t words_put_ = 0;
    uint64_t cuts_made_ = 0;
    uint64_t cuts_in_recovery_ = 0;
    uint64_t words_changed_in_recovery_ = 0;
    uint64_t reading_pulses_ = 0;
    uint64_t recovery_period_ = 0;
};

class CrashIndex : public ::testing::TestWithParam<Case> {};
const Case kCases[] = {{Kind::kSkyeps, false},  {Kind::kBplusPar, false},    {Kind::kSkyeps, true},
                       {Kind::kBplusPar, true}, {Kind::kSkyeps, false, 200}, {Kind::kBplusPar, false, 200}};
INSTANTIATE_TEST_SUITE_P(Sample, CrashIndex, ::testing::ValuesIn(kCases), testing::PrintToStringParamName());

TEST_P(CrashIndex, KeepsWhatWasCommitted) {
    CutRun run(GetParam(), test::seed());
    // And at all pulses that change the superblock.
    run.operate(240, [](uint64_t number, const model::Pulse& pulse) {
        return number % 89 == 0 || (pulse.row == 0 && pulse.kind != model::Pulse::Kind::kShift);
    });
    EXPECT_GT(run.cuts_made(), 50U);
    EXPECT_GT(run.counts().at("log_generations"), 1U);
}

TEST_P(CrashIndex, KeepsItWhenThePowerGoesAgainDuringRecovery) {
    CutRun run(GetParam(), test::seed() + 1);
    run.operate(40, {});
    // A pass takes 16 pulses at 8 sites and 128 at 64.
    const uint64_t every = GetParam().bit ? 97 : 1997;
    run.cut_recovery_too(every);
    run.operate(20, [&](uint64_t number, const auto&) { return number % every == 0; });
    EXPECT_GT(run.cuts_in_recovery(), 20U);
}

TEST_P(CrashIndex, SaysWhenTheLogIsDamaged) {
    const memory::SessionConfig config = session_config(GetParam().bit);
    const auto session = std::move(MemorySession::start(config).value());
    auto index = std::move(Index::create(GetParam().kind, *session, index_config(GetParam())).value());
    History history(test::seed(), GetParam());
    Entries entries;
    Entries but_the_last;
    for (int i = 0; i < 20; ++i) {
        const WriteBatch batch = history.next();
        but_the_last = entries;
        test::apply(batch, entries);
        ASSERT_TRUE(index->write(batch).ok());
        index->commit();
    }
    ShadowMemory sound(config);
    sound.copy(*session);
    uint64_t refused = 0;
    uint64_t shorter = 0;
    // One word of the superblocks and of the log's beginning after the other.
    for (uint32_t at = 0; at < 400; ++at) {
        SCOPED_TRACE(at);
        const auto damaged = sound.session();
        const LineWord place = line_word(GetParam(), config.geometry, at);
        place.write(*damaged, place.read(*damaged) ^ 1ULL << at % 64);
        auto opened = Index::open(*damaged);
        if (!opened.ok()) {
            ++refused;
            continue;
        }
        // What a cut leaves, too: a superblock of the two, or the last frame, is not there.
        if (compare(*opened.value(), entries).empty()) continue;
        ++shorter;
        ASSERT_EQ(compare(*opened.value(), but_the_last), "");
    }
    EXPECT_GT(refused, 100U);
    EXPECT_LT(shorter, 40U);
}

class CrashIndexEveryPulse : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Slow, CrashIndexEveryPulse, ::testing::ValuesIn(kCases), testing::PrintToStringParamName());

TEST_P(CrashIndexEveryPulse, Of200Operations) {
    CutRun run(GetParam(), test::seed());
    run.operate(60, {});
    const std::map<std::string, uint64_t> before = run.counts();
    run.operate(200, [](uint64_t, const auto&) { return true; });
    const std::map<std::string, uint64_t> after = run.counts();
    EXPECT_GT(after.at("leaf_splits"), before.at("leaf_splits"));
    EXPECT_EQ(after.at("flushes") > before.at("flushes"), has_buffers(GetParam().kind));
    // Reclaimed: the values that were put would not fit the slots there are.
    EXPECT_GT(run.words_put(), after.at("store_tracks") * 8);
    EXPECT_EQ(run.cuts_made(), run.pulses());
    std::cout << run.cuts_made() << " power cuts\n";
}

TEST_P(CrashIndexEveryPulse, OfRecoveries) {
    CutRun run(GetParam(), test::seed() + 1);
    run.operate(60, {});
    run.cut_recovery_too(101);
    run.operate(100, [](uint64_t number, const auto&) { return number % 499 == 0; });
    // A batch that was logged and not yet applied is written by recovery: always in a B+-tree, else a long one.
    EXPECT_TRUE(run.cuts_in_writes_of_recovery() > 0 || has_buffers(GetParam().kind));
    std::cout << run.cuts_in_recovery() << " power cuts in " << run.cuts_made() << " recoveries, "
              << run.cuts_in_writes_of_recovery() << " of them while they wrote\n";
}

TEST_P(CrashIndexEveryPulse, SeededOf2000Operations) {
    std::mt19937_64 random(test::seed());
    CutRun run(GetParam(), test::seed() + 2);
    const uint64_t one_of = GetParam().bit ? 4 : 50;
    run.operate(2000, [&](uint64_t, const auto&) { return random() % one_of == 0; });
    EXPECT_GE(run.cuts_made(), 20'000U) << "of " << run.pulses() << " pulses";
    EXPECT_GT(run.counts().at("log_generations"), 3U);
}

}  // namespace
}  // namespace sky::index
