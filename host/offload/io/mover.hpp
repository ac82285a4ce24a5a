#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/io_queue.hpp"
#include "host/offload/io/tensor_store.hpp"
#include "host/offload/log.hpp"

namespace sky::offload {

/// What one request moves.
struct Piece {
    int file = -1;
    uint64_t offset = 0;
    std::byte* data = nullptr;
    uint32_t bytes = 0;
    uint64_t number = 0;  ///< the owner's own
};

/// Pieces that begin together and end with one Status. All calls come from the mover's thread.
struct Transfer {
    bool write = false;
    std::vector<Piece> pieces;
    std::function<std::string(const Piece&)> where;  ///< "tensor 'x' on disk.bin, LBA 12, 4096 bytes"
    std::function<void(const Piece&)> before;        ///< once, before a piece is submitted; may be empty
    std::function<Status(const Piece&)> after;       ///< when all of a piece has moved; may be empty
    std::function<void(bool ok)> at_end;             ///< when nothing of it is under way any more
};

/// Keeps a queue full from a thread of its own: checks every completion, submits the rest of short transfers again,
/// and names what failed or is late. The pieces of transfers go out in the order of their start. While requests are
/// under way it calls after() and before(), one at a time, so that the queue is filled again first.
class Mover {
   public:
    /// `files`: to register with its queue.
    Mover(const IoOptions& options, std::vector<int> files);
    /// Waits for what has been started.
    ~Mover();
    Mover(const Mover&) = delete;
    Mover& operator=(const Mover&) = delete;

    [[nodiscard]] std::future<Status> start(Transfer transfer);
    [[nodiscard]] StoreStatistics statistics() const;

   private:
    using Clock = std::chrono::steady_clock;

    struct Job {
        Transfer transfer;
        std::promise<Status> promise;
        size_t next = 0;      // the first piece that is not submitted
        size_t prepared = 0;  // the first one for which before() is still to be called
        size_t under_way = 0;
        Status error;  // the first one
    };
    struct Slot {
        std::shared_ptr<Job> job;  // null: free
        size_t piece = 0;
        uint32_t moved = 0;
        uint32_t stuck = 0;  // completions in a row that moved nothing
        Clock::time_point since;
        bool named_late = false;
    };
    /// A piece that has moved, for which after() is still to be called.
    struct Moved {
        std::shared_ptr<Job> job;
        size_t piece = 0;
    };
    struct Counts {
        std::atomic<uint64_t> read_bytes{0}, written_bytes{0}, requests{0}, resubmitted{0}, late{0}, failed{0};
    };

    void run();
    bool take_started();
    [[nodiscard]] bool is_idle() const { return free_slots_.size() == slots_.size() && moved_.empty(); }
    void fill();
    [[nodiscard]] Job* to_prepare() const;
    bool work();
    void submit(size_t slot);
    void complete(const IoCompletion& completion);
    Moved release(size_t slot);
    void fail(size_t slot, Status status);
    void end_piece(const Moved& moved, Status status);
    void end_job_if_done(const std::shared_ptr<Job>& job);
    void name_late();
    void note_late(Slot& slot, Clock::duration taken, bool is_back);

    std::chrono::milliseconds late_after_;
    Log log_;
    std::unique_ptr<IoQueue> queue_;
    Counts counts_;

    std::mutex mutex_;
    std::condition_variable started_something_;
    std::vector<std::shared_ptr<Job>> started_;
    bool stop_ = false;
    bool hungry_ = false;  // the thread waits for the queue, and could submit more

    // The thread's own.
    std::deque<std::shared_ptr<Job>> active_;  // those with pieces to submit
    std::vector<Slot> slots_;
    std::vector<size_t> free_slots_;
    std::deque<Moved> moved_;
    std::thread thread_;
};

}  // namespace sky::offload
