#pragma once

#include <cstdint>
#include <string>

namespace sky::model {

/// Which of the waiting requests is served next.
enum class Scheduler : uint8_t {
    kFcfs = 0,      ///< the oldest
    kNearest = 1,   ///< the one whose row has to move least, ties to the oldest; word-based as fcfs
    kElevator = 2,  ///< rows, then sites, in sweeps up and down
    kCoalesce = 3,  ///< the oldest, and with it, in one pass, what waits for the same row (and site)
};
/// Where a row rests after a transaction.
enum class ReturnPolicy : uint8_t {
    kHome = 0,  ///< head offset 0
    kStay = 1,  ///< where the pass ended
};

[[nodiscard]] const char* to_string(Scheduler scheduler);
[[nodiscard]] const char* to_string(ReturnPolicy policy);

/// Fault injection: a shift of one step ends one site too far or too near.
struct SlipFaults {
    uint64_t threshold = 0;  ///< of 2^64: the probability of a slip per track-step; 0: none
    uint64_t seed = 0;

    /// What happens to one track in the bank's pulse number `pulse`: -1 too near, +1 too far, 0 nothing.
    [[nodiscard]] int32_t slip(uint32_t bank, uint64_t pulse, uint32_t track) const;

    bool operator==(const SlipFaults&) const = default;
};

/// How the controller works; see host/presets for what is shipped.
struct Policy {
    uint32_t queue_depth = 32;  ///< commands that may wait, 1 to 1024
    uint32_t banks = 1;         ///< 1, 2, 4, 8 or 16; row r is in bank r mod banks
    Scheduler scheduler = Scheduler::kFcfs;
    ReturnPolicy return_policy = ReturnPolicy::kHome;
    uint32_t age_cap = 64;           ///< requests of its bank that may be served ahead of an older one, 1 to 255
    uint32_t max_ports_driven = 32;  ///< ports of a track that may remove or inject in one pulse, 1 to 64
    bool overlap = false;            ///< remove and inject at different ports share a slot
    bool auto_permutes = true;       ///< AUTO picks a permutation write for one segment, else compare-write
    SlipFaults faults{};             ///< only in an array with position_guard

    /// Empty when a controller can be built, else what is wrong with which value.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Policy&) const = default;
};

}  // namespace sky::model
