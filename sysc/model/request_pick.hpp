#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sysc/model/policy.hpp"

namespace sky::model {

/// One place of a bank's queue, as the pick sees it.
struct PickEntry {
    bool waiting = false;
    bool ready = false;     ///< if it waits: may be served now
    uint8_t distance = 0;   ///< steps its row has to move first
    uint64_t position = 0;  ///< {row, site}, below 2^40
};

/// Where the elevator is and which way it goes.
struct Elevator {
    uint64_t position = 0;
    bool up = true;

    bool operator==(const Elevator&) const = default;
};

struct Pick {
    std::optional<size_t> index;
    bool up = true;  ///< the elevator's direction from now on

    bool operator==(const Pick&) const = default;
};

/// Picks the request to serve next; entries from the oldest to the youngest. `fcfs`, and every policy once the oldest
/// waiting entry is overdue, serve that entry or, while it is not ready, none. `nearest` takes the least distance,
/// `coalesce` the oldest that is ready, `elevator` the next position on its way, the last one included; with none
/// left on its way it turns. Ties go to the oldest. Equals rtl/skrm/sky_sched_pick.sv.
[[nodiscard]] Pick pick_request(Scheduler policy, std::span<const PickEntry> entries, bool overdue,
                                const Elevator& elevator);

}  // namespace sky::model
