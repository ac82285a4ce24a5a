#include "host/offload/check/check_bench.hpp"

#include <sys/mman.h>

#include <chrono>
#include <cstring>
#include <new>

#include "host/memory/random.hpp"
#include "host/offload/available_memory.hpp"
#include "host/offload/check/blocks.hpp"
#include "host/offload/check/overflow_kernels.hpp"
#include "host/offload/median.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kUnit = 64;  // a read kernel takes multiples of it

/// Memory of its own, filled with finite numbers; on huge pages where there are any, as in a pinned arena.
class Buffer {
   public:
    Buffer(Dtype dtype, uint64_t bytes) : bytes_(bytes) {
        data_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data_ == MAP_FAILED) throw std::bad_alloc();
        (void)madvise(data_, bytes, MADV_HUGEPAGE);
        // One exponent bit of each element is 0.
        const uint64_t finite = dtype == Dtype::kFp32 ? 0xbfffffffbfffffff : 0xbfffbfffbfffbfff;
        memory::Random random(1);
        auto* const words = static_cast<uint64_t*>(data_);
        for (uint64_t i = 0; i < bytes / sizeof(uint64_t); ++i) words[i] = random.next() & finite;
    }
    ~Buffer() { munmap(data_, bytes_); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    [[nodiscard]] const std::byte* data() const { return static_cast<const std::byte*>(data_); }

   private:
    void* data_;
    uint64_t bytes_;
};

struct Contender {
    std::string what;
    std::function<bool()> run;  // whether an overflow was found
    std::function<uint64_t()> peak_temporary_bytes;
    std::vector<double> seconds;
};

Contender contender(const std::string& what, CheckMethod method, const CheckBenchOptions& options, bool keep,
                    const std::byte* data) {
    const std::shared_ptr<OverflowCheck> check =
        make_overflow_check(method, {.threads = options.threads, .path = options.path, .keep_temporaries = keep});
    return {.what = what,
            .run = [check, options,
                    data] { return check->overflows(options.dtype, data, options.bytes / bytes_of(options.dtype)); },
            .peak_temporary_bytes = [check] { return check->peak_temporary_bytes(); },
            .seconds = {}};
}

std::vector<Contender> contenders(const CheckBenchOptions& options, const std::byte* data) {
    std::vector<Contender> all;
    all.push_back(contender("fused", CheckMethod::kFused, options, false, data));
    all.push_back(contender("chain, fresh temporaries", CheckMethod::kChain, options, false, data));
    all.push_back(contender("chain, reused temporaries", CheckMethod::kChain, options, true, data));
    all.push_back(contender("sum", CheckMethod::kSum, options, false, data));
    all.push_back({.what = "plain read",
                   .run =
                       [options, data] {
                           const ReadKernel read = read_kernel(options.path);
                           // Never all ones, which the compiler does not know.
                           return any_block(options.bytes, kCheckBlockBytes, options.threads,
                                            [read, data](uint64_t begin, uint64_t end) {
                                                return read(data + begin, end - begin) == 0;
                                            });
                       },
                   .peak_temporary_bytes = [] { return uint64_t{0}; },
                   .seconds = {}});
    return all;
}

CheckTiming timing_of(const Contender& contender, const Contender& fused) {
    std::vector<double> slowdowns;
    slowdowns.reserve(contender.seconds.size());
    for (size_t i = 0; i < contender.seconds.size(); ++i)
        slowdowns.push_back(contender.seconds[i] / fused.seconds[i]);
    return {.what = contender.what,
            .seconds = median(contender.seconds),
            .slowdown = median(slowdowns),
            .peak_temporary_bytes = contender.peak_temporary_bytes()};
}

}  // namespace

Result<std::vector<CheckTiming>> bench_checks(const CheckBenchOptions& options, const std::function<bool()>& go_on) {
    using Clock = std::chrono::steady_clock;
    CheckBenchOptions whole = options;
    whole.bytes = options.bytes / kUnit * kUnit;
    if (whole.bytes == 0) return Status::error("the buffer is empty; take 64 bytes or more");
    // The buffer, and the temporaries of a chain twice, of which one keeps them.
    const uint64_t elements = whole.bytes / bytes_of(whole.dtype);
    if (Status status = check_memory(whole.bytes + 2 * elements * (bytes_of(whole.dtype) + 1)); !status.ok())
        return status;
    const Buffer buffer(whole.dtype, whole.bytes);
    std::vector<Contender> all = contenders(whole, buffer.data());
    for (int repeat = -1; repeat < options.repeats; ++repeat) {
        for (Contender& one : all) {
            if (!go_on()) {
                for (const Contender& other : all)
                    if (other.seconds.empty()) return std::vector<CheckTiming>{};
                break;
            }
            const Clock::time_point start = Clock::now();
            const bool overflows = one.run();
            const std::chrono::duration<double> taken = Clock::now() - start;
            if (overflows)
                return Status::error("'" + one.what + "' found an overflow among finite numbers; this is a defect");
            if (repeat >= 0) one.seconds.push_back(taken.count());
        }
    }
    std::vector<CheckTiming> timings;
    timings.reserve(all.size());
    for (const Contender& one : all) timings.push_back(timing_of(one, all.front()));
    return timings;
}

}  // namespace sky::offload
