#include "host/offload/optimizer/offloaded_tensors.hpp"

#include <fmt/format.h>

namespace sky::offload {

Result<size_t> find_tensor(const TensorStore& store, const std::string& name, uint64_t bytes) {
    const std::vector<TensorSpec>& all = store.tensors();
    for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].name != name) continue;
        if (all[i].bytes == bytes) return i;
        return Status::error(
            fmt::format("tensor '{}' has {} bytes in the store, and {} are expected\nmake the store "
                        "for these tensors",
                        name, all[i].bytes, bytes));
    }
    return Status::error(
        fmt::format("the store has no tensor '{}'\nmake it with what serial_specs() or tiled_specs() "
                    "say",
                    name));
}

Status check_buffer(std::span<const std::byte> buffer, uint64_t bytes) {
    if (reinterpret_cast<uintptr_t>(buffer.data()) % kBlockBytes != 0)
        return Status::error(fmt::format("the optimizer's buffer is not aligned to {} bytes\nalign it", kBlockBytes));
    if (buffer.size() >= bytes) return {};
    return Status::error(
        fmt::format("the optimizer's buffer has {} bytes\nit needs {}, or smaller tiles", buffer.size(), bytes));
}

}  // namespace sky::offload
