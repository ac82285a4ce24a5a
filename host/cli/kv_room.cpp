#include "host/cli/kv_room.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "host/index/layout.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kHeadroom = 2;        ///< times what the records of the load take
constexpr uint64_t kTracksStep = 65536;  ///< a divisor of every number of banks goes into it

/// Words of the slot that a value takes in the store: a power of two within a line, else whole lines.
uint64_t slot_words(uint64_t value_bytes, uint64_t segments) {
    const uint64_t words = (value_bytes + index::kWordBytes - 1) / index::kWordBytes;
    if (words <= segments) return std::bit_ceil(words);
    const uint64_t per_line = segments - 1;  // the first word names the next line
    return (words + per_line - 1) / per_line * segments;
}

/// Lines that the values and the leaves take, these so full in percent.
uint64_t lines_for(const KvNote& note, const memory::Geometry& geometry, uint64_t fill_percent) {
    const uint64_t values = note.records * slot_words(note.value_bytes, geometry.segments) / geometry.segments;
    const uint64_t entries_per_line = std::max<uint64_t>(1, uint64_t{2} * geometry.segments / 3);
    return values + note.records * 100 / fill_percent / entries_per_line + 1;
}

/// A line is a track word-based; bit-interleaved a row has as many as sites.
uint64_t tracks_for(uint64_t lines, const memory::Geometry& geometry) {
    const bool bit = geometry.mapping() == memory::Mapping::kBit;
    return bit ? (lines / geometry.sites_per_segment + 1) * geometry.tracks_per_row : lines;
}

/// Half full leaves, a quarter for inner nodes and the log, and the headroom.
uint64_t ample_tracks(const KvNote& note, const memory::Geometry& geometry) {
    const uint64_t tracks = tracks_for(kHeadroom * lines_for(note, geometry, 50) * 5 / 4, geometry);
    return (tracks + kTracksStep - 1) / kTracksStep * kTracksStep;
}

memory::Geometry geometry_of(const Config& config) { return config.session(memory::Backend::kFast).geometry; }

}  // namespace

std::vector<Assignment> room_for(const KvNote& note, const Config& config) {
    const memory::Geometry geometry = geometry_of(config);
    const std::string place = fmt::format("the room for {} records", note.records);
    std::vector<Assignment> chosen;
    const uint64_t tracks = ample_tracks(note, geometry);
    if (tracks > geometry.tracks)
        chosen.push_back({.key = "device.tracks", .value = fmt::format("{}", tracks), .place = place});
    const uint64_t words = kHeadroom * note.records * slot_words(note.value_bytes, geometry.segments);
    const auto bits = static_cast<uint64_t>(std::bit_width(words));
    if (bits > config.integer("index.index_bits"))
        chosen.push_back(
            {.key = "index.index_bits", .value = fmt::format("{}", std::min<uint64_t>(bits, 30)), .place = place});
    return chosen;
}

Status check_room(const KvNote& note, const Config& config) {
    const memory::Geometry geometry = geometry_of(config);
    if (geometry.tracks >= tracks_for(lines_for(note, geometry, 100), geometry)) return {};
    return Status::error(fmt::format(
        "{}: device.tracks is {}, too few for {} records of {} bytes\nset device.tracks to {} or leave it out",
        config.place("device.tracks"), geometry.tracks, note.records, note.value_bytes,
        ample_tracks(note, geometry)));
}

uint64_t more_tracks(const KvNote& note, const memory::Geometry& geometry) {
    return std::max(ample_tracks(note, geometry), 2 * geometry.tracks);
}

}  // namespace sky::cli
