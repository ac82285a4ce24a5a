#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/tensor_store.hpp"

/// Where everything lies on the devices of a direct store:
///
///     device 0   superblock | location table, twice | stripes
///     others     superblock | stripes
///
/// The stripes of a tensor go round the devices; on each they follow one another.
namespace sky::offload {

/// A run of blocks.
struct Extent {
    uint32_t device = 0;
    uint64_t lba = 0;
    uint64_t bytes = 0;  ///< a multiple of a block; 0: nothing of the tensor lies here
};

/// Of one tensor.
struct Location {
    uint32_t first_device = 0;    ///< of stripe 0
    std::vector<Extent> extents;  ///< one per device, by its number
};

struct Layout {
    uint64_t stripe_bytes = 0;
    uint64_t table_bytes = 0;  ///< room for one of the two location tables, padded
    std::vector<Location> locations;
    std::vector<uint64_t> device_bytes;  ///< that each device must have

    [[nodiscard]] uint32_t devices() const { return static_cast<uint32_t>(device_bytes.size()); }
    [[nodiscard]] uint64_t table_offset(uint32_t copy) const { return kBlockBytes + copy * table_bytes; }
    /// Where a stripe of a tensor lies.
    [[nodiscard]] Extent stripe(size_t tensor, uint64_t stripe, uint64_t tensor_bytes) const;
};

[[nodiscard]] constexpr uint64_t stripes_of(uint64_t bytes, uint64_t stripe_bytes) {
    return ceil_div(bytes, stripe_bytes);
}

/// Refuses what has no layout: no tensors or devices, names that are empty, too long or not unique, ...
[[nodiscard]] Result<Layout> make_layout(std::span<const TensorSpec> tensors, uint64_t stripe_bytes,
                                         uint32_t devices);

}  // namespace sky::offload
