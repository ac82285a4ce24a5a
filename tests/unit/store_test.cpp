// Question: does a store give back what was committed, in the memory it was made with, and fold it when it should?
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "host/memory/store.hpp"
#include "tests/crash/store_work.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

using test::copy_store;
using test::expect_ok;
using test::rows_of;
using test::store_array;
using test::value_of;

TEST(UnitStore, GivesBackWhatWasCommittedAndNothingElse) {
    constexpr size_t kRounds = 60;
    for (const test::StoreArray& array : test::store_arrays()) {
        SCOPED_TRACE(array.name);
        const test::TemporaryFolder folder;
        const std::vector<test::Rows> after = test::rows_after_rounds(array.config, test::seed(), kRounds + 1);
        test::StoreWork work(array.config, test::seed());
        {
            const auto store = value_of(Store::create(folder.path("s"), array.config, "note"));
            for (size_t i = 0; i < kRounds; ++i) {
                work.round(store->session());
                expect_ok(store->commit(i % 8 == 0));
            }
            work.round(store->session());
            EXPECT_EQ(rows_of(store->session()), after[kRounds + 1]);
        }
        const auto store = value_of(Store::open(folder.path("s")));
        EXPECT_EQ(rows_of(store->session()), after[kRounds]);
        EXPECT_EQ(store->session().counters(), Counters{});
        EXPECT_EQ(store->note(), "note");
        EXPECT_NE(store->recovery().find("groups were replayed"), std::string::npos) << store->recovery();
        expect_ok(store->close());
        const auto folded = value_of(Store::open(folder.path("s")));
        EXPECT_EQ(folded->recovery(), "");
        EXPECT_EQ(folded->generation(), 2U);
        EXPECT_EQ(rows_of(folded->session()), after[kRounds]);
    }
}

TEST(UnitStore, StartsTheSessionItWasMadeWith) {
    const test::TemporaryFolder folder;
    SessionConfig config = store_array("slips");
    config.geometry.tracks = 4096;
    config.timing = {.cycle_ps = 101,
                     .shift_cycles = 2,
                     .detect_cycles = 3,
                     .remove_cycles = 4,
                     .inject_cycles = 5,
                     .shift_fj = 6,
                     .detect_fj = 7,
                     .remove_fj = 8,
                     .inject_fj = 9,
                     .relax_cycles = 10,
                     .shift_charge = model::ShiftCharge::kPerPulse,
                     .remove_charge = model::RemoveCharge::kPerSkyrmion};
    config.policy = {.queue_depth = 33,
                     .banks = 8,
                     .scheduler = Scheduler::kElevator,
                     .return_policy = ReturnPolicy::kStay,
                     .age_cap = 17,
                     .max_ports_driven = 19,
                     .overlap = true,
                     .auto_permutes = false,
                     .faults = {.threshold = 1, .seed = ~uint64_t{0}}};
    config.outstanding = 77;
    config.by_pulses = true;
    const std::string note("any\0bytes\nnote 5\n", 17);
    expect_ok(value_of(Store::create(folder.path("s"), config, note))->close());
    const auto store = value_of(Store::open(folder.path("s")));
    const SessionConfig& got = store->session().config();
    EXPECT_EQ(got.backend, config.backend);
    EXPECT_EQ(got.geometry, config.geometry);
    EXPECT_EQ(got.timing, config.timing);
    EXPECT_EQ(got.policy, config.policy);
    EXPECT_EQ(got.outstanding, config.outstanding);
    EXPECT_EQ(got.by_pulses, config.by_pulses);
    EXPECT_EQ(store->note(), note);
}

TEST(UnitStore, WritesALineThatChangedOftenOnce) {
    const test::TemporaryFolder folder;
    const auto store = value_of(Store::create(folder.path("s"), store_array("words"), ""));
    const uint64_t empty = store->journal_bytes();
    expect_ok(store->commit(true));
    EXPECT_EQ(store->journal_bytes(), empty) << "nothing had changed";
    store->session().write_word(3, 1, 1, WriteAlg::kDcw);
    expect_ok(store->commit(false));
    const uint64_t once = store->journal_bytes() - empty;
    for (uint64_t word = 0; word < 100; ++word) store->session().write_word(3, 1, word, WriteAlg::kDcw);
    expect_ok(store->commit(false));
    EXPECT_EQ(store->journal_bytes(), empty + 2 * once);
}

TEST(UnitStore, FoldsALongJournalWhileItIsInUse) {
    const test::TemporaryFolder folder;
    const SessionConfig config = store_array("bits");
    constexpr size_t kRounds = 200;
    const FoldBounds bounds{.bytes = 3000, .images = 0};
    const std::vector<test::Rows> after = test::rows_after_rounds(config, test::seed(), kRounds);
    const auto store = value_of(Store::create(folder.path("s"), config, "n", bounds));
    test::StoreWork work(config, test::seed());
    for (size_t i = 1; i <= kRounds; ++i) {
        work.round(store->session());
        expect_ok(store->commit(false));
        EXPECT_LE(store->journal_bytes(), bounds.bytes);
        if (i % 20 != 0) continue;
        copy_store(folder.path("s"), folder.path("copy"));
        EXPECT_EQ(rows_of(value_of(Store::open(folder.path("copy")))->session()), after[i]);
    }
    EXPECT_GT(store->generation(), 5U);
}

TEST(UnitStore, LeavesItsFilesAloneWhenNothingChanged) {
    const test::TemporaryFolder folder;
    expect_ok(value_of(Store::create(folder.path("s"), store_array("words"), ""))->close());
    const auto store = value_of(Store::open(folder.path("s")));
    (void)store->session().read_word(1, 1);
    expect_ok(store->close());
    expect_ok(store->close());
    EXPECT_FALSE(store->commit(false).ok()) << "it is closed";
    EXPECT_EQ(value_of(Store::open(folder.path("s")))->generation(), 1U);
}

TEST(UnitStore, IsOnFastOnly) {
    const test::TemporaryFolder folder;
    SessionConfig config = store_array("words");
    config.backend = Backend::kTlm;
    EXPECT_FALSE(Store::create(folder.path("s"), config, "").ok());
    config = store_array("words");
    config.geometry.segments = 65;
    EXPECT_FALSE(Store::create(folder.path("s"), config, "").ok());
    EXPECT_TRUE(folder.names().empty());
}

/// As long as this lives no file grows past `bytes`; a write that would is refused as on a full disk.
class FullDisk {
   public:
    explicit FullDisk(uint64_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

   private:
    void (*handler_)(int);
    rlimit before_{};
};

TEST(UnitStore, SaysThatTheDiskIsFullAndGoesOnWhenItIsNot) {
    const test::TemporaryFolder folder;
    const SessionConfig config = store_array("words");
    const auto store = value_of(Store::create(folder.path("s"), config, ""));
    store->session().write_word(1, 0, 1, WriteAlg::kDcw);
    expect_ok(store->commit(true));
    const std::string journal = test::read_file(folder.path("s/journal"));
    store->session().write_word(2, 0, 2, WriteAlg::kDcw);
    for (uint64_t more = 0; more < 3; ++more) {
        const FullDisk disk(journal.size() + more);
        const Status status = store->commit(false);
        ASSERT_FALSE(status.ok());
        EXPECT_NE(status.message().find("s/journal"), std::string::npos) << status.message();
        EXPECT_NE(status.message().find("free some space"), std::string::npos) << status.message();
        EXPECT_EQ(test::read_file(folder.path("s/journal")), journal);
    }
    store->session().write_word(3, 0, 3, WriteAlg::kDcw);
    expect_ok(store->commit(false));
    copy_store(folder.path("s"), folder.path("copy"));
    const auto copy = value_of(Store::open(folder.path("copy")));
    for (uint32_t row = 1; row <= 3; ++row) EXPECT_EQ(copy->session().read_word(row, 0), row);
}

TEST(UnitStore, KeepsItsJournalWhenTheNextImageDoesNotFit) {
    const test::TemporaryFolder folder;
    const SessionConfig config = store_array("words");
    const auto store = value_of(Store::create(folder.path("s"), config, "", {.bytes = 0, .images = 0}));
    {
        const FullDisk disk(300);  // less than an image
        store->session().write_word(1, 0, 1, WriteAlg::kDcw);
        expect_ok(store->commit(false));
        EXPECT_EQ(store->generation(), 1U);
        const Status status = store->close();
        ASSERT_FALSE(status.ok());
        EXPECT_NE(status.message().find("s/image"), std::string::npos) << status.message();
    }
    const std::vector<std::string> names{"image", "journal", "lock"};
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path("s")))
        found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, names);
    EXPECT_EQ(value_of(Store::open(folder.path("s")))->session().read_word(1, 0), 1U);
}

}  // namespace
}  // namespace sky::memory
