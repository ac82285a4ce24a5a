#include "host/cli/mem_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "host/cli/mapping_option.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/backends.hpp"

namespace sky::cli {

namespace {

using memory::WriteAlg;

/// A Verilated array is slow to simulate, and word-based ones are built for many more tracks than a test needs.
constexpr uint64_t kRtlTracks = 16;
constexpr const char* kBitPreset = "skyrmion_bit";
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

/// Whether the memory takes writes with this algorithm, before the first one is refused.
Status check_write_alg(const CommandLine& line, const Config& config, WriteAlg alg) {
    const memory::SessionConfig session = config.session(memory::Backend::kFast);
    const memory::RspStatus status =
        memory::MemorySession::check(session, {.op = memory::Op::kWrite, .write_alg = alg, .seg_mask = 1});
    if (status == memory::RspStatus::kOk) return {};
    if (status == memory::RspStatus::kProtected)
        return Status::error(
            fmt::format("--write-alg {} is given, but {} sets device.position_guard, with which no permutation write "
                        "works\nexpected naive, dcw, fnw or auto, or device.position_guard = false",
                        line.text("write-alg"), config.place("device.position_guard")));
    if (session.geometry.mapping() == memory::Mapping::kBit)
        return Status::error(
            fmt::format("--write-alg {} has no meaning in a bit-interleaved memory\nexpected naive, dcw or auto; the "
                        "others need --mapping word",
                        line.text("write-alg")));
    return Status::error(fmt::format("--write-alg {} is given, but this memory does not take it: {}\nchoose another",
                                     line.text("write-alg"), model::to_string(status)));
}

/// Whether there is RTL of this shape with so few segments.
Status check_segments_on_rtl(const memory::SessionConfig& config, uint64_t given) {
    const std::vector<uint32_t> built = memory::rtl_segment_counts(config);
    if (built.empty() || built.front() <= given) return {};
    return Status::error(
        fmt::format("--segments is {}, but the RTL of this shape has {}\nleave --segments out, or "
                    "give --segments {}",
                    given, fmt::join(built, " or "), fmt::join(built, " or ")));
}

/// On how many segments the requests run: those of --segments; on `rtl` those it has, bit-interleaved also unasked.
Result<uint32_t> read_segments(const CommandLine& line, memory::SessionConfig config) {
    uint32_t& segments = config.geometry.segments;
    if (line.has("segments")) {
        const Result<uint64_t> given = line.number("segments", 1, segments);
        if (!given.ok()) return given.status();
        if (config.backend == memory::Backend::kRtl)
            if (Status status = check_segments_on_rtl(config, given.value()); !status.ok()) return status;
        segments = static_cast<uint32_t>(given.value());
    } else if (config.geometry.mapping() == memory::Mapping::kWord) {
        return segments;
    }
    return config.backend == memory::Backend::kRtl ? memory::rtl_segments(config) : segments;
}

Result<uint64_t> read_tracks(const CommandLine& line, const memory::Geometry& wanted) {
    Result<uint64_t> given = line.number("tracks", wanted.tracks_per_row, wanted.tracks);
    if (given.ok() && given.value() % wanted.tracks_per_row != 0)
        return Status::error(
            fmt::format("--tracks is {}\nexpected whole rows: a multiple of {}, which is "
                        "device.tracks_per_row",
                        given.value(), wanted.tracks_per_row));
    return given;
}

void print_fold(const memory::Geometry& wanted, const Fold& fold, bool on_rtl) {
    const bool word = wanted.mapping() == memory::Mapping::kWord;
    const bool segments = fold.segments < wanted.segments;
    const auto of_segments = [&](uint32_t n) {
        return segments ? fmt::format(" of {} segment{}", n, n == 1 ? "" : "s") : std::string();
    };
    std::string note =
        fmt::format("addresses of {} {}{} are folded onto {}{}", wanted.rows(), word ? "tracks" : "rows",
                    of_segments(wanted.segments), fold.rows, of_segments(fold.segments));
    if (on_rtl)
        note += fmt::format("\nthe same run on fast and tlm: --tracks {}{}", fold.rows * wanted.tracks_per_row,
                            segments ? fmt::format(" --segments {}", fold.segments) : "");
    print_note(note);
}

}  // namespace

void add_mem_options(CommandLine& line, const std::string& write_alg_help, const std::string& write_alg_default) {
    add_mapping_option(line, kBitPreset);
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
    line.add_option("tracks", "N", "fold the addresses onto N tracks; rtl folds them onto those it has, at most 16");
    line.add_option(
        "segments", "N",
        "fold the addresses onto N segments of each track; rtl does so with --mapping bit when not given");
    line.add_option("record", "FILE", "write every request into a compact trace for mem replay");
    line.add_option("save-image", "FILE", "write what the memory holds at the end into an image");
    line.add_option("load-image", "FILE", "begin with what an image holds; reads of it are checked too");
    line.add_option("pulses", "FILE",
                    "write a line for every pulse: cycle, bank, row, slot, where, offset; fast only, and slow");
    line.add_flag("no-check", "do not compare what is read with what was last written");
}

Status adjust_mem_sources(const CommandLine& line, ConfigSources& sources) {
    for (const char* fold : {"tracks", "segments"}) {
        if (!line.has(fold)) continue;
        const ConfigKey& key = config_keys()[*find_key(fmt::format("device.{}", fold))];
        if (const Result<uint64_t> number = line.number(fold, key.low, key.high); !number.ok())
            return number.status();
    }
    if (Status status = adjust_mapping(line, kBitPreset, sources); !status.ok()) return status;
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
    if (Status status = check_write_alg(line, config, alg.value()); !status.ok()) return status;
    const memory::Geometry geometry = config.session(memory::Backend::kFast).geometry;
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
    memory::SessionConfig config = command.config().session(command.common().backend);
    const Result<uint32_t> segments = read_segments(line, config);
    if (!segments.ok()) return segments.status();
    config.geometry.segments = segments.value();
    config.by_pulses = by_pulses;
    return command.start(config);
}

Status open_files(const CommandLine& line, Command& command) {
    if (line.has("record"))
        if (Status status = command.record(line.text("record")); !status.ok()) return status;
    if (line.has("save-image"))
        if (Status status = command.save_image(line.text("save-image")); !status.ok()) return status;
    if (line.has("pulses"))
        if (Status status = command.record_pulses(line.text("pulses")); !status.ok()) return status;
    if (!line.has("load-image")) return {};
    memory::ShapingOptions shaping = shaping_options(line);
    if (line.has("segments")) shaping.segments = "--segments " + line.text("segments");
    return command.session().load_image(line.text("load-image"), interrupted, shaping);
}

memory::ShapingOptions shaping_options(const CommandLine& line) {
    memory::ShapingOptions shaping;
    if (line.has("mapping")) shaping.mapping = "--mapping " + line.text("mapping");
    if (line.has("write-alg")) shaping.flag_site = "--write-alg " + line.text("write-alg");
    return shaping;
}

Result<Fold> read_fold(const CommandLine& line, const Command& command) {
    const memory::Geometry wanted = command.config().session(command.common().backend).geometry;
    const memory::Geometry& built = command.session().geometry();
    const bool on_rtl = command.common().backend == memory::Backend::kRtl;
    Fold fold{.rows = std::min(wanted.rows(), built.rows()), .segments = built.segments};
    if (line.has("tracks")) {
        const Result<uint64_t> given = read_tracks(line, wanted);
        if (!given.ok()) return given.status();
        fold.rows = std::min(fold.rows, given.value() / wanted.tracks_per_row);
    } else if (wanted.mapping() == memory::Mapping::kWord && on_rtl) {
        fold.rows = std::min(fold.rows, kRtlTracks);
    }
    if (fold.rows < wanted.rows() || fold.segments < wanted.segments) print_fold(wanted, fold, on_rtl);
    return fold;
}

}  // namespace sky::cli
