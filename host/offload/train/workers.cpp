#include "host/offload/train/workers.hpp"

namespace sky::offload {

Workers::Workers(uint32_t threads) {
    for (uint32_t worker = 1; worker < threads; ++worker) threads_.emplace_back([this, worker] { serve(worker); });
}

Workers::~Workers() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    begun_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void Workers::take(const Work& work, uint64_t pieces, uint32_t worker) {
    for (uint64_t piece = next_++; piece < pieces; piece = next_++) work(piece, worker);
}

void Workers::run(uint64_t pieces, const Work& work) {
    if (threads_.empty() || pieces <= 1) {
        for (uint64_t piece = 0; piece < pieces; ++piece) work(piece, 0);
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        work_ = &work;
        pieces_ = pieces;
        next_ = 0;
        busy_ = static_cast<uint32_t>(threads_.size());
        ++round_;
    }
    begun_.notify_all();
    take(work, pieces, 0);
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return busy_ == 0; });
    work_ = nullptr;
}

void Workers::serve(uint32_t worker) {
    uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        begun_.wait(lock, [&] { return stop_ || round_ != seen; });
        if (stop_) return;
        seen = round_;
        const Work& work = *work_;
        const uint64_t pieces = pieces_;
        lock.unlock();
        take(work, pieces, worker);
        lock.lock();
        if (--busy_ == 0) ended_.notify_one();
    }
}

}  // namespace sky::offload
