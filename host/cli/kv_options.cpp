#include "host/cli/kv_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "host/cli/mapping_option.hpp"
#include "host/index/layout.hpp"
#include "host/memory/backends.hpp"

namespace sky::cli {

namespace {

/// Those of the kind, but for the ones that the configuration switches.
index::Mechanisms read_mechanisms(const Config& config, index::Kind kind, bool durable) {
    index::Mechanisms mechanisms = index::mechanisms_of(kind, durable);
    for (const index::MechanismInfo& info : index::mechanism_infos()) {
        const std::string& value = config.text(fmt::format("index.{}", info.name));
        if (value != "kind") mechanisms.*info.flag = value == "on";
    }
    return mechanisms;
}

/// An index takes the whole memory as it is: its addresses cannot be folded onto fewer segments.
Status check_rtl_shape(const memory::SessionConfig& session) {
    if (session.backend != memory::Backend::kRtl || session.geometry.mapping() == memory::Mapping::kWord) return {};
    const std::vector<uint32_t> built = memory::rtl_segment_counts(session);
    if (!built.empty() && built.back() == session.geometry.segments) return {};
    return Status::error(fmt::format(
        "the RTL has no bit-interleaved array of {} x {}, and an index cannot be folded onto a smaller one\n"
        "use --backend fast or tlm, or what there is: --set device.sites_per_segment=8 --set "
        "device.segments=8 --set device.overhead_sites=8 --set index.node_tracks=2 --set index.fanout=4",
        session.geometry.sites_per_segment, session.geometry.segments));
}

Status check_value_bytes(const index::NodeLayout& layout, uint64_t value_bytes) {
    if (value_bytes <= layout.longest_value_bytes) return {};
    const uint32_t beside_keys = index::kWordBytes * (layout.segments - 1);
    if (layout.longest_value_bytes != beside_keys)
        return Status::error(fmt::format("--value-bytes is {}, expected at most {}\nuse shorter values", value_bytes,
                                         layout.longest_value_bytes));
    return Status::error(
        fmt::format("--value-bytes is {}, expected at most {} (8 * (device.segments - 1)): key and value share one "
                    "track of {} segments\nuse shorter values, set device.segments to more, or choose bplus_par or "
                    "skyeps, which keep values in a store of their own",
                    value_bytes, beside_keys, layout.segments));
}

Result<IndexChoice> choose(const Command& command, index::Kind kind, uint64_t value_bytes, bool durable) {
    const Config& config = command.config();
    const memory::SessionConfig session = config.session(command.common().backend);
    if (Status status = check_rtl_shape(session); !status.ok()) return status;

    IndexChoice choice{.kind = kind};
    const auto small = [&](const char* key) { return static_cast<uint32_t>(config.integer(key)); };
    choice.config = {.node_tracks = small("index.node_tracks"),
                     .fanout = small("index.fanout"),
                     .max_value_bytes = kMinValueBytes,
                     .index_bits = small("index.index_bits"),
                     .flush_children = small("index.flush_children"),
                     .durable = durable,
                     .mechanisms = read_mechanisms(config, choice.kind, durable)};
    // With the shortest values it says what else is wrong, and how long they may be.
    const Result<index::NodeLayout> shortest = index::make_layout(choice.kind, session.geometry, choice.config);
    if (!shortest.ok()) return shortest.status();
    if (Status status = check_value_bytes(shortest.value(), value_bytes); !status.ok()) return status;
    choice.config.max_value_bytes = static_cast<uint32_t>(value_bytes);
    const Result<index::NodeLayout> layout = index::make_layout(choice.kind, session.geometry, choice.config);
    if (!layout.ok()) return layout.status();
    return choice;
}

}  // namespace

void add_index_options(CommandLine& line) {
    line.add_option(
        "index", "NAME",
        "bplus (serial B+-tree), bplus_par (port-parallel), skytree (bit-level search), beps (naive "
        "B-epsilon-tree) or skyeps (port-parallel, virtual buffers); keys index.* switch single mechanisms",
        "beps");
    add_mapping_option(line, kBitPreset);
    line.add_option("value-bytes", "V",
                    "bytes of a value, 8 to 4096; where values lie beside their keys (bplus, skytree, beps) to 8 * "
                    "(device.segments - 1), which is 248 for 32 segments",
                    "8");
}

Status adjust_index_sources(const CommandLine& line, ConfigSources& sources) {
    return adjust_mapping(line, kBitPreset, sources);
}

Result<IndexChoice> read_index(const CommandLine& line, const Command& command) {
    std::vector<std::string> names;
    for (const index::Kind each : index::kinds()) names.emplace_back(index::to_string(each));
    const Result<std::string> name = line.choice("index", names);
    if (!name.ok()) return name.status();
    const Result<uint64_t> value_bytes = read_value_bytes(line);
    if (!value_bytes.ok()) return value_bytes.status();
    if (Status status = check_mapping(line, command.config()); !status.ok()) return status;
    const index::Kind kind = *index::parse_kind(name.value());
    return choose(command, kind, value_bytes.value(), command.config().boolean("index.durable"));
}

Result<IndexChoice> choose_durable_index(const Command& command, index::Kind kind, uint64_t value_bytes) {
    return choose(command, kind, value_bytes, true);
}

Result<uint64_t> read_value_bytes(const CommandLine& line) {
    return line.number("value-bytes", kMinValueBytes, std::numeric_limits<uint32_t>::max());
}

void add_run_options(CommandLine& line) {
    line.add_option("operations", "M", "operations of a run phase (as many as records when not given)");
    line.add_option(
        "distribution", "NAME",
        "how a run phase picks records: uniform, zipfian, latest, sequential or hotspot (80 % of the picks "
        "among a fifth of the records); when not given latest for d, else zipfian");
}

Result<RunChoice> read_run(const CommandLine& line) {
    RunChoice choice;
    if (line.has("distribution")) {
        const auto distribution = line.choice("distribution", names_of(index::kDistributions));
        if (!distribution.ok()) return distribution.status();
        choice.distribution = index::parse_distribution(distribution.value());
    }
    if (line.has("operations")) {
        const auto operations = line.number("operations", 1, std::numeric_limits<uint32_t>::max());
        if (!operations.ok()) return operations.status();
        choice.operations = operations.value();
    }
    return choice;
}

Status check_no_effect(const CommandLine& line, std::initializer_list<const char*> options, const std::string& where,
                       const std::string& remedy) {
    for (const char* option : options)
        if (line.given(option))
            return Status::error(fmt::format("--{} has no effect on {}\nleave it out, or {}", option, where, remedy));
    return {};
}

}  // namespace sky::cli
