// Question: does a pool take the memory that the planner counts, lay tensors out as it says, and refuse what it
// cannot hold before it takes any?
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <thread>

#include "host/offload/plan/known_models.hpp"
#include "host/offload/plan/plan.hpp"
#include "host/offload/pool/buffer_pool.hpp"
#include "host/offload/pool/model_pool.hpp"
#include "host/offload/pool/pool_run.hpp"
#include "host/offload/rounding.hpp"

namespace sky::offload {
namespace {

PoolLayout laid_out(Result<PoolLayout> layout) {
    EXPECT_TRUE(layout.ok()) << layout.status().message();
    return layout.ok() ? layout.value() : PoolLayout{};
}

void expect_error(const Status& status, const std::string& what, const std::string& remedy) {
    const std::string& message = status.message();
    const size_t line = message.find('\n');
    ASSERT_NE(line, std::string::npos) << "message: " << message << ", expected " << what;
    EXPECT_NE(message.substr(0, line).find(what), std::string::npos) << message;
    EXPECT_NE(message.substr(line).find(remedy), std::string::npos) << message;
}

/// Pages of a mapping that are there.
uint64_t present_bytes(std::span<const std::byte> memory) {
    std::vector<unsigned char> pages(memory.size() / kPageBytes);
    EXPECT_EQ(mincore(const_cast<std::byte*>(memory.data()), memory.size(), pages.data()), 0);
    return kPageBytes * static_cast<uint64_t>(
                            std::count_if(pages.begin(), pages.end(), [](unsigned char p) { return (p & 1U) != 0; }));
}

/// A decoder of a few pages a matrix, with an untied head.
Model small_model() {
    return decoder_model({.name = "small",
                          .hidden = 256,
                          .intermediate = 704,
                          .layers = 3,
                          .heads = 8,
                          .kv_heads = 2,
                          .head_dim = 32,
                          .vocabulary = 1000});
}

TEST(OffloadPool, ReservesWhatThePlannerCounts) {
    for (const std::string& name : known_model_names()) {
        const Model model = *known_model(name);
        for (const uint64_t resident : {0U, 1U << 20U, 64U << 20U}) {
            SCOPED_TRACE(testing::Message() << name << " resident below " << resident);
            const PlanRequest request{.resident_bytes = resident};
            const ModePlan before = plan(model, Mode::kZeroInfinity, request).value();
            const ModePlan after = plan(model, Mode::kMemAscend, request).value();
            const ModelPool pool = model_pool(model, 2, resident);
            const PoolLayout adaptive = laid_out(adaptive_layout(pool.schedule.tensors, pool.slots, resident));
            const PoolLayout uniform = laid_out(uniform_layout(pool.schedule.tensors, pool.slot_count, resident));
            EXPECT_EQ(adaptive.requested_bytes, after.pool_request_bytes);
            EXPECT_EQ(adaptive.reserved_bytes, after.pool_bytes);
            EXPECT_EQ(uniform.requested_bytes, before.pool_request_bytes);
            if (resident == 0) {
                EXPECT_EQ(power_of_two_ceil(uniform.reserved_bytes), before.pool_bytes);
            }
            EXPECT_TRUE(check_schedule(adaptive, pool.schedule).ok());
            EXPECT_TRUE(check_schedule(uniform, pool.schedule).ok());
        }
    }
}

/// The peak of a pool in which all slots are in use: block, embeddings and head, the next of them fetched ahead.
TEST(OffloadPool, UsesAtItsPeakAllThatThePlannerCounts) {
    for (const std::string& name : known_model_names()) {
        const Model model = *known_model(name);
        const ModelPool sizes = model_pool(model, 2, 0);
        auto pool =
            BufferPool::create(laid_out(adaptive_layout(sizes.schedule.tensors, sizes.slots, 0)), sizes.schedule);
        ASSERT_TRUE(pool.ok()) << pool.status().message();
        const Result<PoolRun> run =
            run_pool(*pool.value(), sizes.schedule, {.passes = 2, .compute = {}, .advance = {}});
        ASSERT_TRUE(run.ok()) << run.status().message();
        EXPECT_EQ(run.value().uses, 2 * pool.value()->uses());
        EXPECT_EQ(pool.value()->statistics().peak_in_use_bytes,
                  plan(model, Mode::kMemAscend, {}).value().pool_request_bytes)
            << name;
        EXPECT_EQ(pool.value()->statistics().in_use_bytes, 0U);
        EXPECT_EQ(pool.value()->statistics().waited, 0U);
    }
}

TEST(OffloadPool, TakesThePlannersPeakOfTheSystemsMemory) {
    for (const uint64_t resident : {0U, 40'000U}) {
        const Model model = small_model();
        const ModePlan planned = plan(model, Mode::kMemAscend, {.resident_bytes = resident}).value();
        const ModelPool sizes = model_pool(model, 2, resident);
        auto pool = BufferPool::create(laid_out(adaptive_layout(sizes.schedule.tensors, sizes.slots, resident)),
                                       sizes.schedule);
        ASSERT_TRUE(pool.ok());
        EXPECT_EQ(present_bytes(pool.value()->memory()), 0U);
        const auto touch = [](const PoolBuffer& buffer) {
            std::fill(buffer.bytes().begin(), buffer.bytes().end(), std::byte{1});
        };
        const Result<PoolRun> run =
            run_pool(*pool.value(), sizes.schedule, {.passes = 1, .compute = touch, .advance = {}});
        ASSERT_TRUE(run.ok()) << run.status().message();
        EXPECT_EQ(present_bytes(pool.value()->memory()), planned.pool_bytes);
    }
}

TEST(OffloadPool, GivesWholePagesInSlotsAndLinesInTheSlab) {
    PoolSchedule schedule;
    const uint32_t wide = schedule.add("wide", 10'000);
    const uint32_t small = schedule.add("small", 100);
    const uint32_t other = schedule.add("other", 4095);
    for (const uint32_t t : {small, wide, other}) schedule.acquire(t);
    for (const uint32_t t : {small, wide, other}) schedule.release(t);
    const std::vector<SlotCount> slots{{10'000, 2}};
    const PoolLayout layout = laid_out(adaptive_layout(schedule.tensors, slots, 4096));
    EXPECT_EQ(layout.requested_bytes, 2 * 10'000U + 100 + 4095);
    EXPECT_EQ(layout.reserved_bytes, 2 * 12'288U + 8192) << "two slots, and 128 + 4096 bytes of slab";
    auto pool = BufferPool::create(layout, schedule);
    ASSERT_TRUE(pool.ok());
    std::vector<PoolBuffer> held;
    for (uint64_t use = 0; use < 3; ++use) held.push_back(std::move(pool.value()->acquire(use).value()));
    const auto offset = [&](size_t i) { return held[i].bytes().data() - pool.value()->memory().data(); };
    EXPECT_EQ(offset(0), 2 * 12'288);
    EXPECT_EQ(offset(1), 0);
    EXPECT_EQ(offset(2), 2 * 12'288 + 128);
    EXPECT_EQ(held[1].bytes().size(), 10'000U);
    held[0].bytes()[7] = std::byte{42};
    held.clear();
    EXPECT_EQ(pool.value()->acquire(3).value().bytes()[7], std::byte{42}) << "what is resident stays";
    EXPECT_EQ(pool.value()->acquire(4).value().bytes().data() - pool.value()->memory().data(), 12'288)
        << "slots are taken in turn";
}

TEST(OffloadPool, UsesTheMemoryItIsGiven) {
    PoolSchedule schedule;
    const uint32_t t = schedule.add("t", 8192);
    schedule.acquire(t);
    schedule.release(t);
    const std::vector<SlotCount> slots{{8192, 1}};
    const PoolLayout layout = laid_out(adaptive_layout(schedule.tensors, slots, 0));
    alignas(4096) static std::array<std::byte, 12'288> memory;
    auto pool = BufferPool::create(layout, schedule, memory);
    ASSERT_TRUE(pool.ok());
    EXPECT_EQ(pool.value()->acquire(0).value().bytes().data(), memory.data());
    expect_error(BufferPool::create(layout, schedule, std::span(memory).first(8191)).status(), "is given 8191 bytes",
                 "at least 8192");
    expect_error(BufferPool::create(layout, schedule, std::span(memory).subspan(64)).status(),
                 "does not begin at a page", "multiple of 4096");
}

TEST(OffloadPool, RefusesWhatWouldWaitForEverBeforeItTakesMemory) {
    // Twice as much as any address space: mapped, it would fail otherwise.
    PoolSchedule schedule;
    const uint64_t huge = uint64_t{1} << 48;
    const uint32_t first = schedule.add("layers.0.up", huge);
    const uint32_t second = schedule.add("layers.0.down", huge);
    const uint32_t third = schedule.add("layers.1.up", huge);
    for (const uint32_t t : {first, second, third}) schedule.acquire(t);
    for (const uint32_t t : {first, second, third}) schedule.release(t);
    const std::vector<SlotCount> slots{{huge, 1}};
    expect_error(
        BufferPool::create(laid_out(adaptive_layout(schedule.tensors, slots, 0)), schedule).status(),
        "the class of 281474976710656 bytes has 1 of the 3 slots that step 2, layers.1.up, needs: it lacks 2",
        "as many slots as it needs (3 of 281474976710656 bytes)");
    const std::vector<SlotCount> enough{{huge, 3}};
    expect_error(BufferPool::create(laid_out(adaptive_layout(schedule.tensors, enough, 0)), schedule).status(),
                 "cannot map 844424930131968 bytes", "fewer slots");
}

TEST(OffloadPool, RefusesSchedulesThatDoNotPair) {
    PoolSchedule schedule;
    const uint32_t t = schedule.add("t", 4096);
    const std::vector<SlotCount> slots{{4096, 5}};
    const PoolLayout layout = laid_out(adaptive_layout(schedule.tensors, slots, 0));
    const auto refused = [&](std::vector<PoolStep> steps, const std::string& what) {
        schedule.steps = std::move(steps);
        expect_error(BufferPool::create(layout, schedule).status(), what, "acquired and released in turn");
    };
    const PoolStep take{PoolStep::Kind::kAcquire, t};
    const PoolStep give{PoolStep::Kind::kRelease, t};
    refused({take, take}, "step 1 of the schedule acquires t, which is held since step 0");
    refused({take, give, give}, "step 2 of the schedule releases t, which is not held");
    refused({take, give, take}, "step 2 of the schedule acquires t, and none releases it");
    refused({{PoolStep::Kind::kAcquire, 1}}, "step 0 of the schedule names tensor 1 of 1");
    (void)schedule.add("another", 4096);
    expect_error(BufferPool::create(layout, schedule).status(), "the layout has 1 tensors, the schedule 2",
                 "the same");
}

TEST(OffloadPool, RefusesLayoutsThatCannotBe) {
    PoolSchedule schedule;
    (void)schedule.add("t", 5000);
    const auto adaptive = [&](uint64_t bytes, uint64_t slots) {
        const std::vector<SlotCount> counts{{bytes, slots}};
        return adaptive_layout(schedule.tensors, counts, 0).status();
    };
    expect_error(adaptive(4096, 1), "tensor t of 5000 bytes has no class of its size", "slots of 5000 bytes");
    expect_error(adaptive(5000, 0), "0 slots of 5000 bytes", "at least one");
    expect_error(adaptive(0, 1), "1 slots of 0 bytes", "at least one");
    expect_error(adaptive(5000, uint64_t{1} << 50), "are too many", "at most");
    expect_error(adaptive(UINT64_MAX, 1), "are too many", "at most");
    expect_error(uniform_layout(schedule.tensors, 0, 0).status(), "0 slots", "at least one");
    expect_error(uniform_layout(schedule.tensors, uint64_t{1} << 60, 0).status(), "are too many", "at most");
    (void)schedule.add("empty", 0);
    expect_error(uniform_layout(schedule.tensors, 1, 0).status(), "tensor empty has 0 bytes", "at least one");
    expect_error(uniform_layout(schedule.tensors, 1, 6000).status(), "tensor empty has 0 bytes", "at least one");
}

TEST(OffloadPool, EndsTheWaitOfARunThatIsStopped) {
    PoolSchedule schedule;
    for (uint32_t i = 0; i < 2; ++i) {
        const uint32_t t = schedule.add("t", 4096);
        schedule.acquire(t);
        schedule.release(t);
    }
    const std::vector<SlotCount> slots{{4096, 1}};
    auto pool = BufferPool::create(laid_out(adaptive_layout(schedule.tensors, slots, 0)), schedule);
    ASSERT_TRUE(pool.ok());
    PoolBuffer first = std::move(pool.value()->acquire(0).value());
    expect_error(pool.value()->acquire(0).status(), "use 0 of the pool was granted before", "the next, 1");
    Status waited;
    std::thread waiter([&] { waited = pool.value()->acquire(1).status(); });
    while (pool.value()->statistics().waited == 0) std::this_thread::yield();
    pool.value()->stop();
    waiter.join();
    expect_error(waited, "the pool was stopped", "has ended");
    first.release();
    EXPECT_FALSE(pool.value()->acquire(1).ok());
    EXPECT_FALSE(pool.value()->try_acquire(1));
}

TEST(OffloadPool, WaitsForASlotAndForItsTurn) {
    PoolSchedule schedule;
    const uint32_t a = schedule.add("a", 4096);
    const uint32_t b = schedule.add("b", 8192);
    const uint32_t c = schedule.add("c", 4096);
    for (const uint32_t t : {a, b}) schedule.acquire(t);
    schedule.release(a);
    schedule.acquire(c);
    for (const uint32_t t : {b, c}) schedule.release(t);
    const std::vector<SlotCount> slots{{4096, 1}, {8192, 1}};
    auto pool = BufferPool::create(laid_out(adaptive_layout(schedule.tensors, slots, 0)), schedule);
    ASSERT_TRUE(pool.ok());
    PoolBuffer held_c;
    std::thread third([&] { held_c = std::move(pool.value()->acquire(2).value()); });
    while (pool.value()->statistics().waited == 0) std::this_thread::yield();
    PoolBuffer held_a = std::move(pool.value()->acquire(0).value());
    EXPECT_FALSE(pool.value()->try_acquire(2)) << "not its turn";
    PoolBuffer held_b = std::move(*pool.value()->try_acquire(1));
    EXPECT_FALSE(pool.value()->try_acquire(2)) << "no slot";
    EXPECT_EQ(pool.value()->statistics().acquired, 2U) << "the slot of c is that of a";
    const std::byte* const slot = held_a.bytes().data();
    held_a.release();
    third.join();
    EXPECT_EQ(held_c.bytes().data(), slot);
    EXPECT_EQ(pool.value()->statistics().peak_in_use_bytes, 12'288U);
}

TEST(OffloadPool, RunsAModelOnSeveralThreadsWithNoTwoTensorsInASlot) {
    const ModelPool sizes = model_pool(*known_model("gpt2"), 2, 0);
    for (const uint32_t threads : {2U, 3U, 7U}) {
        auto pool =
            BufferPool::create(laid_out(adaptive_layout(sizes.schedule.tensors, sizes.slots, 0)), sizes.schedule);
        ASSERT_TRUE(pool.ok());
        std::mutex mutex;
        std::map<const std::byte*, std::thread::id> last;  // who had a slot last
        uint64_t changes = 0;
        uint64_t reports = 0;
        const Result<PoolRun> run = run_pool(*pool.value(), sizes.schedule,
                                             {.passes = 20,
                                              .threads = threads,
                                              .compute =
                                                  [&](const PoolBuffer& buffer) {
                                                      const std::lock_guard lock(mutex);
                                                      std::thread::id& had = last[buffer.bytes().data()];
                                                      if (had != std::this_thread::get_id()) ++changes;
                                                      had = std::this_thread::get_id();
                                                  },
                                              .advance = [&](uint64_t passes) { return passes == ++reports; }});
        ASSERT_TRUE(run.ok()) << run.status().message();
        EXPECT_EQ(run.value().passes, 20U);
        EXPECT_EQ(run.value().uses, 20 * pool.value()->uses());
        EXPECT_EQ(reports, 20U);
        EXPECT_GT(changes, threads) << "slots go from thread to thread";
        EXPECT_EQ(pool.value()->statistics().acquired, 20 * pool.value()->uses());
        EXPECT_LE(pool.value()->statistics().peak_in_use_bytes, pool.value()->layout().requested_bytes);
    }
}

TEST(OffloadPool, ARunOnSeveralThreadsEndsWhenItIsAskedTo) {
    const ModelPool sizes = model_pool(*known_model("gpt2"), 2, 0);
    auto pool = BufferPool::create(laid_out(adaptive_layout(sizes.schedule.tensors, sizes.slots, 0)), sizes.schedule);
    ASSERT_TRUE(pool.ok());
    const Result<PoolRun> run = run_pool(
        *pool.value(), sizes.schedule,
        {.passes = 1'000'000, .threads = 3, .compute = {}, .advance = [](uint64_t passes) { return passes < 5; }});
    ASSERT_TRUE(run.ok()) << run.status().message();
    EXPECT_EQ(run.value().passes, 5U);
}

}  // namespace
}  // namespace sky::offload
