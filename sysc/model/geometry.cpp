#include "sysc/model/geometry.hpp"

namespace sky::model {

const char* to_string(Mapping mapping) { return mapping == Mapping::kWord ? "word" : "bit"; }

std::string Geometry::problem() const {
    const auto range = [](const char* name, uint64_t value, uint64_t low, uint64_t high) -> std::string {
        if (value >= low && value <= high) return {};
        return std::string(name) + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " +
               std::to_string(high);
    };
    std::string text = range("sites_per_segment", sites_per_segment, 2, kMaxSitesPerSegment);
    if (text.empty()) text = range("segments", segments, 1, kMaxSegments);
    if (text.empty()) text = range("tracks_per_row", tracks_per_row, 1, kMaxTracksPerRow);
    if (text.empty() && tracks_per_row != 1 && tracks_per_row % 64 != 0)
        text = "tracks_per_row is " + std::to_string(tracks_per_row) + ", expected 1 or a multiple of 64";
    // What no other value helps comes before what is out of range.
    if (text.empty() && flag_site && mapping() == Mapping::kBit)
        text = "flag_site is set, expected false in a bit-interleaved array";
    if (text.empty()) text = range("overhead_sites", overhead_sites, depth() + (position_guard ? 2 : 0), 1024);
    if (text.empty() && tracks_per_row != 1 && tracks < tracks_per_row)
        text = "tracks is " + std::to_string(tracks) + ", expected at least the " + std::to_string(tracks_per_row) +
               " of tracks_per_row";
    if (text.empty()) text = range("tracks", tracks, tracks_per_row, tracks_per_row * (uint64_t{1} << 32));
    if (text.empty() && tracks % tracks_per_row != 0)
        text = "tracks is " + std::to_string(tracks) + ", expected a multiple of tracks_per_row, " +
               std::to_string(tracks_per_row);
    return text;
}

}  // namespace sky::model
