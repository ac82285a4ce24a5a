#include "host/memory/pulse_trace.hpp"

#include <fmt/format.h>

#include <iterator>

namespace sky::memory {

using model::PortMask;
using model::Pulse;

namespace {

constexpr size_t kTracksPerDigit = 4;

/// "0-7,9": neighbours together.
std::string ranges(const PortMask& ports) {
    std::string text;
    for (size_t first = 0; first < ports.size(); ++first) {
        if (!ports[first]) continue;
        size_t last = first;
        while (last + 1 < ports.size() && ports[last + 1]) ++last;
        if (!text.empty()) text += ',';
        text += last == first ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
        first = last;
    }
    return text;
}

/// The tracks on which that port acts, the last track in the first digit.
std::string tracks_of(std::span<const PortMask> by_track, size_t port) {
    std::string digits;
    for (size_t end = by_track.size(); end > 0; end -= kTracksPerDigit) {
        unsigned digit = 0;
        for (size_t t = 1; t <= kTracksPerDigit; ++t) digit = 2 * digit + (by_track[end - t][port] ? 1 : 0);
        digits += "0123456789abcdef"[digit];
    }
    return digits;
}

}  // namespace

Result<std::unique_ptr<PulseTraceWriter>> PulseTraceWriter::create(const std::string& path,
                                                                   const model::Geometry& geometry) {
    Result<std::unique_ptr<PackedFile>> out = PackedFile::create(path);
    if (!out.ok()) return out.status();
    std::unique_ptr<PulseTraceWriter> writer(new PulseTraceWriter(std::move(out.value()), geometry));
    writer->out_->write(fmt::format("# pulses of {} segments of {} sites, ports 0 to {}, {} {} a row\n",
                                    geometry.segments, geometry.depth(), geometry.segments, geometry.tracks_per_row,
                                    geometry.tracks_per_row == 1 ? "track" : "tracks"));
    writer->out_->write("# cycle bank row slot where offset\n");
    return writer;
}

void PulseTraceWriter::add(const Pulse& pulse) {
    fmt::memory_buffer line;
    fmt::format_to(std::back_inserter(line), "{} {} {} {} {} {}\n", pulse.cycle, pulse.bank, pulse.row,
                   to_string(pulse.kind), where(pulse), pulse.offset);
    out_->write({line.data(), line.size()});
}

std::string PulseTraceWriter::where(const Pulse& pulse) const {
    switch (pulse.kind) {
        case Pulse::Kind::kShift:
        case Pulse::Kind::kCorrect:
            return (pulse.direction == model::Direction::kLeft ? "left:" : "right:") + range(pulse);
        case Pulse::Kind::kDetect: return ranges(pulse.detects);
        case Pulse::Kind::kRemove: return ports(pulse.removes);
        case Pulse::Kind::kOverlap: return ports(pulse.removes) + "/" + ports(pulse.injects);
        case Pulse::Kind::kInject: return ports(pulse.injects);
        case Pulse::Kind::kCheck: return "guard";
    }
    return {};
}

std::string PulseTraceWriter::range(const Pulse& pulse) const {
    const uint32_t wire_end = geometry_.ports();
    if (pulse.start == wire_end && pulse.end == wire_end) return "wire";
    return (pulse.start == wire_end ? "start" : fmt::format("{}", pulse.start)) + ".." +
           (pulse.end == wire_end ? "end" : fmt::format("{}", pulse.end));
}

std::string PulseTraceWriter::ports(std::span<const PortMask> by_track) const {
    if (by_track.size() == 1) return ranges(by_track.front());
    std::string text;
    for (size_t port = 0; port < geometry_.ports(); ++port) {
        bool acts = false;
        for (const PortMask& mask : by_track) acts = acts || mask[port];
        if (!acts) continue;
        if (!text.empty()) text += ',';
        text += fmt::format("{}:{}", port, tracks_of(by_track, port));
    }
    return text;
}

}  // namespace sky::memory
