#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

/// A loop of which every caller gets a form for its own vectors.
#define SKY_OFFLOAD_INLINE inline __attribute__((always_inline))

namespace sky::offload {

/// The widest vectors that a loop may use: it is chosen when the program runs, and gives the same bits in every form.
enum class VectorPath : uint8_t { kScalar, kAvx2, kAvx512 };

[[nodiscard]] constexpr std::string_view to_string(VectorPath path) {
    switch (path) {
        case VectorPath::kScalar: return "scalar";
        case VectorPath::kAvx2: return "avx2";
        case VectorPath::kAvx512: break;
    }
    return "avx512";
}

/// Whether this processor has what the forms of a path are compiled for.
[[nodiscard]] inline bool is_available(VectorPath path) {
#if defined(__x86_64__)
    if (path == VectorPath::kAvx2) return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    if (path == VectorPath::kAvx512)
        return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
               __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
#endif
    return path == VectorPath::kScalar;
}

/// The paths of this processor, the fastest last.
[[nodiscard]] inline std::vector<VectorPath> available_paths() {
    std::vector<VectorPath> paths;
    for (const VectorPath path : {VectorPath::kScalar, VectorPath::kAvx2, VectorPath::kAvx512})
        if (is_available(path)) paths.push_back(path);
    return paths;
}

[[nodiscard]] inline VectorPath fastest_path() {
    static const VectorPath kFastest = available_paths().back();
    return kFastest;
}

}  // namespace sky::offload
