#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sky::offload {

/// Threads that share out numbered pieces of work. Who does which piece is not known; no result may depend on it.
class Workers {
   public:
    explicit Workers(uint32_t threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    [[nodiscard]] uint32_t threads() const { return static_cast<uint32_t>(threads_.size()) + 1; }

    /// Calls `work(piece, worker)` for every piece from 0 to `pieces` - 1, `worker` less than threads(), and returns
    /// when all are done. The caller is worker 0.
    using Work = std::function<void(uint64_t piece, uint32_t worker)>;
    void run(uint64_t pieces, const Work& work);

   private:
    void serve(uint32_t worker);
    void take(const Work& work, uint64_t pieces, uint32_t worker);

    std::mutex mutex_;
    std::condition_variable begun_;
    std::condition_variable ended_;
    const Work* work_ = nullptr;
    uint64_t pieces_ = 0;
    uint64_t round_ = 0;  // of work, so that no worker takes part twice
    uint32_t busy_ = 0;
    bool stop_ = false;
    std::atomic<uint64_t> next_{0};
    std::vector<std::thread> threads_;
};

}  // namespace sky::offload
