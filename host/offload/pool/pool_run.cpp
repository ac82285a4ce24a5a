#include "host/offload/pool/pool_run.hpp"

#include <chrono>
#include <deque>
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

}  // namespace

Result<PoolRun> run_pool(BufferPool& pool, const PoolSchedule& schedule, const PoolRunOptions& options) {
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
