#include "host/offload/check/overflow_check.hpp"

#include "host/offload/check/blocks.hpp"
#include "host/offload/check/methods.hpp"
#include "host/offload/check/overflow_kernels.hpp"

namespace sky::offload {

namespace {

class FusedCheck : public OverflowCheck {
   public:
    explicit FusedCheck(const CheckOptions& options) : options_(options) {}

    bool overflows(Dtype dtype, const void* data, uint64_t count) override {
        const ExponentKernel kernel = exponent_kernel(dtype, options_.path);
        const auto* const bytes = static_cast<const std::byte*>(data);
        return any_block(
            count * bytes_of(dtype), kCheckBlockBytes, options_.threads,
            [bytes, kernel](uint64_t begin, uint64_t end) { return kernel(bytes + begin, end - begin); });
    }
    [[nodiscard]] uint64_t peak_temporary_bytes() const override { return 0; }

   private:
    CheckOptions options_;
};

}  // namespace

std::string_view to_string(CheckMethod method) {
    switch (method) {
        case CheckMethod::kFused: return "fused";
        case CheckMethod::kChain: return "chain";
        case CheckMethod::kSum: break;
    }
    return "sum";
}

std::unique_ptr<OverflowCheck> make_overflow_check(CheckMethod method, const CheckOptions& options) {
    switch (method) {
        case CheckMethod::kChain: return make_chain_check(options);
        case CheckMethod::kSum: return make_sum_check(options);
        case CheckMethod::kFused: break;
    }
    return std::make_unique<FusedCheck>(options);
}

}  // namespace sky::offload
