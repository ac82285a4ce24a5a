#include "host/offload/train/blas.hpp"

#include <cblas.h>

namespace sky::offload {

namespace {

/// The library would share out a product by the number of threads, and so change its bits.
bool use_one_thread() {
    openblas_set_num_threads(1);
    return true;
}

}  // namespace

void multiply(uint64_t rows, uint64_t columns, uint64_t inner, float scale, ConstMatrix a, ConstMatrix b, bool add,
              MutableMatrix c) {
    [[maybe_unused]] static const bool kOneThread = use_one_thread();
    const auto whole = [](uint64_t number) { return static_cast<blasint>(number); };
    cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
                whole(rows), whole(columns), whole(inner), scale, a.data, whole(a.stride), b.data, whole(b.stride),
                add ? 1.0F : 0.0F, c.data, whole(c.stride));
}

const char* blas_core() { return openblas_get_corename(); }

}  // namespace sky::offload
