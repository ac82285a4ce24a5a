#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>

#include "host/cli/command.hpp"
#include "host/cli/rf_compare_tables.hpp"
#include "host/cli/rf_config.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

const std::vector<std::string> kInputs{"train", "test", "both"};
constexpr uint64_t kMaxInstructions = uint64_t{1} << 40;

CommandLine make_line() {
    CommandLine line(
        {.name = "rf compare",
         .synopsis = "skytrack rf compare [ELF...] [options]",
         .about =
             "Every register file under the same programs: flip-flops, static files, plans carried out by "
             "interrupts,\n"
             "the oracle, placements, banks, operand buffer and dual arrays, all trained on one input and run on "
             "that\n"
             "and on another. Without ELF the kernels of sw/ with their full inputs, some minutes. A program named\n"
             "NAME-train-... is trained on, NAME-test-... tested, any other one trained and run alone.",
         .examples =
             "  skytrack rf compare\n"
             "  skytrack rf compare --json > compare.json\n"
             "  skytrack rf compare build/release/sw/sha256-train-full.elf build/release/sw/fir-train-full.elf\n"
             "  skytrack rf compare --input test --preset device_30fj --out results\n",
         .backends = {"fast"},
         .backend_help = "fast: the RTL counts the same, rf run --backend rtl"});
    line.add_positionals("elfs");
    line.add_option("input", "WHICH", "which runs to report: train, test or both", "both");
    line.add_option("preset", "NAME",
                    "energies of the racetrack files: rtsim_destiny, scratchpad_4k, device_30fj or device_5fj; else "
                    "all of them",
                    "all");
    line.add_option("max-instructions", "N", "give a program up after so many instructions", "1000000000");
    return line;
}

/// The programs of a kernel by input.
using Kernels = std::map<std::string, std::map<std::string, std::string>>;

Status add_program(Kernels& kernels, const std::string& path) {
    const std::string stem = std::filesystem::path(path).stem().string();
    std::string kernel = stem;
    std::string input = "train";
    for (const char* name : {"train", "test"}) {
        const size_t at = (stem + "-").find(fmt::format("-{}-", name));
        if (at == std::string::npos) continue;
        kernel = stem.substr(0, at);
        input = name;
    }
    const auto [found, added] = kernels[kernel].emplace(input, path);
    if (added) return {};
    return Status::error(fmt::format("'{}' and '{}' are both the {} input of kernel {}\nname one of them",
                                     memory::printable(found->second), memory::printable(path), input, kernel));
}

/// Those of sw/ beside the program.
Result<std::vector<std::string>> built_kernels() {
    const std::filesystem::path folder = std::filesystem::path(shipped_preset_folder()) / "../../../sw";
    std::vector<std::string> paths;
    std::ifstream list(folder / "programs.txt");
    for (std::string group, file; list >> group >> file;)
        if (group == "kernel-full") paths.push_back((folder.lexically_normal() / file).string());
    if (!paths.empty()) return paths;
    return Status::error(
        fmt::format("{}: no kernels are there\nbuild them (scripts/setup --sw, then scripts/run), or "
                    "name programs: skytrack rf compare ELF...",
                    folder.lexically_normal().string()));
}

Result<Kernels> find_kernels(const CommandLine& line) {
    std::vector<std::string> paths = line.texts("elfs");
    if (paths.empty()) {
        Result<std::vector<std::string>> built = built_kernels();
        if (!built.ok()) return built.status();
        paths = built.value();
    }
    Kernels kernels;
    for (const std::string& path : paths)
        if (Status status = add_program(kernels, path); !status.ok()) return status;
    for (const auto& [kernel, programs] : kernels)
        if (programs.count("train") == 0)
            return Status::error(
                fmt::format("kernel {} has no program to train on\nname {}-train-... too", kernel, kernel));
    return kernels;
}

Result<std::vector<PricedPreset>> read_presets(const CommandLine& line, const Config& config) {
    std::vector<std::string> choices{"all"};
    for (const char* name : kTrackPresets) choices.emplace_back(name);
    const Result<std::string> choice = line.choice("preset", choices);
    if (!choice.ok()) return choice.status();
    std::vector<PricedPreset> presets;
    const auto add = [&](const char* name, bool sram) -> Status {
        const Result<regfile::Energies> energies = preset_energies(name);
        if (!energies.ok()) return energies.status();
        presets.push_back({.name = name, .sram = sram, .energies = energies.value()});
        presets.back().energies.cycle_ps = config.integer("regfile.cycle_ps");
        return {};
    };
    for (const char* name : kTrackPresets)
        if (choice.value() == "all" || choice.value() == name)
            if (Status status = add(name, false); !status.ok()) return status;
    for (const char* name : kSramPresets)
        if (Status status = add(name, true); !status.ok()) return status;
    return presets;
}

/// A comparison says itself what every other key of [regfile] is.
Status check_keys(const Config& config) {
    for (const Assignment& one : config.assignments())
        if (one.key.starts_with("regfile.") && one.key != "regfile.cycle_ps" && config.changed(one.key))
            return Status::error(fmt::format(
                "{}: rf compare runs every register file at the prices of the shipped presets, whatever {} "
                "says\nleave it out, or use rf run",
                config.place(one.key), one.key));
    return {};
}

class CompareRun {
   public:
    CompareRun(const Kernels& kernels, const std::string& inputs, uint64_t seed, uint64_t max_instructions)
        : kernels_(kernels), inputs_(inputs), progress_(total(), "programs") {
        options_ = {
            .seed = seed, .max_instructions = max_instructions, .advance = [](uint64_t) { return !interrupted(); }};
    }

    Status run() {
        for (const auto& [kernel, programs] : kernels_) {
            const Result<regfile::ElfFile> elf = regfile::ElfFile::read(programs.at("train"));
            if (!elf.ok()) return elf.status();
            Result<regfile::Trained> trained = regfile::train(kernel, elf.value(), options_);
            if (!trained.ok()) return trained.status();
            trained_.push_back(std::move(trained.value()));
            if (Status status = check_test(programs); !status.ok()) return status;
            progress_.update(++done_);
        }
        for (const regfile::Trained& trained : trained_)
            if (Status status = run_inputs(trained); !status.ok()) return status;
        for (const std::string& kernel : without_map_)
            print_note(
                fmt::format("no other kernel is there from which to learn a map of banks for {}: its registers lie "
                            "in order",
                            kernel));
        return {};
    }

    [[nodiscard]] const std::vector<regfile::KernelResult>& results() const { return results_; }

   private:
    /// Before minutes of runs: the other input of the program that was trained last.
    [[nodiscard]] Status check_test(const std::map<std::string, std::string>& programs) const {
        const auto test = programs.find("test");
        if (test == programs.end() || !wanted("test")) return {};
        const Result<regfile::ElfFile> elf = regfile::ElfFile::read(test->second);
        return elf.ok() ? check_same_code(trained_.back(), elf.value()) : elf.status();
    }

    [[nodiscard]] bool wanted(const std::string& input) const { return inputs_ == "both" || inputs_ == input; }

    [[nodiscard]] uint64_t total() const {
        uint64_t sum = kernels_.size();
        for (const auto& [kernel, programs] : kernels_)
            for (const auto& [input, path] : programs) sum += wanted(input) ? 1 : 0;
        return sum;
    }

    [[nodiscard]] std::optional<regfile::Placement> map_for(const regfile::Trained& trained, uint32_t banks) const {
        return regfile::fixed_map(trained_, trained.kernel, banks, options_.seed);
    }

    Status run_inputs(const regfile::Trained& trained) {
        // Both at once where there are two cores.
        auto four = std::async(std::launch::async, [&] { return map_for(trained, 4); });
        const std::optional<regfile::Placement> eight = map_for(trained, 8);
        if (!eight) without_map_.push_back(trained.kernel);
        const regfile::FixedMaps maps{.banks4 = four.get().value_or(regfile::identity_placement()),
                                      .banks8 = eight.value_or(regfile::identity_placement())};
        for (const char* input : {"train", "test"}) {
            const auto& programs = kernels_.at(trained.kernel);
            if (!wanted(input) || programs.count(input) == 0) continue;
            if (interrupted()) return {};
            const Result<regfile::ElfFile> elf = regfile::ElfFile::read(programs.at(input));
            if (!elf.ok()) return elf.status();
            Result<regfile::KernelResult> result = regfile::compare(trained, maps, elf.value(), input, options_);
            if (!result.ok()) return result.status();
            results_.push_back(std::move(result.value()));
            progress_.update(++done_);
        }
        return {};
    }

    const Kernels& kernels_;
    std::string inputs_;
    Progress progress_;
    regfile::CompareOptions options_;
    std::vector<regfile::Trained> trained_;
    std::vector<std::string> without_map_;
    std::vector<regfile::KernelResult> results_;
    uint64_t done_ = 0;
};

Row row_of(const regfile::KernelResult& kernel, const regfile::VariantResult& result, const PricedPreset& preset) {
    using model::rf::Counter;
    Row row;
    row.text("kernel", kernel.kernel);
    row.text("input", kernel.input);
    row.text("variant", result.key.variant);
    row.flag("forward", result.key.forward, "operands are forwarded, and the nearer one is read first");
    row.flag("preshift", result.key.preshift, "idle heads move ahead");
    if (result.key.vertical.empty())
        row.none("vertical", "no vertical mode");
    else
        row.text("vertical", result.key.vertical);
    row.text("preset", preset.name);
    row.count("instructions", kernel.instructions, "of the program itself");
    row.figure("track_steps_per_instruction", counted(Counter::kTrackSteps)(kernel, result),
               "track-steps an instruction");
    if (result.cycles) {
        row.figure("steps_per_instruction", counted(Counter::kSteps)(kernel, result),
                   "steps of heads an instruction");
        row.figure("cpi", cycles_per_instruction()(kernel, result), "cycles an instruction");
    } else {
        row.none("steps_per_instruction", "a bound");
        row.none("cpi", "a bound");
    }
    row.figure("energy_pj_per_instruction", energy_pj(kernel, result, preset), "pJ an instruction");
    if (result.cycles)
        row.count("switches", of(result.counters, Counter::kSwitches), "changes of the mode");
    else
        row.none("switches", "a bound");
    if (result.oracle_gap_percent)
        row.figure("oracle_gap_percent", *result.oracle_gap_percent, "% more track-steps than the oracle");
    else
        row.none("oracle_gap_percent", "not one of the modes of a dynamic file");
    return row;
}

}  // namespace

int rf_compare(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<std::string> inputs = line.choice("input", kInputs);
    if (!inputs.ok()) return command.fail(inputs.status());
    if (Status status = check_keys(command.config()); !status.ok()) return command.fail(status);
    const Result<uint64_t> most = line.number("max-instructions", 1, kMaxInstructions);
    if (!most.ok()) return command.fail(most.status());
    const Result<std::vector<PricedPreset>> presets = read_presets(line, command.config());
    if (!presets.ok()) return command.fail(presets.status());
    const Result<Kernels> kernels = find_kernels(line);
    if (!kernels.ok()) return command.fail(kernels.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    CompareRun run(kernels.value(), inputs.value(), command.common().seed, most.value());
    const Status status = run.run();
    if (interrupted()) return kInterrupted;
    if (!status.ok()) return command.fail(status);
    Report report = command.report();
    for (const regfile::KernelResult& kernel : run.results())
        for (const regfile::VariantResult& result : kernel.variants)
            for (const PricedPreset& preset : presets.value())
                if (preset.sram == (result.key.variant == "ff"))
                    report.rows.push_back(row_of(kernel, result, preset));
    report.table = compare_tables(run.results(), presets.value());
    if (Status done = command.finish(report); !done.ok()) return command.fail(done);
    return kDone;
}

}  // namespace sky::cli
