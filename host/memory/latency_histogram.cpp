#include "host/memory/latency_histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace sky::memory {

namespace {

constexpr uint64_t kSingleCycles = 8;
constexpr unsigned kBucketBits = 2;  // four buckets to each power of two

/// The bucket that holds a latency, and where it ends.
LatencyHistogram::Bucket bucket_of(uint64_t cycles) {
    if (cycles < kSingleCycles) return {.from_cycles = cycles, .to_cycles = cycles};
    const unsigned shift = static_cast<unsigned>(std::bit_width(cycles)) - 1 - kBucketBits;
    const uint64_t from = cycles >> shift << shift;
    return {.from_cycles = from, .to_cycles = from + (uint64_t{1} << shift) - 1};
}

}  // namespace

void LatencyHistogram::add_rare(uint64_t cycles) {
    if (cycles < kShort) {
        short_.resize(std::bit_ceil(cycles + 1), 0);
        ++short_[cycles];
    } else {
        ++long_[cycles];
    }
}

double LatencyHistogram::mean_cycles() const {
    return count_ == 0 ? 0.0 : static_cast<double>(sum_cycles_) / static_cast<double>(count_);
}

uint64_t LatencyHistogram::percentile_cycles(uint32_t percent) const {
    const uint64_t hundredths = count_ * percent;
    uint64_t seen = 0;
    uint64_t found = 0;
    each([&](uint64_t cycles, uint64_t times) {
        seen += times;
        found = cycles;
        return seen * 100 < hundredths;
    });
    return found;
}

std::vector<LatencyHistogram::Bucket> LatencyHistogram::buckets() const {
    std::vector<Bucket> out;
    each([&](uint64_t cycles, uint64_t times) {
        if (out.empty()) out.push_back(bucket_of(cycles));
        while (cycles > out.back().to_cycles) out.push_back(bucket_of(out.back().to_cycles + 1));
        out.back().requests += times;
        return true;
    });
    return out;
}

stats::Group LatencyHistogram::statistics(uint32_t cycle_ps) const {
    stats::Group latency("latency", "from handing a request in to its last answer beat");
    const auto ps = [&](const char* name, uint64_t cycles, const char* what) {
        latency.count(name, cycles * cycle_ps, "ps", what);
    };
    latency.count("requests", count_, "requests", "requests answered");
    ps("p50_ps", percentile_cycles(50), "half of the requests took no longer");
    ps("p99_ps", percentile_cycles(99), "99 % of the requests took no longer");
    ps("max_ps", max_cycles_, "the longest");
    latency.derived("mean_ps", mean_cycles() * cycle_ps, "ps", "mean", "sum of latencies / requests");
    stats::Group& histogram = latency.group("histogram", "requests by latency, bounds included");
    for (const Bucket& bucket : buckets())
        histogram.count(fmt::format("{}_to_{}_ps", bucket.from_cycles * cycle_ps, bucket.to_cycles * cycle_ps),
                        bucket.requests, "requests", "requests whose latency lies in this range");
    return latency;
}

std::string LatencyHistogram::chart(uint32_t cycle_ps) const {
    constexpr uint64_t kWidth = 50;
    const std::vector<Bucket> all = buckets();
    uint64_t most = 1;
    for (const Bucket& bucket : all) most = std::max(most, bucket.requests);
    const auto ns = [&](uint64_t cycles) { return static_cast<double>(cycles * cycle_ps) / 1000.0; };
    std::string out = "latency in ns of model time, bounds included, and requests\n";
    for (const Bucket& bucket : all) {
        const uint64_t width = (bucket.requests * kWidth + most - 1) / most;  // whatever is there shows
        out += fmt::format("  {:>10.1f} to {:>10.1f} {:>12}{}{:#<{}}\n", ns(bucket.from_cycles), ns(bucket.to_cycles),
                           bucket.requests, width == 0 ? "" : " ", "", width);
    }
    return out;
}

}  // namespace sky::memory
