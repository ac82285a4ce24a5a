#pragma once

#include "sysc/bridge/rtl_controller.hpp"
#include "sysc/tlm/skrm_target.hpp"

namespace sky::bridge {

/// The Verilated controller behind the same TLM-2.0 socket as the cycle model.
using RtlTarget = tlm::SkrmTarget<RtlController>;

}  // namespace sky::bridge
