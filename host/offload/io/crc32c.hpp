#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sky::offload {

/// CRC-32C (Castagnoli), as in iSCSI: by the processor's instruction where there is one.
[[nodiscard]] uint32_t crc32c(std::span<const std::byte> bytes);
/// The same without that instruction; much slower.
[[nodiscard]] uint32_t crc32c_portable(std::span<const std::byte> bytes);

}  // namespace sky::offload
