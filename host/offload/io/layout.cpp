#include "host/offload/io/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "host/offload/io/location_table.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kMaxStripeBytes = uint64_t{1} << 30;
constexpr uint64_t kMaxTensorBytes = uint64_t{1} << 46;
constexpr uint64_t kMaxTensors = uint64_t{1} << 24;
constexpr size_t kMaxNameBytes = 255;

Status check(std::span<const TensorSpec> tensors, uint64_t stripe_bytes, uint32_t devices) {
    if (tensors.empty() || tensors.size() > kMaxTensors)
        return Status::error(fmt::format("a store of {} tensors; take 1 to {}", tensors.size(), kMaxTensors));
    if (devices == 0 || devices > kMaxDevices)
        return Status::error(fmt::format("a store on {} devices; take 1 to {}", devices, kMaxDevices));
    if (stripe_bytes == 0 || stripe_bytes % kBlockBytes != 0 || stripe_bytes > kMaxStripeBytes)
        return Status::error(fmt::format("stripes of {} bytes; take a multiple of {} up to {}", stripe_bytes,
                                         kBlockBytes, kMaxStripeBytes));
    std::set<std::string> names;
    for (const TensorSpec& tensor : tensors) {
        if (tensor.name.empty() || tensor.name.size() > kMaxNameBytes)
            return Status::error(
                fmt::format("the name of a tensor has {} bytes; take 1 to {}", tensor.name.size(), kMaxNameBytes));
        if (tensor.bytes == 0 || tensor.bytes > kMaxTensorBytes)
            return Status::error(
                fmt::format("tensor '{}' has {} bytes; take 1 to {}", tensor.name, tensor.bytes, kMaxTensorBytes));
        if (!names.insert(tensor.name).second)
            return Status::error(fmt::format("two tensors have the name '{}'; give each its own", tensor.name));
    }
    return {};
}

}  // namespace

Extent Layout::stripe(size_t tensor, uint64_t stripe, uint64_t tensor_bytes) const {
    const Location& location = locations[tensor];
    const auto device = static_cast<uint32_t>((location.first_device + stripe) % devices());
    const uint64_t behind = tensor_bytes - stripe * stripe_bytes;
    return {.device = device,
            .lba = location.extents[device].lba + stripe / devices() * (stripe_bytes / kBlockBytes),
            .bytes = std::min(stripe_bytes, padded(behind))};
}

Result<Layout> make_layout(std::span<const TensorSpec> tensors, uint64_t stripe_bytes, uint32_t devices) {
    if (Status status = check(tensors, stripe_bytes, devices); !status.ok()) return status;
    Layout layout{.stripe_bytes = stripe_bytes,
                  .table_bytes = table_bytes_of(tensors, stripe_bytes, devices),
                  .locations = {},
                  .device_bytes = std::vector<uint64_t>(devices, kBlockBytes)};
    layout.device_bytes[0] += 2 * layout.table_bytes;
    for (const TensorSpec& tensor : tensors) {
        // Begins where least lies.
        const auto first = std::min_element(layout.device_bytes.begin(), layout.device_bytes.end());
        Location location{.first_device = static_cast<uint32_t>(first - layout.device_bytes.begin()), .extents = {}};
        for (uint32_t device = 0; device < devices; ++device)
            location.extents.push_back(
                {.device = device, .lba = layout.device_bytes[device] / kBlockBytes, .bytes = 0});
        for (uint64_t stripe = 0; stripe < stripes_of(tensor.bytes, stripe_bytes); ++stripe) {
            const auto device = static_cast<uint32_t>((location.first_device + stripe) % devices);
            const uint64_t bytes = std::min(stripe_bytes, padded(tensor.bytes - stripe * stripe_bytes));
            location.extents[device].bytes += bytes;
            layout.device_bytes[device] += bytes;
        }
        layout.locations.push_back(std::move(location));
    }
    return layout;
}

}  // namespace sky::offload
