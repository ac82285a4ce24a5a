#include "host/offload/pool/buffer_pool.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "host/offload/rounding.hpp"

namespace sky::offload {

namespace {

/// Pages that are there when they are touched.
Result<std::span<std::byte>> map_memory(uint64_t bytes) {
    if (bytes == 0) return std::span<std::byte>();
    void* const data =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data != MAP_FAILED) return std::span(static_cast<std::byte*>(data), bytes);
    return Status::error(
        fmt::format("cannot map {} bytes for the pool: {}\nuse a smaller model or fewer slots, or "
                    "look for a limit (ulimit -v)",
                    bytes, std::strerror(errno)));
}

}  // namespace

PoolBuffer::PoolBuffer(PoolBuffer&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      tensor_(other.tensor_),
      slot_(other.slot_),
      bytes_(std::exchange(other.bytes_, {})) {}

PoolBuffer& PoolBuffer::operator=(PoolBuffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    tensor_ = other.tensor_;
    slot_ = other.slot_;
    bytes_ = std::exchange(other.bytes_, {});
    return *this;
}

void PoolBuffer::release() {
    if (pool_ == nullptr) return;
    bytes_ = {};
    std::exchange(pool_, nullptr)->release(tensor_, slot_);
}

Result<std::unique_ptr<BufferPool>> BufferPool::create(PoolLayout layout, const PoolSchedule& schedule,
                                                       std::span<std::byte> memory) {
    if (layout.places.size() != schedule.tensors.size())
        return Status::error(fmt::format("the layout has {} tensors, the schedule {}\nexpected the same ones",
                                         layout.places.size(), schedule.tensors.size()));
    Result<ScheduleNeeds> needs = check_schedule(layout, schedule);
    if (!needs.ok()) return needs.status();
    const bool mapped = memory.empty();
    if (mapped) {
        const Result<std::span<std::byte>> own = map_memory(layout.reserved_bytes);
        if (!own.ok()) return own.status();
        memory = own.value();
    }
    if (memory.size() < layout.reserved_bytes)
        return Status::error(
            fmt::format("the pool is given {} bytes\nexpected at least {}", memory.size(), layout.reserved_bytes));
    if (reinterpret_cast<uintptr_t>(memory.data()) % kPageBytes != 0)
        return Status::error(
            fmt::format("the pool is given memory that does not begin at a page\nexpected an address "
                        "that is a multiple of {}",
                        kPageBytes));
    return std::unique_ptr<BufferPool>(
        new BufferPool(std::move(layout), schedule, std::move(needs.value()), memory, mapped));
}

BufferPool::BufferPool(PoolLayout layout, const PoolSchedule& schedule, ScheduleNeeds needs,
                       std::span<std::byte> memory, bool mapped)
    : layout_(std::move(layout)), needs_(std::move(needs)), memory_(memory), mapped_(mapped) {
    for (const PoolTensor& tensor : schedule.tensors) tensor_bytes_.push_back(tensor.bytes);
    for (const PoolStep& step : schedule.steps)
        if (step.kind == PoolStep::Kind::kAcquire) order_.push_back(step.tensor);
    for (const PoolClass& pool_class : layout_.classes) {
        std::deque<uint64_t>& slots = free_.emplace_back();
        for (uint64_t slot = 0; slot < pool_class.slots; ++slot)
            slots.push_back(pool_class.first_byte + slot * pool_class.slot_bytes);
    }
}

BufferPool::~BufferPool() {
    if (mapped_ && !memory_.empty()) munmap(memory_.data(), memory_.size());
}

bool BufferPool::has_slot(uint64_t use) const {
    const uint32_t c = layout_.places[tensor_of(use)].pool_class;
    return use == next_ && (c == PoolLayout::kResident || !free_[c].empty());
}

PoolBuffer BufferPool::grant() {
    const uint32_t tensor = tensor_of(next_);
    const PoolLayout::Place& place = layout_.places[tensor];
    uint64_t offset = place.resident_offset;
    if (place.pool_class != PoolLayout::kResident) {
        std::deque<uint64_t>& slots = free_[place.pool_class];
        offset = slots.front();
        slots.pop_front();
        statistics_.in_use_bytes += tensor_bytes_[tensor];
        statistics_.peak_in_use_bytes = std::max(statistics_.peak_in_use_bytes, statistics_.in_use_bytes);
    }
    ++next_;
    ++statistics_.acquired;
    if (waiting_ != 0) changed_.notify_all();
    return {this, tensor, offset, memory_.subspan(offset, tensor_bytes_[tensor])};
}

Result<PoolBuffer> BufferPool::acquire(uint64_t use) {
    if (order_.empty()) return Status::error("the schedule acquires nothing\nexpected one with steps");
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return stopped_ || use < next_ || has_slot(use); };
    if (!ready()) {
        ++statistics_.waited;
        ++waiting_;
        changed_.wait(lock, ready);
        --waiting_;
    }
    if (stopped_) return Status::error("the pool was stopped\nthe run that uses it has ended");
    if (use < next_)
        return Status::error(fmt::format("use {} of the pool was granted before\nexpected the next, {}", use, next_));
    return grant();
}

std::optional<PoolBuffer> BufferPool::try_acquire(uint64_t use) {
    const std::lock_guard lock(mutex_);
    if (order_.empty() || stopped_ || !has_slot(use)) return std::nullopt;
    return grant();
}

void BufferPool::release(uint32_t tensor, uint64_t slot) {
    const uint32_t c = layout_.places[tensor].pool_class;
    if (c == PoolLayout::kResident) return;
    const std::lock_guard lock(mutex_);
    free_[c].push_back(slot);
    statistics_.in_use_bytes -= tensor_bytes_[tensor];
    if (waiting_ != 0) changed_.notify_all();
}

void BufferPool::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

PoolStatistics BufferPool::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

}  // namespace sky::offload
