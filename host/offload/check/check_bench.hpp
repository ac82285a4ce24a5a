#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/check/overflow_check.hpp"

namespace sky::offload {

struct CheckBenchOptions {
    Dtype dtype = Dtype::kFp32;
    uint64_t bytes = uint64_t{1} << 30;
    int threads = 1;
    int repeats = 5;
    CheckPath path = fastest_path();
};

/// One way to look through the buffer.
struct CheckTiming {
    std::string what;     ///< "fused", "chain, fresh temporaries", ..., "plain read"
    double seconds = 0;   ///< of the host, median of the repeats
    double slowdown = 0;  ///< median over the repeats of its time by that of the fused check of the same repeat
    uint64_t peak_temporary_bytes = 0;
};

/// Times every method on a buffer of finite numbers, so that each has to see all of it. The methods take turns, and
/// each is run once beforehand, so that no one meets a cold cache or a thread that does not run yet.
/// `go_on` is asked before each turn; when it says no, what is finished is returned.
[[nodiscard]] Result<std::vector<CheckTiming>> bench_checks(const CheckBenchOptions& options,
                                                            const std::function<bool()>& go_on);

}  // namespace sky::offload
