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

std::string ArrayShape::options() const {
    return fmt::format(
        "--set device.segments={} --set device.sites_per_segment={} --set device.tracks_per_row={} "
        "--set device.flag_site={}",
        segments, sites_per_segment, tracks_per_row, flag_site != 0);
}

}  // namespace sky::memory
