#include "sysc/model/regfile/register_file.hpp"

#include <stdexcept>

#include "sysc/model/regfile/event_arrays.hpp"
#include "sysc/model/regfile/front.hpp"
#include "sysc/model/regfile/pulse_file.hpp"

namespace sky::model::rf {
namespace {

bool is_one_of_1248(uint32_t value) { return value == 1 || value == 2 || value == 4 || value == 8; }

template <typename Array>
std::unique_ptr<RegisterFile> make_file(const Shape& shape, const Options& options) {
    return std::make_unique<Front<Array>>(shape, options, Array(shape, options));
}

}  // namespace

std::string Shape::problem() const {
    const auto expected = [](const char* name, uint32_t value, const char* right) {
        return std::string(name) + " is " + std::to_string(value) + ", expected " + right;
    };
    if (static_cast<uint32_t>(kind) > 4) return expected("kind", static_cast<uint32_t>(kind), "0 to 4");
    if (width != 32 && width != 64) return expected("width", width, "32 or 64");
    if (!is_one_of_1248(ports)) return expected("ports", ports, "1, 2, 4 or 8");
    if (!is_one_of_1248(banks)) return expected("banks", banks, "1, 2, 4 or 8");
    if (kind == Kind::kFlipFlop && ports != 1) return expected("ports", ports, "1: flip-flops have no tracks");
    if (kind != Kind::kHorizontal && banks != 1)
        return expected("banks", banks, "1: only a horizontal file has banks");
    if (ports * banks > 8) return expected("ports x banks", ports * banks, "at most 8");
    if (buffer > 4) return expected("buffer", buffer, "0 to 4");
    if (kind == Kind::kFlipFlop && guard) return "guard is set, expected false: flip-flops have no tracks";
    return {};
}

std::string to_string(const Shape& shape) {
    constexpr const char* kKinds[] = {"ff", "horizontal", "vertical", "dynamic", "dual"};
    std::string text = kKinds[static_cast<size_t>(shape.kind)];
    if (shape.width != 32) text += ", " + std::to_string(shape.width) + " bits";
    if (shape.banks != 1) text += ", " + std::to_string(shape.banks) + " banks";
    if (shape.ports != 1) text += ", " + std::to_string(shape.ports) + " ports";
    if (shape.buffer != 0) text += ", operand buffer of " + std::to_string(shape.buffer);
    if (shape.guard) text += ", guarded";
    return text;
}

const CounterInfo& info(Counter counter) {
    static constexpr std::array<CounterInfo, kCounters> kInfos{{
        {"steps", "steps of a head by one domain"},
        {"track_steps", "tracks moved by one domain"},
        {"bit_reads", "bits sensed at access ports"},
        {"bit_writes", "bits set at access ports"},
        {"accesses", "registers read or written in the array"},
        {"switches", "changes of the mode"},
        {"stall_cycles", "cycles in which the core waits for it"},
        {"checks", "positions of tracks checked"},
        {"corrected", "tracks put right by one step"},
        {"uncorrected", "tracks found two domains off"},
    }};
    return kInfos.at(static_cast<size_t>(counter));
}

std::unique_ptr<RegisterFile> RegisterFile::make(const Shape& shape, const Options& options, const SlipFaults& faults,
                                                 Engine engine) {
    std::string problem = shape.problem();
    if (problem.empty() && options.buffer > shape.buffer)
        problem = "buffer is " + std::to_string(options.buffer) + ", expected at most the " +
                  std::to_string(shape.buffer) + " entries it is built with";
    if (problem.empty() && faults.threshold != 0 && !shape.guard)
        problem = "faults are injected, expected only with a position guard";
    if (!problem.empty()) throw std::invalid_argument("register file: " + problem);

    if (shape.kind == Kind::kFlipFlop) return make_file<FlipFlopArray>(shape, options);
    if (shape.guard || engine == Engine::kPulses) return std::make_unique<PulseFile>(shape, options, faults);
    switch (shape.kind) {
        case Kind::kFlipFlop: break;
        case Kind::kHorizontal: return make_file<HorizontalArray>(shape, options);
        case Kind::kVertical: return make_file<VerticalArray>(shape, options);
        case Kind::kDynamic: return make_file<DynamicArray>(shape, options);
        case Kind::kDual: return make_file<DualArray>(shape, options);
    }
    throw std::invalid_argument("register file: no such kind");
}

}  // namespace sky::model::rf
