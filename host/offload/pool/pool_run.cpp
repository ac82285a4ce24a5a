#include "host/offload/pool/pool_run.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sky::offload {

namespace {

/// What is fetched and not yet used, in the order of the uses.
class Ahead {
   public:
    Ahead(BufferPool& pool, uint64_t uses) : pool_(&pool), uses_(uses) {}

    void fetch() {
        while (next_ < uses_) {
            std::optional<PoolBuffer> buffer = pool_->try_acquire(next_);
            if (!buffer) return;
            fetched_.push_back(std::move(*buffer));
            ++next_;
        }
    }

    Result<PoolBuffer> take() {
        fetch();
        if (fetched_.empty()) return pool_->acquire(next_++);
        PoolBuffer buffer = std::move(fetched_.front());
        fetched_.pop_front();
        return buffer;
    }

   private:
    BufferPool* pool_;
    uint64_t uses_;
    uint64_t next_ = 0;
    std::deque<PoolBuffer> fetched_;
};

/// All passes on several threads. The first thread reports what is finished.
class SharedRun {
   public:
    SharedRun(BufferPool& pool, const PoolSchedule& schedule, const PoolRunOptions& options)
        : pool_(&pool), schedule_(&schedule), options_(&options), held_(schedule.tensors.size()) {}

    Result<PoolRun> run() {
        PoolRun run;
        const auto start = std::chrono::steady_clock::now();
        {
            std::vector<std::jthread> threads;
            for (uint32_t i = 0; i < options_->threads; ++i) threads.emplace_back([this, i] { work(i); });
        }
        run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        run.uses = uses_;
        run.passes = stopped_ ? reported_ : options_->passes;
        if (!error_.ok() && !stopped_) return error_;
        return run;
    }

   private:
    void work(uint32_t thread) {
        uint64_t uses = 0;
        uint64_t use = 0;
        for (uint64_t pass = 0; pass < options_->passes; ++pass) {
            for (const PoolStep& step : schedule_->steps) {
                const bool acquires = step.kind == PoolStep::Kind::kAcquire;
                const uint64_t number = acquires ? use++ : 0;
                if (step.tensor % options_->threads != thread) continue;
                if (!acquires) {
                    held_[step.tensor].release();
                    continue;
                }
                Result<PoolBuffer> buffer = pool_->acquire(number);
                if (!buffer.ok()) {
                    pool_->stop();  // nobody waits for this thread
                    end(uses, buffer.status());
                    return;
                }
                held_[step.tensor] = std::move(buffer.value());
                if (options_->compute) options_->compute(held_[step.tensor]);
                ++uses;
            }
            if (thread == 0 && options_->advance && !options_->advance(reported_ = pass + 1)) {
                stopped_ = true;
                pool_->stop();
            }
        }
        end(uses, {});
    }

    void end(uint64_t uses, Status status) {
        const std::lock_guard lock(mutex_);
        uses_ += uses;
        if (error_.ok()) error_ = std::move(status);
    }

    BufferPool* pool_;
    const PoolSchedule* schedule_;
    const PoolRunOptions* options_;
    std::vector<PoolBuffer> held_;  // each by the thread of its tensor
    std::mutex mutex_;
    uint64_t uses_ = 0;
    Status error_;
    uint64_t reported_ = 0;
    std::atomic<bool> stopped_{false};
};

}  // namespace

Result<PoolRun> run_pool(BufferPool& pool, const PoolSchedule& schedule, const PoolRunOptions& options) {
    if (options.threads > 1) return SharedRun(pool, schedule, options).run();
    PoolRun run;
    std::vector<PoolBuffer> held(schedule.tensors.size());
    Ahead ahead(pool, options.passes * pool.uses());
    const auto start = std::chrono::steady_clock::now();
    while (run.passes < options.passes) {
        for (const PoolStep& step : schedule.steps) {
            if (step.kind == PoolStep::Kind::kRelease) {
                held[step.tensor].release();
                continue;
            }
            Result<PoolBuffer> buffer = ahead.take();
            if (!buffer.ok()) return buffer.status();
            held[step.tensor] = std::move(buffer.value());
            if (options.compute) options.compute(held[step.tensor]);
            ++run.uses;
        }
        ++run.passes;
        if (options.advance && !options.advance(run.passes)) break;
    }
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return run;
}

}  // namespace sky::offload
