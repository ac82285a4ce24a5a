#pragma once

#include <functional>

#include "sysc/bridge/rtl_controller.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/model/stored_row.hpp"

namespace sky::memory {

/// Never touched, or as if: all zero and at home. An image leaves such a row out.
[[nodiscard]] bool blank(const model::StoredRow& row);

/// Calls visit for every row that is not blank, ascending. The controller is at rest.
void each_stored_row(model::Controller& controller, const model::Geometry& geometry,
                     const std::function<void(const model::StoredRow&)>& visit);
void each_stored_row(bridge::RtlController& controller, const model::Geometry& geometry,
                     const std::function<void(const model::StoredRow&)>& visit);

/// Puts a row that was blank into this state.
void set_stored_row(model::Controller& controller, const model::Geometry& geometry, const model::StoredRow& row);
void set_stored_row(bridge::RtlController& controller, const model::Geometry& geometry, const model::StoredRow& row);

}  // namespace sky::memory
