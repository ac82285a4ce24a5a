#include "host/index/ycsb.hpp"

#include <algorithm>

#include "host/index/seed_stream.hpp"

namespace sky::index {

using memory::mix64;

namespace {

constexpr uint64_t kMostScanEntries = 100;
constexpr uint64_t kHotPercent = 80;    // of the picks
constexpr uint64_t kRecordsPerHot = 5;  // one record in five is hot

/// A run phase has two kinds of operations.
struct Mix {
    OperationKind often;
    uint64_t percent;  ///< of the operations that are of kind `often`
    OperationKind otherwise;
};

Mix mix_of(Workload workload) {
    using K = OperationKind;
    switch (workload) {
        case Workload::kLoad: return {K::kInsert, 100, K::kInsert};
        case Workload::kA: return {K::kRead, 50, K::kUpdate};
        case Workload::kB: return {K::kRead, 95, K::kUpdate};
        case Workload::kC: return {K::kRead, 100, K::kRead};
        case Workload::kD: return {K::kRead, 95, K::kInsert};
        case Workload::kE: return {K::kScan, 95, K::kInsert};
        case Workload::kF: return {K::kRead, 50, K::kReadModifyWrite};
    }
    return {K::kRead, 100, K::kRead};
}

bool draws_ranks(Distribution distribution) {
    return distribution == Distribution::kZipfian || distribution == Distribution::kLatest;
}

template <typename Named, size_t kCount>
std::optional<Named> parse(const std::string& name, const std::array<Named, kCount>& all) {
    for (const Named value : all)
        if (name == to_string(value)) return value;
    return std::nullopt;
}

}  // namespace

const char* to_string(Workload workload) {
    switch (workload) {
        case Workload::kLoad: return "load";
        case Workload::kA: return "a";
        case Workload::kB: return "b";
        case Workload::kC: return "c";
        case Workload::kD: return "d";
        case Workload::kE: return "e";
        case Workload::kF: return "f";
    }
    return "unknown workload";
}

std::optional<Workload> parse_workload(const std::string& name) { return parse(name, kWorkloads); }

const char* to_string(Distribution distribution) {
    switch (distribution) {
        case Distribution::kUniform: return "uniform";
        case Distribution::kZipfian: return "zipfian";
        case Distribution::kLatest: return "latest";
        case Distribution::kSequential: return "sequential";
        case Distribution::kHotspot: return "hotspot";
    }
    return "unknown distribution";
}

std::optional<Distribution> parse_distribution(const std::string& name) { return parse(name, kDistributions); }

Distribution default_distribution(Workload workload) {
    return workload == Workload::kD ? Distribution::kLatest : Distribution::kZipfian;
}

Ycsb::Ycsb(Workload workload, Distribution distribution, uint64_t records, uint64_t seed,
           const std::function<bool()>& go_on)
    : workload_(workload),
      distribution_(distribution),
      loaded_(records),
      seed_(seed),
      key_mask_(stream_seed(seed, SeedStream::kKeys)),
      random_(stream_seed(seed, SeedStream::kPicks)) {
    if (workload == Workload::kLoad) return;
    if (draws_ranks(distribution)) zipfian_.emplace(records, go_on);
    versions_.resize(records);
}

Operation Ycsb::load(uint64_t record) const {
    return {.kind = OperationKind::kInsert, .key = key(record), .record = record};
}

uint64_t Ycsb::pick_hotspot() {
    const uint64_t hot = std::max<uint64_t>(loaded_ / kRecordsPerHot, 1);
    const bool is_hot = random_.below(100) < kHotPercent;
    if (is_hot || hot == records()) return random_.below(hot);
    return hot + random_.below(records() - hot);
}

uint64_t Ycsb::pick_next() {
    if (next_in_sequence_ == records()) next_in_sequence_ = 0;
    return next_in_sequence_++;
}

uint64_t Ycsb::pick() {
    switch (distribution_) {
        case Distribution::kUniform: return random_.below(records());
        // Scattered like this, a few ranks may fall on one record, as in YCSB itself. Modulo the loaded records:
        // with the number of all of them the popular records would be others after each insert.
        case Distribution::kZipfian: return mix64(zipfian_->draw(random_) + kGolden) % loaded_;
        case Distribution::kLatest: return records() - 1 - zipfian_->draw(random_);
        case Distribution::kSequential: return pick_next();
        case Distribution::kHotspot: return pick_hotspot();
    }
    return 0;
}

Operation Ycsb::next() {
    ++position_;
    const Mix mix = mix_of(workload_);
    Operation operation{.kind = random_.below(100) < mix.percent ? mix.often : mix.otherwise};
    if (operation.kind == OperationKind::kInsert) {
        operation.record = records();
        versions_.push_back(0);
    } else {
        operation.record = pick();
    }
    operation.key = key(operation.record);
    if (operation.kind == OperationKind::kScan)
        operation.scan_entries = static_cast<uint32_t>(1 + random_.below(kMostScanEntries));
    uint32_t& version = versions_[operation.record];
    if (operation.kind == OperationKind::kUpdate || operation.kind == OperationKind::kReadModifyWrite) ++version;
    operation.version = version;
    return operation;
}

void Ycsb::skip(uint64_t operations) {
    for (uint64_t i = 0; i < operations; ++i) (void)next();
}

}  // namespace sky::index
