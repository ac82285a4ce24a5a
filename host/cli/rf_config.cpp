#include "host/cli/rf_config.hpp"

#include <fmt/format.h>

namespace sky::cli {

namespace {

using model::rf::Kind;

Kind kind_named(const std::string& name) {
    if (name == "ff") return Kind::kFlipFlop;
    if (name == "dynamic") return Kind::kDynamic;
    if (name == "dual") return Kind::kDual;
    return name.starts_with("vertical") ? Kind::kVertical : Kind::kHorizontal;
}

uint32_t small(const Config& config, const char* key) { return static_cast<uint32_t>(config.integer(key)); }

}  // namespace

model::rf::Shape register_file_shape(const Config& config) {
    const std::string& kind = config.text("regfile.kind");
    return {.kind = kind_named(kind),
            .width = 32,
            .ports = kind == "ff" ? 1 : small(config, "regfile.ports"),
            .banks = kind == "banked" ? small(config, "regfile.banks") : 1,
            .buffer = small(config, "regfile.operand_buffer"),
            .guard = config.boolean("regfile.position_guard")};
}

model::rf::Options register_file_options(const Config& config) {
    const std::string& kind = config.text("regfile.kind");
    const bool both = kind == "dynamic" || kind == "dual";
    return {.rewind = kind == "vertical_rewind" || (both && config.text("regfile.vertical") == "rewind"),
            .eager = config.text("regfile.return_policy") == "eager",
            .nearest_first = config.boolean("regfile.nearest_first"),
            .forward = config.boolean("regfile.forward"),
            .preshift = config.boolean("regfile.preshift"),
            .buffer = small(config, "regfile.operand_buffer"),
            .check_position = config.boolean("regfile.position_guard")};
}

regfile::Energies register_file_energies(const Config& config) {
    return {.shift_fj = config.integer("regfile.shift_fj"),
            .read_fj = config.integer("regfile.read_fj"),
            .write_fj = config.integer("regfile.write_fj"),
            .leakage_nw = config.integer("regfile.leakage_nw"),
            .sram_read_fj = config.integer("regfile.sram_read_fj"),
            .sram_write_fj = config.integer("regfile.sram_write_fj"),
            .sram_leakage_nw = config.integer("regfile.sram_leakage_nw"),
            .cycle_ps = config.integer("regfile.cycle_ps")};
}

Status check_register_file(const Config& config) {
    const auto refuse = [&](const std::string& key, const std::string& problem, const std::string& remedy) {
        return Status::error(fmt::format("{}: {}\n{}", config.place(key), problem, remedy));
    };
    if (config.integer("regfile.slips_per_tera_step") != 0 && !config.boolean("regfile.position_guard"))
        return refuse("regfile.slips_per_tera_step", "slips are injected into a register file without protection",
                      "set regfile.position_guard = true, or regfile.slips_per_tera_step = 0");
    const model::rf::Shape shape = register_file_shape(config);
    if (shape.kind == Kind::kFlipFlop && shape.guard)
        return refuse("regfile.position_guard", "a flip-flop file has no tracks whose position could be guarded",
                      "choose another regfile.kind, or set regfile.position_guard = false");
    if (shape.kind == Kind::kFlipFlop && shape.buffer != 0)
        return refuse("regfile.operand_buffer", "a flip-flop file needs no operand buffer",
                      "choose another regfile.kind, or set regfile.operand_buffer = 0");
    if (const std::string problem = shape.problem(); !problem.empty())
        return refuse(problem.starts_with("banks") ? "regfile.banks" : "regfile.ports", problem,
                      "change regfile." + problem.substr(0, problem.find(' ')) + " or the values it depends on");
    return {};
}

}  // namespace sky::cli
