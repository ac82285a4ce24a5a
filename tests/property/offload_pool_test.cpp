// Question: does a pool grant every schedule that it accepts, to any number of threads, without ever handing out a
// byte twice, and does it refuse exactly those that would wait for ever?
#include <rapidcheck.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "host/offload/pool/buffer_pool.hpp"
#include "tests/property/check_property.hpp"

namespace sky::offload {
namespace {

/// A schedule that takes and gives back in any order, over tensors of a few sizes.
PoolSchedule random_schedule() {
    PoolSchedule schedule;
    const uint32_t tensors = *rc::gen::inRange<uint32_t>(1, 12);
    for (uint32_t t = 0; t < tensors; ++t)
        (void)schedule.add(std::to_string(t), *rc::gen::element<uint64_t>(100, 4096, 5000, 8192, 20000));
    std::set<uint32_t> held;
    const uint32_t steps = *rc::gen::inRange<uint32_t>(1, 60);
    for (uint32_t i = 0; i < steps; ++i) {
        const uint32_t tensor = *rc::gen::inRange<uint32_t>(0, tensors);
        if (held.erase(tensor) != 0)
            schedule.release(tensor);
        else
            schedule.acquire(*held.insert(tensor).first);
    }
    for (const uint32_t tensor : held) schedule.release(tensor);
    return schedule;
}

constexpr uint64_t pages(uint64_t bytes) { return (bytes + 4095) / 4096; }

/// The most slots of each size, in pages, that are taken at once; by itself, without anything of the pool.
std::map<uint64_t, uint64_t> demand(const PoolSchedule& schedule, uint64_t resident_below) {
    std::map<uint64_t, uint64_t> held;
    std::map<uint64_t, uint64_t> most;
    for (const PoolStep& step : schedule.steps) {
        const uint64_t bytes = schedule.tensors[step.tensor].bytes;
        if (bytes < resident_below) continue;
        uint64_t& count = held[pages(bytes)];
        if (step.kind == PoolStep::Kind::kAcquire)
            most[pages(bytes)] = std::max(most[pages(bytes)], ++count);
        else
            --count;
    }
    return most;
}

/// A slot of each size in pages, one at least, so that every tensor has a class.
std::vector<SlotCount> slots_for(const PoolSchedule& schedule, const std::map<uint64_t, uint64_t>& most) {
    std::map<uint64_t, uint64_t> counts;
    for (const PoolTensor& tensor : schedule.tensors) counts[pages(tensor.bytes)] = 1;
    for (const auto& [size, count] : most) counts[size] = std::max<uint64_t>(1, count);
    std::vector<SlotCount> slots;
    slots.reserve(counts.size());
    for (const auto& [size, count] : counts) slots.push_back({.bytes = size * 4096, .slots = count});
    return slots;
}

/// Runs passes of a schedule on a pool, its steps shared out among threads at random, and watches what is granted.
class Runner {
   public:
    Runner(BufferPool& pool, const PoolSchedule& schedule, uint64_t passes)
        : pool_(&pool), schedule_(&schedule), passes_(passes) {}

    void run(const std::vector<uint32_t>& thread_of, uint32_t threads) {
        std::vector<std::thread> workers;
        for (uint32_t me = 0; me < threads; ++me)
            workers.emplace_back([this, &thread_of, me] { work(thread_of, me); });
        for (std::thread& worker : workers) worker.join();
    }

    [[nodiscard]] const std::string& wrong() const { return wrong_; }
    [[nodiscard]] bool all_back() const { return live_.empty() && buffers_.empty(); }

   private:
    void work(const std::vector<uint32_t>& thread_of, uint32_t me) {
        uint64_t use = 0;
        for (uint64_t pass = 0; pass < passes_; ++pass) {
            for (size_t i = 0; i < schedule_->steps.size(); ++i) {
                const PoolStep& step = schedule_->steps[i];
                const bool acquires = step.kind == PoolStep::Kind::kAcquire;
                if (thread_of[i] == me && acquires) acquire(use);
                if (thread_of[i] == me && !acquires) release(step.tensor, latest_use(pass, i));
                if (acquires) ++use;
            }
        }
    }

    /// The use that a release gives back.
    [[nodiscard]] uint64_t latest_use(uint64_t pass, size_t step) const {
        uint64_t use = pass * pool_->uses();
        uint64_t found = 0;
        for (size_t i = 0; i < step; ++i) {
            if (schedule_->steps[i].kind != PoolStep::Kind::kAcquire) continue;
            if (schedule_->steps[i].tensor == schedule_->steps[step].tensor) found = use;
            ++use;
        }
        return found;
    }

    /// Ends the run: nobody waits for what will not come.
    void fail(const std::string& what) {
        if (wrong_.empty()) wrong_ = what;
        pool_->stop();
        changed_.notify_all();
    }

    void acquire(uint64_t use) {
        Result<PoolBuffer> buffer = pool_->acquire(use);
        const std::lock_guard lock(mutex_);
        if (!buffer.ok()) {
            fail(buffer.status().message());
            return;
        }
        const std::span<std::byte> bytes = buffer.value().bytes();
        if (bytes.size() != schedule_->tensors[pool_->tensor_of(use)].bytes) fail("another size");
        const auto behind = live_.upper_bound(bytes.data());
        if (behind != live_.end() && behind->first < bytes.data() + bytes.size()) fail("overlaps the next");
        if (behind != live_.begin() && std::prev(behind)->second > bytes.data()) fail("overlaps the one before");
        live_[bytes.data()] = bytes.data() + bytes.size();
        std::memset(bytes.data(), static_cast<int>(use % 251), bytes.size());
        buffers_[use] = std::move(buffer.value());
        changed_.notify_all();
    }

    void release(uint32_t tensor, uint64_t use) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return buffers_.count(use) != 0 || !wrong_.empty(); });
        if (!wrong_.empty()) return;
        const std::span<std::byte> bytes = buffers_[use].bytes();
        const auto stamp = static_cast<std::byte>(use % 251);
        if (std::any_of(bytes.begin(), bytes.end(), [&](std::byte b) { return b != stamp; }))
            fail("was written over");
        if (buffers_[use].tensor() != tensor) fail("another tensor");
        live_.erase(bytes.data());
        buffers_.erase(use);
    }

    BufferPool* pool_;
    const PoolSchedule* schedule_;
    uint64_t passes_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<uint64_t, PoolBuffer> buffers_;             // by use
    std::map<const std::byte*, const std::byte*> live_;  // what they cover
    std::string wrong_;
};

/// On exactly as many slots as it needs.
void check_run(const PoolSchedule& schedule, PoolLayout layout) {
    const Result<std::unique_ptr<BufferPool>> pool = BufferPool::create(std::move(layout), schedule);
    if (!pool.ok()) RC_FAIL("refused: " + pool.status().message());
    const uint32_t threads = *rc::gen::inRange<uint32_t>(1, 5);
    const auto thread_of =
        *rc::gen::container<std::vector<uint32_t>>(schedule.steps.size(), rc::gen::inRange<uint32_t>(0, threads));
    constexpr uint64_t kPasses = 3;
    Runner runner(*pool.value(), schedule, kPasses);
    runner.run(thread_of, threads);
    if (!runner.wrong().empty()) RC_FAIL(runner.wrong());
    const PoolStatistics statistics = pool.value()->statistics();
    RC_ASSERT(runner.all_back());
    RC_ASSERT(statistics.acquired == kPasses * pool.value()->uses());
    RC_ASSERT(statistics.in_use_bytes == 0U);
    RC_ASSERT(statistics.peak_in_use_bytes <= pool.value()->layout().reserved_bytes);
    if (threads == 1) RC_ASSERT(statistics.peak_in_use_bytes == pool.value()->needs().peak_bytes);
}

TEST(PropertyOffloadPool, NeitherDeadlocksNorOverlapsWithSlotsBySize) {
    test::check_property(400, [] {
        const PoolSchedule schedule = random_schedule();
        const auto slots = slots_for(schedule, demand(schedule, 0));
        check_run(schedule, adaptive_layout(schedule.tensors, slots, 0).value());
    });
}

TEST(PropertyOffloadPool, NeitherDeadlocksNorOverlapsWithEqualSlots) {
    test::check_property(300, [] {
        const PoolSchedule schedule = random_schedule();
        uint64_t held = 0;
        uint64_t most = 1;
        for (const PoolStep& step : schedule.steps) {
            held += step.kind == PoolStep::Kind::kAcquire ? 1 : uint64_t(0) - 1;
            most = std::max(most, held);
        }
        check_run(schedule, uniform_layout(schedule.tensors, most, 0).value());
    });
}

TEST(PropertyOffloadPool, RefusesExactlyWhatWouldWaitForEver) {
    test::check_property(300, [] {
        const PoolSchedule schedule = random_schedule();
        const uint64_t resident_below = *rc::gen::element<uint64_t>(0, 4096, 8192);
        const std::map<uint64_t, uint64_t> most = demand(schedule, resident_below);
        std::vector<SlotCount> slots = slots_for(schedule, most);
        const auto accepted = [&] {
            const PoolLayout layout = adaptive_layout(schedule.tensors, slots, resident_below).value();
            const Result<ScheduleNeeds> needs = check_schedule(layout, schedule);
            return needs.ok() ? std::string() : needs.status().message();
        };
        RC_ASSERT(accepted().empty());
        // One slot less in any class that needs more than one, and no more in any other.
        for (SlotCount& count : slots) {
            if (count.slots == 1) continue;
            --count.slots;
            const std::string message = accepted();
            const std::string expected = "the class of " + std::to_string(count.bytes) + " bytes has " +
                                         std::to_string(count.slots) + " of the " + std::to_string(count.slots + 1) +
                                         " slots";
            if (message.find(expected) == std::string::npos || message.find("it lacks 1\n") == std::string::npos)
                RC_FAIL(std::string("says '").append(message).append("', expected: ").append(expected));
            ++count.slots;
        }
    });
}

}  // namespace
}  // namespace sky::offload
