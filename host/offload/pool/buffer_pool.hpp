#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/pool/layout.hpp"
#include "host/offload/pool/schedule.hpp"

namespace sky::offload {

class BufferPool;

/// A tensor's memory, until it is destroyed or released. The pool must outlive it.
class PoolBuffer {
   public:
    PoolBuffer() = default;
    PoolBuffer(PoolBuffer&& other) noexcept;
    PoolBuffer& operator=(PoolBuffer&& other) noexcept;
    ~PoolBuffer() { release(); }
    PoolBuffer(const PoolBuffer&) = delete;
    PoolBuffer& operator=(const PoolBuffer&) = delete;

    /// As many as the tensor has. In a slot they begin at a page, and what they hold is anything; what is resident
    /// begins at a cache line and is what was written there last.
    [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
    [[nodiscard]] uint32_t tensor() const { return tensor_; }
    void release();

   private:
    friend class BufferPool;
    PoolBuffer(BufferPool* pool, uint32_t tensor, uint64_t slot, std::span<std::byte> bytes)
        : pool_(pool), tensor_(tensor), slot_(slot), bytes_(bytes) {}

    BufferPool* pool_ = nullptr;
    uint32_t tensor_ = 0;
    uint64_t slot_ = 0;
    std::span<std::byte> bytes_;
};

struct PoolStatistics {
    uint64_t acquired = 0;           ///< times
    uint64_t waited = 0;             ///< of them, for a slot or for earlier ones
    uint64_t in_use_bytes = 0;       ///< of the tensors that are in slots
    uint64_t peak_in_use_bytes = 0;  ///< the most these were
};

/// Memory for the tensors of a model on their way through a training step. Any layout: that of slots by size, or the
/// baseline in which all slots are equal.
///
/// The schedule's acquires are numbered, 0 to uses() - 1, and on in the next pass. acquire() grants them in this
/// order, whoever asks; it waits for the earlier ones and for a slot. So a thread may fetch ahead as far as slots
/// allow, and threads may share out the steps at will, as long as each takes its own in the schedule's order: no run
/// waits for ever. (Take the first step not yet taken. All before it are, so it is the next one of its thread. Were
/// it an acquire without a slot, more tensors would be held than after the steps before it, since later acquires wait
/// for it; but check_schedule() has seen that there is a slot left after those.)
class BufferPool {
   public:
    /// Checks the schedule before it takes memory; `memory` empty: maps its own, of layout.reserved_bytes. Otherwise
    /// `memory` has at least as many bytes, begins at a page, and outlives the pool: a pinned arena, for example.
    static Result<std::unique_ptr<BufferPool>> create(PoolLayout layout, const PoolSchedule& schedule,
                                                      std::span<std::byte> memory = {});
    ~BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    /// Acquires of one pass.
    [[nodiscard]] uint64_t uses() const { return order_.size(); }
    /// The tensor of a use, whose number may be of any pass.
    [[nodiscard]] uint32_t tensor_of(uint64_t use) const { return order_[use % order_.size()]; }
    /// Safe from any thread. An error when the use was granted before, or when the pool was stopped.
    [[nodiscard]] Result<PoolBuffer> acquire(uint64_t use);
    /// The same without waiting: nothing where acquire() would wait or fail.
    [[nodiscard]] std::optional<PoolBuffer> try_acquire(uint64_t use);
    /// From here on no acquire waits or succeeds: for a run that ends early.
    void stop();

    [[nodiscard]] const PoolLayout& layout() const { return layout_; }
    [[nodiscard]] const ScheduleNeeds& needs() const { return needs_; }
    [[nodiscard]] std::span<const std::byte> memory() const { return memory_; }
    [[nodiscard]] PoolStatistics statistics() const;

   private:
    friend class PoolBuffer;
    BufferPool(PoolLayout layout, const PoolSchedule& schedule, ScheduleNeeds needs, std::span<std::byte> memory,
               bool mapped);
    // With the lock held.
    [[nodiscard]] bool has_slot(uint64_t use) const;
    [[nodiscard]] PoolBuffer grant();
    void release(uint32_t tensor, uint64_t slot);

    PoolLayout layout_;
    ScheduleNeeds needs_;
    std::vector<uint64_t> tensor_bytes_;
    std::vector<uint32_t> order_;
    std::span<std::byte> memory_;
    bool mapped_;  // by this pool

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::deque<uint64_t>> free_;  // of each class, as offsets; taken in turn
    uint64_t next_ = 0;                       // use to be granted
    uint64_t waiting_ = 0;                    // threads
    bool stopped_ = false;
    PoolStatistics statistics_;
};

}  // namespace sky::offload
