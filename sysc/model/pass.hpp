#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sysc/model/command.hpp"
#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/track_store.hpp"

namespace sky::model {

enum class PassKind : uint8_t {
    kWalk,     ///< word-based: past every site, acting at each
    kFlip,     ///< flip-n-write: a walk that reads, then one that writes the better polarity
    kScan,     ///< a walk that compares with two keys and may stop early
    kPermute,  ///< permutation write of one segment
    kPoint,    ///< bit-interleaved: to one site by the nearest port
};

/// Most words of data a pass carries.
inline constexpr uint32_t kMaxPassWords = kMaxSegments * kMaxTracksPerRow / 64;

/// One journey over a row, for one command or for several that share it. What each segment's port does stands in
/// four masks that never overlap in a walk or point: `sense` (READ), `compare` (DCW), `rewrite` (naive), `erase`.
/// Flips, scans and permutations name their segments in `sense`.
struct Pass {
    PassKind kind = PassKind::kWalk;
    bool picks_polarity = false;  ///< of a permutation: PW+FNW
    uint8_t site = 0;
    uint32_t row = 0;
    uint64_t sense = 0;
    uint64_t compare = 0;
    uint64_t rewrite = 0;
    uint64_t erase = 0;
    uint64_t low_key = 0;
    uint64_t high_key = 0;
    /// New words by segment and beat, index segment * beats_per_segment + beat; then what was sensed.
    std::array<uint64_t, kMaxPassWords> words{};

    [[nodiscard]] uint64_t segments() const { return sense | compare | rewrite | erase; }
};

/// What a SCAN found: bit g says so of segment g.
struct ScanResult {
    uint64_t below_low = 0;
    uint64_t equal_low = 0;
    uint64_t below_high = 0;
    uint64_t equal_high = 0;
    bool stopped = false;  ///< before the last site

    bool operator==(const ScanResult&) const = default;
};

/// Everything about the array that does not change while it works.
struct Array {
    Geometry geometry;
    Timing timing;
    Policy policy;
};

/// What AUTO stands for, or the algorithm itself.
[[nodiscard]] WriteAlg resolve(const Array& array, const Command& command);
/// Whether the controller takes the command, and else why not.
[[nodiscard]] RspStatus check_command(const Array& array, const Command& command);
/// Whether two commands touch a common word and at least one of them changes it, so that they must not pass.
[[nodiscard]] bool conflict(const Geometry& geometry, const Command& a, const Command& b);

/// The pass of one command that was taken. `data` begins with its data beats in the order in which they are sent.
void make_pass(const Array& array, const Command& command, std::span<const uint64_t> data, Pass& pass);
/// Whether the command can share the pass: same row (and site), READ, WRITE naive or DCW, or ERASE, and nothing in
/// conflict.
[[nodiscard]] bool can_join(const Array& array, const Pass& pass, const Command& command);
void join_pass(const Array& array, const Command& command, std::span<const uint64_t> data, Pass& pass);

/// A walk under the home policy over one segment that senses nothing moves that segment alone.
[[nodiscard]] bool moves_one_segment(const Array& array, const Pass& pass);

/// Counts that `command` as a whole adds to its bank's statistics when it is answered.
void count_command(const Array& array, const Command& command, RspStatus status, Counters& counters);

/// Whether PW+FNW stores the inverse: it needs fewer injects, or as many and fewer removes. The flag counts.
[[nodiscard]] bool permutation_flips(uint32_t stored_ones, uint32_t data_ones, uint32_t word_bits);

/// Runs the whole pass by closed formulas: adds to `counters` everything its pulses count, changes the row, puts
/// what was sensed into pass.words and `scan`, and returns its length in cycles. There is none with
/// ShiftCharge::kPerSkyrmion and with position_guard: use PulseSequencer.
uint64_t run_pass(const Array& array, Pass& pass, const TrackStore::Row& row, ScanResult& scan, Counters& counters);

}  // namespace sky::model
