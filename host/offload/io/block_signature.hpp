#pragma once

#include <string>

#include "host/memory/status.hpp"

namespace sky::offload {

inline constexpr const char* kStoreSignature = "a store of this program";

/// What is on a block device, such as "a file system (ext4)"; empty when nothing is known to be.
[[nodiscard]] Result<std::string> block_signature(const std::string& path, int file);

}  // namespace sky::offload
