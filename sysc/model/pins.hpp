#pragma once

#include "sysc/model/command.hpp"

namespace sky::model {

/// What the host drives into the controller in one cycle. valid never waits for ready; a payload is stable
/// until it is taken.
struct PinsIn {
    bool cmd_valid = false;
    bool wdata_valid = false;
    bool rsp_ready = false;
    Command cmd;
    uint64_t wdata = 0;
};

/// What the controller shows in the same cycle. Every output depends on state alone, never on this cycle's
/// inputs.
struct PinsOut {
    bool cmd_ready = false;
    bool wdata_ready = false;
    bool rsp_valid = false;
    Response rsp;  ///< all zero while rsp_valid is false

    bool operator==(const PinsOut&) const = default;
};

}  // namespace sky::model
