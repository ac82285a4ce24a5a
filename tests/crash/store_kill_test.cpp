// Question: is every commit that a store acknowledged there after its program was killed, at any call to the host and
// at any moment?
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "host/memory/store.hpp"
#include "sysc/model/random.hpp"
#include "tests/crash/host_calls.hpp"
#include "tests/crash/store_work.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

using test::Rows;

/// One program that is killed sooner or later. Its function says by a call of its argument what it has done.
class Child {
   public:
    using Report = std::function<void()>;

    explicit Child(const std::function<void(const Report&)>& program) {
        int ends[2];
        if (pipe(ends) != 0) throw std::runtime_error("no pipe");
        pid_ = fork();
        if (pid_ == 0) {
            close(ends[0]);
            try {
                program([&] {
                    const char done = 1;
                    // Under a number whose writes are not counted.
                    if (dup2(ends[1], STDOUT_FILENO) < 0 || ::write(STDOUT_FILENO, &done, 1) != 1) _exit(3);
                });
            } catch (const std::exception& error) {
                (void)std::fprintf(stderr, "%s\n", error.what());
                _exit(5);
            }
            _exit(0);
        }
        close(ends[1]);
        pipe_ = ends[0];
    }
    ~Child() {
        kill();
        close(pipe_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Waits for one more report; false when the child has ended.
    bool wait_report() {
        char done = 0;
        ssize_t n = 0;
        do n = read(pipe_, &done, 1);
        while (n < 0 && errno == EINTR);
        if (n == 1) ++reports_;
        return n == 1;
    }
    void kill() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        (void)exit_status();
    }
    /// Waits for its end; everything it reported until then is counted.
    int exit_status() {
        if (pid_ > 0) {
            while (wait_report()) {
            }
            (void)waitpid(pid_, &status_, 0);
            pid_ = 0;
        }
        return status_;
    }
    [[nodiscard]] size_t reports() const { return reports_; }

   private:
    pid_t pid_ = 0;
    int pipe_ = -1;
    int status_ = 0;
    size_t reports_ = 0;
};

constexpr FoldBounds kFoldOften{.bytes = 700, .images = 0};

/// Makes a store, reports, and commits `rounds` rounds in it with a report behind each, in two programs' lives.
void work_on_store(const std::string& path, const SessionConfig& config, uint64_t seed, size_t rounds,
                   const Child::Report& report) {
    test::StoreWork work(config, seed);
    const auto check = [](const Status& status) {
        if (!status.ok()) _exit(4);
    };
    auto store = test::value_of(Store::create(path, config, "note", kFoldOften));
    report();
    for (size_t i = 0; i < rounds; ++i) {
        if (i == rounds / 2) {
            check(store->close());
            store = test::value_of(Store::open(path, kFoldOften));
        }
        work.round(store->session());
        check(store->commit(i % 3 == 0));
        report();
    }
    check(store->close());
}

/// That the store holds what was there after the last report, or one commit more.
void expect_acknowledged(const std::string& path, const std::vector<Rows>& after, size_t reports) {
    if (reports == 0 && !std::filesystem::exists(path + "/image")) {
        test::expect_ok(Store::create(path, test::store_array("words"), "").status());
        return;
    }
    const size_t commits = reports == 0 ? 0 : reports - 1;
    auto store = test::value_of(Store::open(path));
    const Rows rows = test::rows_of(store->session());
    const bool one_more = commits + 1 < after.size() && rows == after[commits + 1];
    EXPECT_TRUE(rows == after[commits] || one_more) << commits << " commits were acknowledged";
    store->session().write_word(2, 1, 3, WriteAlg::kDcw);
    test::expect_ok(store->commit(false));
    const Rows changed = test::rows_of(store->session());
    store.reset();
    store = test::value_of(Store::open(path));
    EXPECT_EQ(test::rows_of(store->session()), changed) << "it goes on from there";
    test::expect_ok(store->close());
    EXPECT_EQ(test::rows_of(test::value_of(Store::open(path))->session()), changed);
}

void kill_at_every_call(const SessionConfig& config, uint64_t seed, size_t rounds, uint64_t step) {
    const std::vector<Rows> after = test::rows_after_rounds(config, seed, rounds);
    uint64_t calls = 0;
    for (uint64_t call = 1;; call += step) {
        bool killed = false;
        for (const uint32_t part : {0U, 100U, 256U}) {
            SCOPED_TRACE(testing::Message() << "call " << call << ", part " << part << ", seed " << seed);
            const test::TemporaryFolder folder;
            const std::string path = folder.path("s");
            Child child([&](const Child::Report& report) {
                test::kill_at_call(call, part);
                work_on_store(path, config, seed, rounds, report);
            });
            const int status = child.exit_status();
            killed = WIFSIGNALED(status);
            ASSERT_TRUE(killed || status == 0) << status;
            expect_acknowledged(path, after, child.reports());
            EXPECT_TRUE(killed || child.reports() == rounds + 1) << child.reports();
        }
        if (!killed) break;
        calls = call;
    }
    EXPECT_GT(calls, rounds) << "nearly every commit is a call at least, and folds are many";
}

void kill_at_any_moment(const test::StoreArray& array, uint64_t seed, int times) {
    constexpr size_t kRounds = 400;
    SCOPED_TRACE(testing::Message() << array.name << ", seed " << seed);
    const std::vector<Rows> after = test::rows_after_rounds(array.config, seed, kRounds);
    model::Random random(seed);
    for (int i = 0; i < times; ++i) {
        const test::TemporaryFolder folder;
        const std::string path = folder.path("s");
        Child child([&](const Child::Report& report) { work_on_store(path, array.config, seed, kRounds, report); });
        for (uint64_t reports = 1 + random.below(kRounds); reports > 0 && child.wait_report();) --reports;
        child.kill();
        expect_acknowledged(path, after, child.reports());
    }
}

TEST(CrashStore, KeepsWhatItAcknowledgedWhicheverCallToTheHostIsTheLast) {
    kill_at_every_call(test::store_array("words"), test::seed(), 12, 1);
    kill_at_every_call(test::store_array("bits"), test::seed(), 12, 7);
}

TEST(CrashStore, KeepsWhatItAcknowledgedWhenItIsKilledAtAnyMoment) {
    for (const test::StoreArray& array : test::store_arrays()) kill_at_any_moment(array, test::seed(), 2);
}

TEST(SlowCrashStore, KeepsWhatItAcknowledgedWhicheverCallToTheHostIsTheLast) {
    for (uint64_t i = 0; i < 4; ++i)
        for (const test::StoreArray& array : test::store_arrays()) {
            SCOPED_TRACE(array.name);
            kill_at_every_call(array.config, test::seed() + i, 40, 1);
        }
}

TEST(SlowCrashStore, KeepsWhatItAcknowledgedWhenItIsKilledAtAnyMoment) {
    for (uint64_t i = 0; i < 20; ++i)
        for (const test::StoreArray& array : test::store_arrays()) kill_at_any_moment(array, test::seed() + i, 5);
}

}  // namespace
}  // namespace sky::memory
