#pragma once

#include <cstdint>

namespace sky::offload {

/// Of a number in a tensor.
enum class Dtype : uint8_t { kFp32, kFp16, kBf16 };
inline constexpr Dtype kDtypes[]{Dtype::kFp32, Dtype::kFp16, Dtype::kBf16};

[[nodiscard]] constexpr uint64_t bytes_of(Dtype dtype) { return dtype == Dtype::kFp32 ? 4 : 2; }

[[nodiscard]] constexpr const char* to_string(Dtype dtype) {
    switch (dtype) {
        case Dtype::kFp32: return "fp32";
        case Dtype::kFp16: return "fp16";
        case Dtype::kBf16: break;
    }
    return "bf16";
}

}  // namespace sky::offload
