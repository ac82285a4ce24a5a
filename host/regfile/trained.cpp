#include "host/regfile/trained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/memory/printable.hpp"
#include "host/regfile/access_stream.hpp"
#include "host/regfile/bank_search.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/dual_search.hpp"
#include "host/regfile/placement_search.hpp"
#include "host/regfile/plan_interrupts.hpp"

namespace sky::regfile {

namespace {

using model::rf::Counter;

constexpr uint64_t kBankSample = 8'000;  // accesses of each program, of which many are searched together
constexpr uint64_t kDualSample = 100'000;

/// Both samples of one run.
struct Samples {
    AccessSample banks;
    TouchSample dual;

    void operator()(uint64_t pc, std::span<const uint8_t> accesses) {
        banks(pc, accesses);
        dual(pc, accesses);
    }
};

CostModel model_of(bool rewind) { return CostModel::of({}, {.rewind = rewind}); }

/// Plans, runs, and plans again with what the migrations did cost.
Status make_measured_plans(Trained& out, const ElfFile& elf, const Code& code, const AccessGraph& graph,
                           const CompareOptions& options) {
    PlanRequest request;
    request.model = model_of(false);
    out.plans = make_plans(graph, code, request);
    const PlannedVariant& first = out.plans.named("mincut");
    if (first.migration_track_steps == 0) return {};
    const Result<RunResult> run = run_planned(elf, out.plans, "mincut", options);
    if (!run.ok()) return run.status();
    request.migration_scale = out.migration_scale =
        static_cast<double>(run.value().migrations.track_steps) / static_cast<double>(first.migration_track_steps);
    out.plans = make_plans(graph, code, request);
    return {};
}

std::string family(const std::string& kernel) { return kernel.substr(0, kernel.find('_')); }

}  // namespace

Result<RunResult> run_to_end(const ElfFile& elf, RunConfig config, const CompareOptions& options) {
    // The program was seen to end; it has not on this file if it waits for the time or another one than there is.
    constexpr uint64_t kMostCpi = 1000;
    config.max_cycles = kMostCpi * options.max_instructions;
    config.advance = options.advance;
    Result<RunResult> run = run_program(elf, config);
    if (!run.ok()) return run;
    const RunResult& result = run.value();
    if (result.end == End::kMaxCycles)
        return Status::error(
            fmt::format("{}: the program did not end within {} cycles on a {} register file, {} for each of the {} "
                        "instructions that --max-instructions allows\ncompare programs that do not look at the time",
                        elf.path(), config.max_cycles, to_string(config.shape), kMostCpi, options.max_instructions));
    if (result.end != End::kExit)
        return Status::error(
            fmt::format("{}: the run ended as {}\n{}", elf.path(), to_string(result.end), result.message));
    if (result.exit_code.value_or(0) != 0)
        return Status::error(
            fmt::format("{}: ended with exit code {} on a {} register file; only what returns 0 is "
                        "compared, as a program that checks its result does when it is right",
                        elf.path(), *result.exit_code, to_string(config.shape)));
    return run;
}

Result<RunResult> run_planned(const ElfFile& elf, const PlanResult& plans, const std::string& variant,
                              const CompareOptions& options) {
    // What a plan foresees is exact without these two.
    RunConfig config{.shape = {.kind = model::rf::Kind::kDynamic},
                     .options = {.nearest_first = false, .forward = false}};
    Plan plan;
    plan.table.recommendations = plans.named(variant).table;
    plan.roots = plans.roots;
    if (plan.table.recommendations.empty()) return run_to_end(elf, config, options);
    const Result<PlannedProgram> program = with_interrupts(elf, plan, kPlanAddress);
    if (!program.ok()) return program.status();
    config.handler = program.value().added;
    return run_to_end(program.value().elf, config, options);
}

Result<Trained> train(const std::string& kernel, const ElfFile& elf, const CompareOptions& options) {
    const auto advance = [&options](uint64_t instructions) {
        return !options.advance || options.advance(instructions);
    };
    const Result<ProfileRun> run =
        profile_program(elf, {.max_instructions = options.max_instructions, .advance = advance});
    if (!run.ok()) return run.status();
    const Code code(elf);
    const Result<BlockGraph> blocks = BlockGraph::make(code, run.value().profile);
    if (!blocks.ok()) return blocks.status();
    const AccessGraph graph = AccessGraph::make(blocks.value());
    Trained out{.kernel = kernel,
                .elf = elf,
                .instructions = run.value().profile.instructions,
                .accesses = graph.accesses(),
                .plans = {},
                .own = {},
                .sample = {},
                .dual_alternate = {},
                .dual_rewind = {}};
    if (Status status = make_measured_plans(out, elf, code, graph, options); !status.ok()) return status;
    Neighbourhood neighbourhood;
    neighbourhood.add(graph);
    out.own = find_placement(neighbourhood, options.seed);
    Samples samples{.banks = {out.accesses, kBankSample}, .dual = {code, out.accesses, kDualSample}};
    if (Status status = stream_accesses(elf, {.advance = advance}, samples); !status.ok()) return status;
    out.sample.assign(samples.banks.accesses().begin(), samples.banks.accesses().end());
    out.dual_alternate = by_address(samples.dual, find_dual_modes(samples.dual, model_of(false)));
    out.dual_rewind = by_address(samples.dual, find_dual_modes(samples.dual, model_of(true)));
    return out;
}

Status check_same_code(const Trained& trained, const ElfFile& elf) {
    const auto differs = [&](const std::string& where) {
        return Status::error(
            fmt::format("'{}' and '{}' are not one program with two inputs: {}\nwhat is learned from one build holds "
                        "for the other only with the same code at the same addresses: build both alike, with inputs "
                        "of one size or behind the code",
                        memory::printable_name(trained.elf.path()), memory::printable_name(elf.path()), where));
    };
    if (trained.elf.entry() != elf.entry())
        return differs(fmt::format("they begin at {:#010x} and {:#010x}", trained.elf.entry(), elf.entry()));
    std::vector<uint64_t> starts{elf.entry()};
    for (const ElfFile::Function& function : trained.elf.functions()) starts.push_back(function.address);
    starts.insert(starts.end(), trained.plans.roots.begin(), trained.plans.roots.end());
    const Code code(trained.elf);
    const Code other(elf);
    for (const uint64_t pc : code.reachable(starts)) {
        const auto here = code.bytes(pc, pc + code.at(pc)->length);
        const auto there = other.bytes(pc, pc + code.at(pc)->length);
        if (!here || !there || !std::equal(here->begin(), here->end(), there->begin()))
            return differs(fmt::format("the instructions at {:#010x} differ", pc));
    }
    return {};
}

std::optional<Placement> fixed_map(const std::vector<Trained>& all, const std::string& without, uint32_t banks,
                                   uint64_t seed) {
    std::vector<WeightedAccesses> others;
    for (const Trained& one : all)
        if (family(one.kernel) != family(without) && !one.sample.empty())
            others.push_back(
                {.accesses = one.sample,
                 .weight = static_cast<double>(one.accesses) /
                           (static_cast<double>(one.instructions) * static_cast<double>(one.sample.size()))});
    if (others.empty()) return std::nullopt;
    return find_bank_placement(others, banks, seed);
}

}  // namespace sky::regfile
