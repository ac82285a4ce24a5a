#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sky::offload {

/// How it is computed; chosen when the program runs.
enum class CrcPath : uint8_t {
    kPortable,  ///< by tables; much slower
    kSse42,     ///< the processor's instruction, on three lanes
    kAvx512,    ///< carry-less products of 512-bit vectors (VPCLMULQDQ)
};
[[nodiscard]] std::string_view to_string(CrcPath path);
/// The paths of this processor, the fastest last.
[[nodiscard]] std::vector<CrcPath> available_crc_paths();

/// CRC-32C (Castagnoli), as in iSCSI, on the fastest path.
[[nodiscard]] uint32_t crc32c(std::span<const std::byte> bytes);
/// On a path that is available.
[[nodiscard]] uint32_t crc32c(std::span<const std::byte> bytes, CrcPath path);

}  // namespace sky::offload
