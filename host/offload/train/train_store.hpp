#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/offload/io/tensor_store.hpp"
#include "host/offload/pinned/pinned_allocator.hpp"
#include "host/offload/train/trainer.hpp"

namespace sky::offload {

/// The store of a run, in a folder that it alone has made, within an empty one or one that was not there, and gone
/// when the run is. What was there before is never removed.
class TrainStore {
   public:
    /// Of the tensors, `cache_bytes` may be kept in memory.
    [[nodiscard]] static Result<std::unique_ptr<TrainStore>> make(std::span<const TensorSpec> tensors,
                                                                  uint64_t cache_bytes, const TrainOptions& options);
    ~TrainStore();
    TrainStore(const TrainStore&) = delete;
    TrainStore& operator=(const TrainStore&) = delete;

    [[nodiscard]] TensorStore& store() const { return *store_; }

   private:
    TrainStore() = default;
    Result<std::unique_ptr<TensorStore>> make_on_disk(std::span<const TensorSpec> tensors,
                                                      const TrainOptions& options);
    Status make_folder(const std::string& folder);
    Status claim(const std::filesystem::path& place);

    std::unique_ptr<TensorStore> store_;
    std::vector<std::string> made_;   // folders that were not there, the innermost first
    std::vector<std::string> files_;  // that the store may have in the innermost
    int lock_ = -1;                   // on the innermost, as long as the run lives
};

/// Pinned memory as the options want it, of that many bytes when it is exact.
[[nodiscard]] Result<std::unique_ptr<PinnedAllocator>> make_pinned(const TrainOptions& options, uint64_t bytes);

}  // namespace sky::offload
