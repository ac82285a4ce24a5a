#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "host/offload/pinned/counting.hpp"

namespace sky::offload {

namespace {

class PowerOfTwoAllocator : public PinnedAllocator {
   public:
    explicit PowerOfTwoAllocator(const PinnedOptions& options) : options_(options) {}

    Result<std::span<std::byte>> allocate(const std::string& purpose, uint64_t bytes, uint64_t alignment) override {
        if (Status status = check_request(purpose, bytes, alignment); !status.ok()) return status;
        const std::lock_guard lock(mutex_);
        std::vector<std::unique_ptr<PinnedRegion>>& cached = cache_[size_class(bytes)];
        if (cached.empty()) {
            Result<std::unique_ptr<PinnedRegion>> region = PinnedRegion::map(purpose, size_class(bytes), options_);
            if (!region.ok()) return region.status();
            counting_.mapped(*region.value());
            cached.push_back(std::move(region.value()));
        }
        std::unique_ptr<PinnedRegion> region = std::move(cached.back());
        cached.pop_back();
        counting_.taken(bytes);
        std::byte* const data = region->data();
        used_[data] = std::move(region);
        return std::span(data, bytes);
    }

    void release(std::span<std::byte> block) override {
        const std::lock_guard lock(mutex_);
        const auto found = used_.find(block.data());
        cache_[found->second->bytes()].push_back(std::move(found->second));
        used_.erase(found);
        counting_.released(block.size());
    }

    [[nodiscard]] PinnedStatistics statistics() const override {
        const std::lock_guard lock(mutex_);
        return counting_.now();
    }

   private:
    /// The system deals in pages.
    static uint64_t size_class(uint64_t bytes) { return std::max(kPageBytes, power_of_two_ceil(bytes)); }

    PinnedOptions options_;
    mutable std::mutex mutex_;
    Counting counting_;
    std::map<uint64_t, std::vector<std::unique_ptr<PinnedRegion>>> cache_;  // by size class
    std::map<std::byte*, std::unique_ptr<PinnedRegion>> used_;
};

}  // namespace

std::unique_ptr<PinnedAllocator> make_power_of_two_allocator(const PinnedOptions& options) {
    return std::make_unique<PowerOfTwoAllocator>(options);
}

}  // namespace sky::offload
