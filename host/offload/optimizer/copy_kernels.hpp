#pragma once

#include <cstdint>

#include "host/offload/vector_path.hpp"

namespace sky::offload {

/// Copies with vectors that pass the caches by; `to` is aligned to 64 bytes, `bytes` is a multiple of them. kScalar:
/// memcpy.
void copy_past_caches(VectorPath path, void* to, const void* from, uint64_t bytes);

}  // namespace sky::offload
