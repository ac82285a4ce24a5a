#include <algorithm>
#include <bit>
#include <cmath>

#include "host/offload/check/methods.hpp"
#include "host/offload/check/overflow_kernels.hpp"

namespace sky::offload {

namespace {

constexpr int64_t kStep = int64_t{16} << 10;  // elements of a partial sum
constexpr int64_t kLanes = 64;                // of an addition, so that it fills every vector

SKY_OFFLOAD_INLINE float widened(uint32_t bits) { return std::bit_cast<float>(bits); }

template <Dtype kDtype, typename Word>
SKY_OFFLOAD_INLINE float to_float(Word word) {
    if constexpr (kDtype == Dtype::kFp32) return widened(word);
    if constexpr (kDtype == Dtype::kBf16) return widened(static_cast<uint32_t>(word) << 16);
    // The exponent of an fp16 is 112 smaller; all ones stay all ones.
    const uint32_t magnitude = static_cast<uint32_t>(word & 0x7fff) << 13;
    const float scaled = widened(magnitude) * 0x1p112F;
    const uint32_t ones = magnitude >= 0x0f800000 ? 0x7f800000 : 0;
    return widened(std::bit_cast<uint32_t>(scaled) | ones | static_cast<uint32_t>(word & 0x8000) << 16);
}

template <Dtype kDtype, typename Word>
SKY_OFFLOAD_INLINE float sum_loop(const Word* in, int64_t count) {
    float lanes[kLanes] = {};
    int64_t at = 0;
    for (; at + kLanes <= count; at += kLanes)
        for (int64_t i = 0; i < kLanes; ++i) lanes[i] += to_float<kDtype>(in[at + i]);
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    for (; at < count; ++at) sum += to_float<kDtype>(in[at]);
    return sum;
}

template <Dtype kDtype, typename Word>
float sum_scalar(const Word* in, int64_t count) {
    return sum_loop<kDtype>(in, count);
}
template <Dtype kDtype, typename Word>
SKY_OFFLOAD_AVX2 float sum_avx2(const Word* in, int64_t count) {
    return sum_loop<kDtype>(in, count);
}
template <Dtype kDtype, typename Word>
SKY_OFFLOAD_AVX512 float sum_avx512(const Word* in, int64_t count) {
    return sum_loop<kDtype>(in, count);
}

class SumCheck : public OverflowCheck {
   public:
    explicit SumCheck(const CheckOptions& options) : options_(options) {}

    bool overflows(Dtype dtype, const void* data, uint64_t count) override {
        switch (dtype) {
            case Dtype::kFp32: return sum<Dtype::kFp32>(static_cast<const uint32_t*>(data), count);
            case Dtype::kFp16: return sum<Dtype::kFp16>(static_cast<const uint16_t*>(data), count);
            case Dtype::kBf16: break;
        }
        return sum<Dtype::kBf16>(static_cast<const uint16_t*>(data), count);
    }
    [[nodiscard]] uint64_t peak_temporary_bytes() const override { return 0; }

   private:
    template <Dtype kDtype, typename Word>
    [[nodiscard]] bool sum(const Word* data, uint64_t count) const {
        float (*kernel)(const Word*, int64_t) = sum_scalar<kDtype, Word>;
        if (options_.path == CheckPath::kAvx2) kernel = sum_avx2<kDtype, Word>;
        if (options_.path == CheckPath::kAvx512) kernel = sum_avx512<kDtype, Word>;
        const auto elements = static_cast<int64_t>(count);
        float total = 0;
#pragma omp parallel for schedule(static) num_threads(options_.threads) reduction(+ : total) if (options_.threads > 1)
        for (int64_t begin = 0; begin < elements; begin += kStep)
            total += kernel(data + begin, std::min(kStep, elements - begin));
        return !std::isfinite(total);
    }

    CheckOptions options_;
};

}  // namespace

std::unique_ptr<OverflowCheck> make_sum_check(const CheckOptions& options) {
    return std::make_unique<SumCheck>(options);
}

}  // namespace sky::offload
