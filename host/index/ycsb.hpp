#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/index/operation.hpp"
#include "host/index/zipfian.hpp"
#include "host/memory/random.hpp"

namespace sky::index {

/// Load inserts the records; the others work on loaded ones. The mixes are those of YCSB.
enum class Workload : uint8_t {
    kLoad,  ///< insert every record once
    kA,     ///< 50 % read, 50 % update
    kB,     ///< 95 % read, 5 % update
    kC,     ///< 100 % read
    kD,     ///< 95 % read, 5 % insert
    kE,     ///< 95 % scan of 1 to 100 entries, uniform; 5 % insert
    kF,     ///< 50 % read, 50 % read-modify-write
};
inline constexpr std::array kWorkloads{Workload::kLoad, Workload::kA, Workload::kB, Workload::kC,
                                       Workload::kD,    Workload::kE, Workload::kF};
[[nodiscard]] const char* to_string(Workload workload);
[[nodiscard]] std::optional<Workload> parse_workload(const std::string& name);
[[nodiscard]] inline bool scans(Workload workload) { return workload == Workload::kE; }

/// Which existing record an operation picks. "Existing" means those that D and E have inserted, too, but for
/// kZipfian: its table, and with it which records are popular, stays that of the loaded ones.
enum class Distribution : uint8_t {
    kUniform,
    kZipfian,     ///< theta 0.99, the popular records scattered over the loaded ones
    kLatest,      ///< theta 0.99, the newer the more popular; reaches back as many records as were loaded
    kSequential,  ///< in the order of insertion from the first record on, over and over
    kHotspot,     ///< 80 % pick among the first fifth of the loaded records, 20 % among all others
};
inline constexpr std::array kDistributions{Distribution::kUniform, Distribution::kZipfian, Distribution::kLatest,
                                           Distribution::kSequential, Distribution::kHotspot};
[[nodiscard]] const char* to_string(Distribution distribution);
[[nodiscard]] std::optional<Distribution> parse_distribution(const std::string& name);
/// The one YCSB names for the workload: latest for D, else zipfian.
[[nodiscard]] Distribution default_distribution(Workload workload);

/// The operations of one workload, integers only, so the same on every platform. Keys are a bijective mix of
/// (seed, record), so that they are distinct and uniform; values are those of fill_value().
class Ycsb {
   public:
    /// `records` is at least 1.
    /// `go_on`: see ZipfianRanks; once it has said false the picks mean nothing.
    Ycsb(Workload workload, Distribution distribution, uint64_t records, uint64_t seed,
         const std::function<bool()>& go_on = {});

    [[nodiscard]] Key key(uint64_t record) const { return memory::mix64(record ^ key_mask_); }
    /// Version 0 is the loaded or inserted value; each update raises it by one.
    void value(Key key, uint32_t version, Bytes& bytes) const { fill_value(seed_, key, version, bytes); }

    /// The insert that loads a record.
    [[nodiscard]] Operation load(uint64_t record) const;
    /// The next operation of a run phase (not load). value_bytes is left to the caller.
    [[nodiscard]] Operation next();
    /// Draws and drops `operations` of them, so that next() goes on where an earlier run had stopped.
    void skip(uint64_t operations);
    /// How many operations were drawn.
    [[nodiscard]] uint64_t position() const { return position_; }
    /// Loaded and inserted so far.
    [[nodiscard]] uint64_t records() const { return versions_.size(); }

   private:
    [[nodiscard]] uint64_t pick();
    [[nodiscard]] uint64_t pick_hotspot();
    [[nodiscard]] uint64_t pick_next();

    Workload workload_;
    Distribution distribution_;
    uint64_t loaded_;
    uint64_t seed_;
    uint64_t key_mask_;
    memory::Random random_;
    std::optional<ZipfianRanks> zipfian_;  // only of the two distributions that draw ranks
    std::vector<uint32_t> versions_;       // of each record; empty for load
    uint64_t position_ = 0;
    uint64_t next_in_sequence_ = 0;
};

}  // namespace sky::index
