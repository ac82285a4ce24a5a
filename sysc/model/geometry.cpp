#include "sysc/model/geometry.hpp"

namespace sky::model {

std::string Geometry::problem() const {
    const auto range = [](const char* name, uint64_t value, uint64_t low, uint64_t high) -> std::string {
        if (value >= low && value <= high) return {};
        return std::string(name) + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " +
               std::to_string(high);
    };
    std::string text = range("sites_per_segment", sites_per_segment, 2, kMaxSitesPerSegment);
    if (text.empty()) text = range("segments", segments, 1, kMaxSegments);
    if (text.empty()) text = range("overhead_sites", overhead_sites, sites_per_segment, 1024);
    if (text.empty()) text = range("tracks", tracks, 1, uint64_t{1} << 32);
    return text;
}

}  // namespace sky::model
