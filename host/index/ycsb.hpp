#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/index/index.hpp"
#include "host/memory/random.hpp"

namespace sky::index {

/// Load inserts the records; the others work on loaded ones. The mixes are those of YCSB.
enum class Workload : uint8_t {
    kLoad,  ///< insert every record once
    kA,     ///< 50 % read, 50 % update
    kB,     ///< 95 % read, 5 % update
    kC,     ///< 100 % read
};
[[nodiscard]] const char* to_string(Workload workload);
[[nodiscard]] std::optional<Workload> parse_workload(const std::string& name);

/// Which existing record an operation picks.
enum class Distribution : uint8_t {
    kUniform,
    kZipfian,  ///< theta 0.99, the popular records scattered over the key space
};
[[nodiscard]] const char* to_string(Distribution distribution);
[[nodiscard]] std::optional<Distribution> parse_distribution(const std::string& name);

/// Zipf-distributed ranks: rank r of n has weight (r + 1)^-0.99, held as a table of integer sums (8 bytes a
/// rank), so that draws are exact and the same everywhere.
class ZipfianRanks {
   public:
    /// A table of millions takes seconds: `go_on` is asked now and then, and false leaves the rest out.
    explicit ZipfianRanks(uint64_t ranks, const std::function<bool()>& go_on = {});
    [[nodiscard]] uint64_t draw(memory::Random& random) const;
    /// Of one rank, out of total(). For tests and figures.
    [[nodiscard]] uint64_t weight(uint64_t rank) const;
    [[nodiscard]] uint64_t total() const { return sums_.back(); }

   private:
    std::vector<uint64_t> sums_;  // inclusive
};

/// The operations of one workload. Keys are a bijective mix of (seed, record), so that they are distinct and
/// uniform; values are uniform bytes that depend on (seed, key, version) only.
class Ycsb {
   public:
    struct Operation {
        bool is_read = false;
        uint64_t record = 0;
    };

    /// `records` is at least 1.
    /// `go_on`: see ZipfianRanks; once it has said false the picks mean nothing.
    Ycsb(Workload workload, Distribution distribution, uint64_t records, uint64_t seed,
         const std::function<bool()>& go_on = {});

    [[nodiscard]] Key key(uint64_t record) const { return memory::mix64(record ^ key_mask_); }
    /// Version 0 is the loaded value; each update raises it by one.
    void value(Key key, uint32_t version, Bytes& bytes) const;
    /// The next operation of a run phase (not load).
    [[nodiscard]] Operation next();

   private:
    [[nodiscard]] uint64_t pick();

    Workload workload_;
    uint64_t records_;
    uint64_t seed_;
    uint64_t key_mask_;
    memory::Random random_;
    std::optional<ZipfianRanks> zipfian_;  // none: uniform
};

}  // namespace sky::index
