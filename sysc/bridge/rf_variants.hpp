#pragma once

#include <array>
#include <cstdint>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::bridge {

/// A variant of rtl/regfile/sky_regfile_lab.sv; its place in the list is the RTL's select_i.
struct RfVariant {
    const char* name;
    model::rf::Shape shape;
};

inline constexpr uint32_t kRfVariants = 14;
inline constexpr uint32_t kRfLabTracks = 128;  ///< as many slips as the lab takes

[[nodiscard]] constexpr model::rf::Shape rf_lab_shape(model::rf::Kind kind, uint32_t ports = 1, uint32_t banks = 1,
                                                      bool guard = false) {
    return {.kind = kind, .width = 32, .ports = ports, .banks = banks, .buffer = 4, .guard = guard};
}

inline constexpr std::array<RfVariant, kRfVariants> kRfVariantList = {{
    {"ff", rf_lab_shape(model::rf::Kind::kFlipFlop)},
    {"horizontal", rf_lab_shape(model::rf::Kind::kHorizontal)},
    {"vertical", rf_lab_shape(model::rf::Kind::kVertical)},
    {"dynamic", rf_lab_shape(model::rf::Kind::kDynamic)},
    {"dynamic_p2", rf_lab_shape(model::rf::Kind::kDynamic, 2)},
    {"dynamic_p4", rf_lab_shape(model::rf::Kind::kDynamic, 4)},
    {"dynamic_p8", rf_lab_shape(model::rf::Kind::kDynamic, 8)},
    {"banked2", rf_lab_shape(model::rf::Kind::kHorizontal, 1, 2)},
    {"banked4", rf_lab_shape(model::rf::Kind::kHorizontal, 1, 4)},
    {"banked8", rf_lab_shape(model::rf::Kind::kHorizontal, 1, 8)},
    {"dual", rf_lab_shape(model::rf::Kind::kDual)},
    {"horizontal_guard", rf_lab_shape(model::rf::Kind::kHorizontal, 1, 1, true)},
    {"dynamic_guard", rf_lab_shape(model::rf::Kind::kDynamic, 1, 1, true)},
    {"banked4_guard", rf_lab_shape(model::rf::Kind::kHorizontal, 1, 4, true)},
}};

}  // namespace sky::bridge
