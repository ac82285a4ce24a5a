#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/log.hpp"

namespace sky::offload {

/// One transfer between a buffer and a file opened with O_DIRECT.
struct IoRequest {
    uint64_t id = 0;  ///< the completion's
    bool write = false;
    int file = -1;
    uint64_t offset = 0;
    std::byte* data = nullptr;  ///< only read by a write
    uint32_t bytes = 0;
};

struct IoCompletion {
    uint64_t id = 0;
    int32_t result = 0;  ///< bytes moved, perhaps fewer than asked for, or a negative errno
};

/// Requests on their way to the kernel and back. One thread submits and waits.
class IoQueue {
   public:
    virtual ~IoQueue() = default;
    IoQueue() = default;
    IoQueue(const IoQueue&) = delete;
    IoQueue& operator=(const IoQueue&) = delete;

    /// On its way with the next wait() at the latest. No more than the queue's depth may be under way.
    virtual void submit(const IoRequest& request) = 0;
    /// Appends what has come back; waits for the first, at most this long, or until wake().
    virtual void wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) = 0;
    /// Ends a wait() that is under way, or else the next one. From any thread.
    virtual void wake() = 0;
};

enum class QueueKind {
    kBest,     ///< io_uring; threads where the kernel refuses it, which the log then says
    kThreads,  ///< pread and pwrite
};

/// How a store of either kind moves its bytes.
struct IoOptions {
    uint32_t depth = 32;  ///< requests under way
    QueueKind queue = QueueKind::kBest;
    std::vector<std::span<std::byte>> buffers;     ///< registered: moving them costs the kernel less
    std::chrono::milliseconds late_after{10'000};  ///< a request that takes longer is named in the log
    Log log;
    /// Puts something between the store and its queue, such as a FaultQueue.
    std::function<std::unique_ptr<IoQueue>(std::unique_ptr<IoQueue>)> wrap;
};

struct QueueOptions {
    QueueKind kind = QueueKind::kBest;
    uint32_t depth = 32;
    std::vector<int> files;                     ///< to register; others work, too
    std::vector<std::span<std::byte>> buffers;  ///< the same
    Log log;
};

[[nodiscard]] std::unique_ptr<IoQueue> make_io_queue(const QueueOptions& options);

/// The two kinds. An errno says why there is none.
[[nodiscard]] std::unique_ptr<IoQueue> make_uring_queue(const QueueOptions& options, int& error);
[[nodiscard]] std::unique_ptr<IoQueue> make_thread_queue(const QueueOptions& options);

}  // namespace sky::offload
