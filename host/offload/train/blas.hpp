#pragma once

#include <cstdint>

namespace sky::offload {

/// A matrix in rows, `stride` elements from one to the next.
struct ConstMatrix {
    const float* data = nullptr;
    uint64_t stride = 0;
    bool transposed = false;
};
struct MutableMatrix {
    float* data = nullptr;
    uint64_t stride = 0;
};

/// c = scale * a * b + (add ? c : 0), c having `rows` by `columns` elements and a `inner` columns. On the thread that
/// calls, and on no other.
void multiply(uint64_t rows, uint64_t columns, uint64_t inner, float scale, ConstMatrix a, ConstMatrix b, bool add,
              MutableMatrix c);

/// What the library says of the kernels that it chose for this processor.
[[nodiscard]] const char* blas_core();

}  // namespace sky::offload
