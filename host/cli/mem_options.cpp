#include "host/cli/mem_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "host/cli/terminal.hpp"

namespace sky::cli {

namespace {

using memory::WriteAlg;

/// A Verilated array is slow to simulate, and word-based ones are built for many more tracks than a test needs.
constexpr uint64_t kRtlTracks = 16;
constexpr std::array kWriteAlgs{WriteAlg::kNaive, WriteAlg::kDcw,   WriteAlg::kPw,
                                WriteAlg::kFnw,   WriteAlg::kPwFnw, WriteAlg::kAuto};

Result<WriteAlg> named_write_alg(const CommandLine& line) {
    std::vector<std::string> names;
    names.reserve(kWriteAlgs.size());
    for (const WriteAlg alg : kWriteAlgs) names.emplace_back(model::to_string(alg));
    const Result<std::string> name = line.choice("write-alg", names);
    if (!name.ok()) return name.status();
    return kWriteAlgs.at(static_cast<size_t>(std::find(names.begin(), names.end(), name.value()) - names.begin()));
}

bool flips(WriteAlg alg) { return alg == WriteAlg::kFnw || alg == WriteAlg::kPwFnw; }

bool works_bit_interleaved(WriteAlg alg) {
    return alg == WriteAlg::kNaive || alg == WriteAlg::kDcw || alg == WriteAlg::kAuto;
}

/// --mapping names a shape; a file or setting that says otherwise is a contradiction.
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

}  // namespace

void add_mem_options(CommandLine& line, const std::string& write_alg_help, const std::string& write_alg_default) {
    line.add_option("mapping", "NAME",
                    "word: a word lies along one track; bit: across 64 tracks, in the shape of preset skyrmion_bit");
    const std::string about = "naive, dcw, pw, fnw, pw_fnw or auto" + write_alg_help;
    if (write_alg_default.empty())
        line.add_option("write-alg", "NAME", about);
    else
        line.add_option("write-alg", "NAME", about, write_alg_default);
    line.add_shorthand("scheduler", "NAME", "controller.scheduler", "fcfs, nearest, elevator or coalesce");
    line.add_shorthand("return-policy", "NAME", "controller.return_policy", "home or stay");
    line.add_shorthand("banks", "N", "controller.banks", "1, 2, 4, 8 or 16");
    line.add_shorthand("queue-depth", "N", "controller.queue_depth", "commands the controller holds");
    line.add_shorthand("outstanding", "N", "controller.outstanding", "requests the host keeps under way");
    line.add_option("tracks", "N",
                    "word-based: fold the addresses onto N tracks; rtl folds them onto 16 when not given");
    line.add_option("record", "FILE", "write every request into a compact trace for mem replay");
    line.add_option("save-image", "FILE", "write what the memory holds at the end into an image");
    line.add_option("load-image", "FILE", "begin with what an image holds; reads of it are checked too");
    line.add_option("pulses", "FILE",
                    "write a line for every pulse: cycle, bank, row, slot, where, offset; fast only, and slow");
    line.add_flag("no-check", "do not compare what is read with what was last written");
}

Status adjust_mem_sources(const CommandLine& line, ConfigSources& sources) {
    if (line.has("mapping")) {
        const std::vector<std::string> mappings{"word", "bit"};
        const Result<std::string> mapping = line.choice("mapping", mappings);
        if (!mapping.ok()) return mapping.status();
        if (mapping.value() == "bit") sources.presets.emplace_back("skyrmion_bit");
    }
    if (!line.has("write-alg")) return {};
    const Result<WriteAlg> alg = named_write_alg(line);
    if (!alg.ok()) return alg.status();
    if (flips(alg.value()) && sources.presets.empty())
        sources.needs_flag_site = "--write-alg " + line.text("write-alg");
    return {};
}

Result<WriteAlg> read_write_alg(const CommandLine& line, const Command& command, WriteAlg otherwise) {
    const Config& config = command.config();
    if (Status status = check_mapping(line, config); !status.ok()) return status;
    if (!line.has("write-alg")) return otherwise;
    Result<WriteAlg> alg = named_write_alg(line);
    if (!alg.ok()) return alg.status();
    const memory::Geometry geometry = config.session(memory::Backend::kFast).geometry;
    if (geometry.mapping() == memory::Mapping::kBit && !works_bit_interleaved(alg.value()))
        return Status::error(
            fmt::format("--write-alg {} has no meaning in a bit-interleaved memory\nexpected naive, dcw or auto; the "
                        "others need --mapping word",
                        line.text("write-alg")));
    if (flips(alg.value()))
        print_note(fmt::format("device.flag_site is on for --write-alg {}: {} sites behind each port, overhead of {}",
                               line.text("write-alg"), geometry.depth(), geometry.overhead_sites));
    return alg;
}

Status start_session(const CommandLine& line, Command& command) {
    const bool by_pulses = line.has("pulses");
    if (by_pulses && command.common().backend != memory::Backend::kFast)
        return Status::error(
            fmt::format("--pulses is given, but backend {} does not show its pulses\n"
                        "use --backend fast, which has the same ones in the same cycles",
                        memory::to_string(command.common().backend)));
    return command.start(by_pulses);
}

Status open_files(const CommandLine& line, Command& command) {
    if (line.has("record"))
        if (Status status = command.record(line.text("record")); !status.ok()) return status;
    if (line.has("save-image"))
        if (Status status = command.save_image(line.text("save-image")); !status.ok()) return status;
    if (line.has("pulses"))
        if (Status status = command.record_pulses(line.text("pulses")); !status.ok()) return status;
    if (!line.has("load-image")) return {};
    return command.session().load_image(line.text("load-image"), interrupted);
}

Result<uint64_t> folded_rows(const CommandLine& line, const Command& command) {
    const memory::Geometry wanted = command.config().session(command.common().backend).geometry;
    const memory::Geometry& built = command.session().geometry();
    const bool word = wanted.mapping() == memory::Mapping::kWord;
    uint64_t rows = std::min(wanted.rows(), built.rows());
    if (line.has("tracks")) {
        if (!word)
            return Status::error(
                "--tracks is for word-based memories; this one is bit-interleaved\nset device.tracks instead, a "
                "multiple of device.tracks_per_row");
        const Result<uint64_t> given = line.number("tracks", 1, wanted.tracks);
        if (!given.ok()) return given.status();
        rows = std::min(rows, given.value());
    } else if (word && command.common().backend == memory::Backend::kRtl) {
        rows = std::min(rows, kRtlTracks);
    }
    if (rows < wanted.rows())
        print_note(
            fmt::format("addresses of {} {} are folded onto {}", wanted.rows(), word ? "tracks" : "rows", rows));
    return rows;
}

}  // namespace sky::cli
