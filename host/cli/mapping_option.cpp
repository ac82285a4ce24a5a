#include "host/cli/mapping_option.hpp"

#include <fmt/format.h>

namespace sky::cli {

void add_mapping_option(CommandLine& line, const std::string& bit_preset) {
    line.add_option("mapping", "NAME",
                    fmt::format("word: a word lies along one track; bit: across 64 tracks, in the shape of preset {}",
                                bit_preset));
}

Status adjust_mapping(const CommandLine& line, const std::string& bit_preset, ConfigSources& sources) {
    if (!line.has("mapping")) return {};
    const std::vector<std::string> mappings{"word", "bit"};
    const Result<std::string> mapping = line.choice("mapping", mappings);
    if (!mapping.ok()) return mapping.status();
    if (mapping.value() == "bit") sources.presets.push_back(bit_preset);
    return {};
}

Status check_mapping(const CommandLine& line, const Config& config) {
    if (!line.has("mapping")) return {};
    const memory::Geometry geometry = config.session(memory::Backend::kFast).geometry;
    const std::string wanted = line.text("mapping");
    if (wanted == to_string(geometry.mapping())) return {};
    return Status::error(fmt::format(
        "--mapping {} is given, but {} sets device.tracks_per_row to {}, which is {}\nleave one of them out", wanted,
        config.place("device.tracks_per_row"), geometry.tracks_per_row,
        geometry.mapping() == memory::Mapping::kWord ? "word-based" : "bit-interleaved"));
}

}  // namespace sky::cli
