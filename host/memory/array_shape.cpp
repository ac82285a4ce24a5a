#include "host/memory/array_shape.hpp"

#include <fmt/format.h>

namespace sky::memory {

ArrayShape::ArrayShape(const model::Geometry& geometry)
    : sites_per_segment(geometry.sites_per_segment),
      segments(geometry.segments),
      tracks_per_row(geometry.tracks_per_row),
      flag_site(geometry.flag_site ? 1 : 0) {}

void ArrayShape::write(SummedWriter& out) const {
    out.varint(sites_per_segment);
    out.varint(segments);
    out.varint(tracks_per_row);
    out.byte(flag_site);
}

bool ArrayShape::read(SummedReader& in) {
    return in.varint(sites_per_segment) && in.varint(segments) && in.varint(tracks_per_row) && in.byte(flag_site);
}

std::string ArrayShape::describe() const {
    return fmt::format("{} segments of {} sites{}{}", segments, sites_per_segment,
                       flag_site != 0 ? " with a flag site" : "",
                       tracks_per_row == 1 ? "" : fmt::format(", {} tracks a row", tracks_per_row));
}

std::string ArrayShape::remedy(const ArrayShape& other, const ShapingOptions& given) const {
    std::string out;
    const auto leave_out = [&](const std::string& option, bool contradicts) {
        if (!option.empty() && contradicts) out += (out.empty() ? "leave out " : " and ") + option;
    };
    leave_out(given.mapping, (tracks_per_row == 1) != (other.tracks_per_row == 1));
    leave_out(given.segments, segments != other.segments);
    leave_out(given.flag_site, flag_site == 0 && other.flag_site != 0);
    return fmt::format(
        "{}use --set device.segments={} --set device.sites_per_segment={} --set device.tracks_per_row={} "
        "--set device.flag_site={}",
        out.empty() ? "" : out + ", and ", segments, sites_per_segment, tracks_per_row, flag_site != 0);
}

}  // namespace sky::memory
