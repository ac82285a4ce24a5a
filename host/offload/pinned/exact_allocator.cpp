#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "host/offload/pinned/counting.hpp"

namespace sky::offload {

namespace {

/// A region cut into blocks, first fit.
class Arena {
   public:
    Arena(std::unique_ptr<PinnedRegion> region, bool kept) : region_(std::move(region)), kept_(kept) {
        free_[0] = region_->bytes();
    }

    /// The place of a block, or null.
    std::byte* take(uint64_t bytes, uint64_t alignment) {
        for (const std::pair<const uint64_t, uint64_t>& piece : free_) {
            const auto [begin, length] = piece;
            const uint64_t at = round_up(begin, alignment);
            if (at + bytes > begin + length) continue;
            free_.erase(begin);
            if (at > begin) free_[begin] = at - begin;
            if (at + bytes < begin + length) free_[at + bytes] = begin + length - at - bytes;
            return region_->data() + at;
        }
        return nullptr;
    }

    void give_back(const std::byte* data, uint64_t bytes) {
        auto begin = static_cast<uint64_t>(data - region_->data());
        uint64_t end = begin + bytes;
        const auto behind = free_.find(end);
        if (behind != free_.end()) {
            end += behind->second;
            free_.erase(behind);
        }
        auto before = free_.lower_bound(begin);
        if (before != free_.begin() && (--before)->first + before->second == begin) begin = before->first;
        free_[begin] = end - begin;
    }

    [[nodiscard]] bool contains(const std::byte* data) const {
        return data >= region_->data() && data < region_->data() + region_->bytes();
    }
    [[nodiscard]] bool empty() const { return free_.size() == 1 && free_.begin()->second == region_->bytes(); }
    [[nodiscard]] bool kept() const { return kept_; }
    [[nodiscard]] const PinnedRegion& region() const { return *region_; }

   private:
    std::unique_ptr<PinnedRegion> region_;
    bool kept_;
    std::map<uint64_t, uint64_t> free_;  // where, how long; no two touch
};

class ExactAllocator : public PinnedAllocator {
   public:
    explicit ExactAllocator(const PinnedOptions& options) : options_(options) {}

    /// Adds an arena of `bytes` rounded up to a page.
    Status add_arena(const std::string& purpose, uint64_t bytes, bool kept) {
        Result<std::unique_ptr<PinnedRegion>> region =
            PinnedRegion::map(purpose, round_up(bytes, kPageBytes), options_);
        if (!region.ok()) return region.status();
        counting_.mapped(*region.value());
        arenas_.emplace_back(std::move(region.value()), kept);
        return {};
    }

    Result<std::span<std::byte>> allocate(const std::string& purpose, uint64_t bytes, uint64_t alignment) override {
        if (Status status = check_request(purpose, bytes, alignment); !status.ok()) return status;
        const std::lock_guard lock(mutex_);
        std::byte* place = nullptr;
        for (Arena& arena : arenas_)
            if (arena.kept() && (place = arena.take(bytes, alignment)) != nullptr) break;
        if (place == nullptr) {
            if (Status status = add_arena(purpose, bytes, false); !status.ok()) return status;
            place = arenas_.back().take(bytes, alignment);
        }
        counting_.taken(bytes);
        return std::span(place, bytes);
    }

    void release(std::span<std::byte> block) override {
        const std::lock_guard lock(mutex_);
        const auto arena = std::find_if(arenas_.begin(), arenas_.end(),
                                        [&](const Arena& one) { return one.contains(block.data()); });
        arena->give_back(block.data(), block.size());
        counting_.released(block.size());
        if (arena->kept() || !arena->empty()) return;
        counting_.unmapped(arena->region());
        arenas_.erase(arena);
    }

    [[nodiscard]] PinnedStatistics statistics() const override {
        const std::lock_guard lock(mutex_);
        return counting_.now();
    }

   private:
    PinnedOptions options_;
    mutable std::mutex mutex_;
    Counting counting_;
    std::vector<Arena> arenas_;
};

}  // namespace

Result<std::unique_ptr<PinnedAllocator>> make_exact_allocator(std::span<const uint64_t> arenas,
                                                              const PinnedOptions& options) {
    auto allocator = std::make_unique<ExactAllocator>(options);
    for (const uint64_t bytes : arenas) {
        if (Status status = check_request("an arena", bytes, kPageBytes); !status.ok()) return status;
        if (Status status = allocator->add_arena("an arena", bytes, true); !status.ok()) return status;
    }
    return std::unique_ptr<PinnedAllocator>(std::move(allocator));
}

}  // namespace sky::offload
