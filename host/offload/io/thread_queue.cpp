#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "host/offload/io/io_queue.hpp"

namespace sky::offload {

namespace {

constexpr uint32_t kMaxThreads = 16;

class ThreadQueue : public IoQueue {
   public:
    explicit ThreadQueue(uint32_t depth) {
        for (uint32_t i = 0; i < std::clamp<uint32_t>(depth, 1, kMaxThreads); ++i)
            threads_.emplace_back([this] { work(); });
    }

    ~ThreadQueue() override {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        work_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }

    void submit(const IoRequest& request) override {
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(request);
        }
        work_.notify_one();
    }

    void wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) override {
        std::unique_lock lock(mutex_);
        done_.wait_for(lock, longest, [this] { return woken_ || !finished_.empty(); });
        woken_ = false;
        completions.insert(completions.end(), finished_.begin(), finished_.end());
        finished_.clear();
    }

    void wake() override {
        {
            const std::lock_guard lock(mutex_);
            woken_ = true;
        }
        done_.notify_one();
    }

   private:
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            work_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
            if (stop_) return;
            const IoRequest request = waiting_.front();
            waiting_.pop_front();
            lock.unlock();
            const auto offset = static_cast<off_t>(request.offset);
            const ssize_t moved = request.write ? pwrite(request.file, request.data, request.bytes, offset)
                                                : pread(request.file, request.data, request.bytes, offset);
            const int32_t result = moved < 0 ? -errno : static_cast<int32_t>(moved);
            lock.lock();
            finished_.push_back({.id = request.id, .result = result});
            done_.notify_one();
        }
    }

    std::mutex mutex_;
    std::condition_variable work_;
    std::condition_variable done_;
    std::deque<IoRequest> waiting_;
    std::vector<IoCompletion> finished_;
    bool woken_ = false;
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<IoQueue> make_thread_queue(const QueueOptions& options) {
    return std::make_unique<ThreadQueue>(options.depth);
}

}  // namespace sky::offload
