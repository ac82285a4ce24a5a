#include <algorithm>
#include <chrono>
#include <cstring>

#include "host/offload/available_memory.hpp"
#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/median.hpp"
#include "host/offload/optimizer/adam_bench.hpp"
#include "host/offload/optimizer/adam_numbers.hpp"
#include "host/offload/optimizer/copy_kernels.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kBytesAnElement = 7 * sizeof(float);  // p, m and v read and written, the gradient read
/// What the streams of a step begin apart beyond their size: at a multiple of 256 MiB Zen 4 takes one for another in
/// its nearest cache, and a step takes three times as long.
constexpr uint64_t kApartBytes = 4096 + 256;

/// p, m, v and gradient.
class Streams {
   public:
    explicit Streams(const AdamBenchOptions& options)
        : elements_(options.elements),
          apart_(options.elements * sizeof(float) + kApartBytes),
          all_(bytes(options.elements)) {
        std::memset(all_.data(), 0, all_.size());
        for (uint64_t i = 0; i < elements_; ++i) {
            stream(0)[i] = bench_weight(options.seed, i);
            stream(3)[i] = bench_gradient(options.seed, i);
        }
    }
    [[nodiscard]] static uint64_t bytes(uint64_t elements) { return 4 * (elements * sizeof(float) + kApartBytes); }
    [[nodiscard]] std::span<float> stream(uint64_t which) const {
        return {reinterpret_cast<float*>(all_.data() + which * apart_), elements_};
    }

   private:
    uint64_t elements_;
    uint64_t apart_;
    AlignedBuffer all_;
};

/// From one stream to another, whole blocks to a thread.
void copy(const Streams& streams, VectorPath path, int threads) {
    const auto blocks = static_cast<int64_t>(streams.stream(0).size() / kOptimizerBlock);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (int64_t i = 0; i < blocks; ++i) {
        const uint64_t begin = static_cast<uint64_t>(i) * kOptimizerBlock;
        copy_past_caches(path, streams.stream(1).data() + begin, streams.stream(0).data() + begin,
                         kOptimizerBlock * sizeof(float));
    }
}

struct Contender {
    AdamTiming timing;
    std::function<void()> run;
    std::vector<double> seconds;
};

std::vector<Contender> contenders(const AdamBenchOptions& options, const Streams& streams) {
    std::vector<Contender> all;
    const auto add = [&](const std::string& what, uint64_t bytes_an_element, std::function<void()> run) {
        Contender& one = all.emplace_back();
        one.timing.what = what;
        one.timing.bytes = bytes_an_element * options.elements;
        one.run = std::move(run);
    };
    const auto add_copy = [&](const std::string& what, VectorPath path) {
        add(what, 2 * sizeof(float), [&streams, path, threads = options.threads] { copy(streams, path, threads); });
    };
    add_copy("copy, memcpy", VectorPath::kScalar);
    if (options.path != VectorPath::kScalar) add_copy("copy, past the caches", options.path);
    add("step in memory", kBytesAnElement, [&streams, &options, number = uint64_t{0}]() mutable {
        adamw(streams.stream(0), streams.stream(1), streams.stream(2), streams.stream(3), {.step = ++number},
              {.threads = options.threads, .path = options.path});
    });
    return all;
}

/// The bound is the copy that is fastest in the median: in each round its own rate there.
std::vector<AdamTiming> evaluate(const std::vector<Contender>& all) {
    const auto rate = [](const Contender& one, size_t round) {
        return static_cast<double>(one.timing.bytes) / one.seconds[round];
    };
    size_t bound = 0;
    for (size_t i = 1; i + 1 < all.size(); ++i)
        if (median(all[i].seconds) < median(all[bound].seconds)) bound = i;
    std::vector<AdamTiming> timings;
    for (const Contender& one : all) {
        std::vector<double> ratios;
        for (size_t round = 0; round < one.seconds.size(); ++round)
            ratios.push_back(rate(one, round) / rate(all[bound], round));
        timings.push_back(one.timing);
        timings.back().seconds = median(one.seconds);
        timings.back().of_bound = median(ratios);
    }
    return timings;
}

}  // namespace

Result<std::vector<AdamTiming>> bench_adam_in_memory(const AdamBenchOptions& options,
                                                     const std::function<bool()>& go_on) {
    using Clock = std::chrono::steady_clock;
    AdamBenchOptions whole = options;
    whole.elements = options.elements / kOptimizerBlock * kOptimizerBlock;
    if (whole.elements == 0)
        return Status::error("there are too few elements\ntake " + std::to_string(kOptimizerBlock) + " or more");
    if (Status status = check_memory(Streams::bytes(whole.elements)); !status.ok()) return status;
    const Streams streams(whole);
    std::vector<Contender> all = contenders(whole, streams);
    // The first round is not counted: threads start in it.
    for (uint32_t round = 0; round <= options.rounds; ++round) {
        std::vector<double> seconds;
        for (Contender& one : all) {
            if (!go_on()) return all[0].seconds.empty() ? std::vector<AdamTiming>{} : evaluate(all);
            const Clock::time_point start = Clock::now();
            one.run();
            seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
        }
        for (size_t i = 0; round > 0 && i < all.size(); ++i) all[i].seconds.push_back(seconds[i]);
    }
    return evaluate(all);
}

}  // namespace sky::offload
