// Question: is a journal that was cut off anywhere taken as far as it is whole, and is every other damage of a
// store's files refused without changing them?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/memory/journal_format.hpp"
#include "host/memory/store.hpp"
#include "sysc/model/random.hpp"
#include "tests/crash/store_work.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

using test::Rows;

/// A store as a kill leaves it: an image with rows in it, a journal of some groups, and what it held after each.
class KilledStore {
   public:
    KilledStore(const SessionConfig& config, uint64_t seed, size_t rounds_folded, size_t groups) {
        const std::vector<Rows> after = test::rows_after_rounds(config, seed, rounds_folded + groups);
        test::StoreWork work(config, seed);
        auto store = test::value_of(Store::create(folder_.path("s"), config, "note"));
        for (size_t i = 0; i < rounds_folded; ++i) work.round(store->session());
        test::expect_ok(store->close());
        store = test::value_of(Store::open(folder_.path("s")));
        // The memory goes on as if it had not been interrupted, which not every array does: see Store.
        group_ends_.push_back(store->journal_bytes());
        after_.push_back(after[rounds_folded]);
        for (size_t i = 1; i <= groups; ++i) {
            work.round(store->session());
            test::expect_ok(store->commit(false));
            if (store->journal_bytes() == group_ends_.back()) continue;
            group_ends_.push_back(store->journal_bytes());
            after_.push_back(after[rounds_folded + i]);
        }
        store.reset();
        image_ = test::read_file(folder_.path("s/image"));
        journal_ = test::read_file(folder_.path("s/journal"));
    }

    [[nodiscard]] const std::string& image() const { return image_; }
    [[nodiscard]] const std::string& journal() const { return journal_; }
    [[nodiscard]] size_t groups() const { return group_ends_.size() - 1; }
    [[nodiscard]] const Rows& after(size_t group) const { return after_[group]; }
    [[nodiscard]] uint64_t end_of(size_t group) const { return group_ends_[group]; }
    /// Whole groups in so many bytes of the journal.
    [[nodiscard]] size_t groups_in(uint64_t bytes) const {
        size_t groups = 0;
        while (groups < this->groups() && group_ends_[groups + 1] <= bytes) ++groups;
        return groups;
    }

    /// The store with these files.
    [[nodiscard]] std::string with(const std::string& image, const std::string& journal) const {
        std::string path = folder_.path("damaged");
        std::filesystem::remove_all(path);  // some file systems sync what is written over an older file
        std::filesystem::create_directories(path);
        (void)folder_.file("damaged/image", image);
        (void)folder_.file("damaged/journal", journal);
        return path;
    }
    /// That the store is refused with a message that begins so, and that its files are as they were.
    void expect_refused(const std::string& image, const std::string& journal, const std::string& file) const {
        const std::string path = with(image, journal);
        const auto store = Store::open(path);
        ASSERT_FALSE(store.ok());
        EXPECT_EQ(store.status().message().find(fmt::format("{}/{}", path, file)), 0U) << store.status().message();
        EXPECT_NE(store.status().message().find('\n'), std::string::npos) << store.status().message();
        EXPECT_EQ(test::read_file(path + "/image"), image);
        EXPECT_EQ(test::read_file(path + "/journal"), journal);
    }
    /// That the store opens with what it held after that group, says that it dropped a tail, and goes on.
    void expect_torn(const std::string& journal, size_t group, bool torn) const {
        const std::string path = with(image_, journal);
        auto store = test::value_of(Store::open(path));
        EXPECT_EQ(test::rows_of(store->session()), after_[group]);
        EXPECT_EQ(store->recovery().find("dropped") != std::string::npos, torn) << store->recovery();
        store->session().write_word(1, 1, 9, WriteAlg::kDcw);
        test::expect_ok(store->commit(false));
        const Rows changed = test::rows_of(store->session());
        store.reset();
        EXPECT_EQ(test::rows_of(test::value_of(Store::open(path))->session()), changed);
    }

   private:
    test::TemporaryFolder folder_;
    std::string image_;
    std::string journal_;
    std::vector<uint64_t> group_ends_;
    std::vector<Rows> after_;
};

KilledStore small_store(const char* array) { return {test::store_array(array), test::seed(), 3, 5}; }

TEST(CrashStoreDamage, AJournalCutOffAtAnyByteIsTakenAsFarAsItIsWhole) {
    for (const char* array : {"words", "flags", "bits"}) {
        const KilledStore store = small_store(array);
        ASSERT_GE(store.groups(), 3U);
        for (uint64_t bytes = 0; bytes <= store.journal().size(); ++bytes) {
            SCOPED_TRACE(fmt::format("{}, {} of {} bytes", array, bytes, store.journal().size()));
            const std::string journal = store.journal().substr(0, bytes);
            if (bytes < journal_format::kHeaderBytes)
                store.expect_refused(store.image(), journal, fmt::format("journal: byte {}: ", bytes));
            else
                store.expect_torn(journal, store.groups_in(bytes), bytes != store.end_of(store.groups_in(bytes)));
            if (testing::Test::HasFailure()) return;
        }
    }
}

/// Every `step`-th bit of image and journal, one at a time.
void turn_bits(uint64_t step) {
    const KilledStore store = small_store("flags");
    const uint64_t last = store.end_of(store.groups() - 1);
    for (uint64_t bit = 0; bit < 8 * store.journal().size(); bit += step) {
        SCOPED_TRACE(fmt::format("bit {} of the journal", bit));
        std::string journal = store.journal();
        journal[bit / 8] = static_cast<char>(journal[bit / 8] ^ 1 << bit % 8);
        if (bit / 8 >= last)
            store.expect_torn(journal, store.groups() - 1, true);
        else
            store.expect_refused(store.image(), journal, "journal: byte ");
        if (testing::Test::HasFailure()) return;
    }
    for (uint64_t bit = 0; bit < 8 * store.image().size(); bit += step) {
        SCOPED_TRACE(fmt::format("bit {} of the image", bit));
        std::string image = store.image();
        image[bit / 8] = static_cast<char>(image[bit / 8] ^ 1 << bit % 8);
        store.expect_refused(image, store.journal(), "image: ");
        if (testing::Test::HasFailure()) return;
    }
    for (uint64_t bytes = 0; bytes < store.image().size(); ++bytes)
        store.expect_refused(store.image().substr(0, bytes), store.journal(), "image: ");
}

TEST(CrashStoreDamage, OneWrongBitInAnyByteIsRefusedOrInTheLastGroupDropped) { turn_bits(7); }
TEST(SlowCrashStoreDamage, OneWrongBitIsRefusedOrInTheLastGroupDropped) { turn_bits(1); }

TEST(CrashStoreDamage, AMissingMovedOrRepeatedGroupIsRefused) {
    const KilledStore store = small_store("words");
    ASSERT_GE(store.groups(), 3U);
    const auto group = [&](size_t i) {
        return store.journal().substr(store.end_of(i), store.end_of(i + 1) - store.end_of(i));
    };
    const std::string header = store.journal().substr(0, journal_format::kHeaderBytes);
    store.expect_refused(store.image(), header + group(1), "journal: byte 20: group 0 is damaged or missing");
    store.expect_refused(store.image(), header + group(0) + group(2), "journal: byte ");
    store.expect_refused(store.image(), header + group(1) + group(0), "journal: byte 20: ");
    const std::string twice = header + group(0) + group(0);
    store.expect_torn(twice, 1, true);
}

/// What a host that lost its power may leave behind what was synced.
TEST(CrashStoreDamage, AnyBytesBehindTheLastWholeGroupAreDropped) {
    const KilledStore store = small_store("bits");
    model::Random random(test::seed());
    for (int i = 0; i < 300; ++i) {
        SCOPED_TRACE(i);
        const size_t groups = random.below(store.groups() + 1);
        std::string journal = store.journal().substr(0, store.end_of(groups));
        const bool zeros = random.percent(20);
        const uint64_t size = 1 + random.below(i % 10 == 0 ? 200'000 : 100);
        if (random.percent(30)) journal += journal_format::kGroupMagic;
        for (uint64_t k = 0; k < size; ++k) journal += zeros ? '\0' : static_cast<char>(random.below(256));
        store.expect_torn(journal, groups, true);
        if (testing::Test::HasFailure()) return;
    }
}

TEST(CrashStoreDamage, NoDamageGivesAStateThatWasNeverCommitted) {
    const KilledStore store = small_store("words");
    model::Random random(test::seed());
    for (int i = 0; i < 2000; ++i) {
        SCOPED_TRACE(i);
        std::string files[2] = {store.image(), store.journal()};
        for (uint64_t left = 1 + random.below(4); left > 0; --left) {
            std::string& bytes = files[random.below(2)];
            const uint64_t at = random.below(bytes.size());
            const uint64_t size = std::min<uint64_t>(1 + random.below(40), bytes.size() - at);
            switch (random.below(4)) {
                case 0: bytes.erase(at, size); break;
                case 1: bytes.insert(at, bytes.substr(bytes.size() - size)); break;
                case 2: bytes.replace(at, size, std::string(size, '\0')); break;
                default:
                    for (uint64_t k = 0; k < size; ++k) bytes[at + k] = static_cast<char>(random.below(256));
            }
            if (bytes.empty()) bytes.assign(1, 'x');
        }
        const std::string path = store.with(files[0], files[1]);
        auto opened = Store::open(path);
        if (!opened.ok()) {
            EXPECT_EQ(test::read_file(path + "/image"), files[0]);
            EXPECT_EQ(test::read_file(path + "/journal"), files[1]);
            continue;
        }
        const Rows rows = test::rows_of(opened.value()->session());
        bool was_there = false;
        for (size_t group = 0; group <= store.groups(); ++group) was_there |= rows == store.after(group);
        EXPECT_TRUE(was_there);
        if (testing::Test::HasFailure()) return;
    }
}

/// A group in the middle of a long journal, which is looked for piece by piece.
TEST(CrashStoreDamage, ASoundGroupFarBehindADamagedOneIsFound) {
    const SessionConfig config = test::store_array("words");
    const test::TemporaryFolder folder;
    auto store = test::value_of(Store::create(folder.path("s"), config, ""));
    constexpr uint32_t kGroups = 6000;
    std::vector<uint64_t> ends{store->journal_bytes()};
    for (uint32_t i = 0; i < kGroups; ++i) {
        store->session().write_word(i % 7, i % 5, i % 256, WriteAlg::kDcw);
        test::expect_ok(store->commit(false));
        ends.push_back(store->journal_bytes());
    }
    store.reset();
    const std::string journal = test::read_file(folder.path("s/journal"));
    // From group 1 on zeros, up to the last group, which begins at every place of a piece in turn.
    for (uint64_t moved = 0; moved < 40; ++moved) {
        const uint64_t last = ends[kGroups - 1];
        std::string damaged = journal.substr(0, ends[1]) + std::string(200'000 + moved - ends[1], '\0');
        damaged += journal.substr(last);
        (void)folder.file("s/journal", damaged);
        const auto opened = Store::open(folder.path("s"));
        ASSERT_FALSE(opened.ok());
        EXPECT_NE(opened.status().message().find(
                      fmt::format("byte {}: group 1 is damaged or missing, and group {} follows at byte {}", ends[1],
                                  kGroups - 1, 200'000 + moved)),
                  std::string::npos)
            << opened.status().message();
    }
}

}  // namespace
}  // namespace sky::memory
