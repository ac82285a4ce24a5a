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

    /// Empty when a controller can be built, else what is wrong with which value.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Policy&) const = default;
};

}  // namespace sky::model
