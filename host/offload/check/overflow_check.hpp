#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "host/offload/dtype.hpp"
#include "host/offload/vector_path.hpp"

/// Whether a gradient buffer has overflowed: fp16 training looks at every gradient before each optimizer step, and
/// drops the step when one of them is infinite or no number (NaN).
namespace sky::offload {

/// Bytes after which a pass looks whether it may stop: they stay in the nearest cache, and are long beside the look.
inline constexpr uint64_t kCheckBlockBytes = uint64_t{64} << 10;

/// How it is looked for.
enum class CheckMethod {
    kFused,  ///< one pass, no temporaries: is a whole exponent ones?
    kChain,  ///< isinf().any(), then isnan().any(), each link a pass with a temporary, as DeepSpeed's stage 3 does it
    kSum,    ///< is the sum infinite or NaN? Also says yes when finite elements add up to more than an fp32 holds
};

using CheckPath = VectorPath;

[[nodiscard]] std::string_view to_string(CheckMethod method);

struct CheckOptions {
    int threads = 1;
    CheckPath path = fastest_path();
    /// kChain: its temporaries are mapped anew for every call and given back after it, or kept for the next one.
    bool keep_temporaries = false;
};

/// One check at a time on each.
class OverflowCheck {
   public:
    virtual ~OverflowCheck() = default;
    OverflowCheck() = default;
    OverflowCheck(const OverflowCheck&) = delete;
    OverflowCheck& operator=(const OverflowCheck&) = delete;

    /// Whether one of `count` elements at `data`, aligned to an element, is infinite or NaN. kChain throws
    /// std::bad_alloc when there is no memory for its temporaries.
    [[nodiscard]] virtual bool overflows(Dtype dtype, const void* data, uint64_t count) = 0;
    /// The most bytes of temporaries that were alive at once.
    [[nodiscard]] virtual uint64_t peak_temporary_bytes() const = 0;
};

/// `options.path` must be an available one.
[[nodiscard]] std::unique_ptr<OverflowCheck> make_overflow_check(CheckMethod method, const CheckOptions& options);

}  // namespace sky::offload
