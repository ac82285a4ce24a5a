// Is the expected cost of a run, made of its profile alone, what the register file counts? And is no plan better than
// the oracle?
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <random>

#include "host/regfile/access_stream.hpp"
#include "host/regfile/oracle.hpp"
#include "host/regfile/planner.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/profiled.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

using model::rf::Counter;
using model::rf::Kind;
using model::rf::RegisterFile;
using model::rv32::Machine;
using model::rv32::Retirement;

using test::Profiled;
using test::profiled;

void expect_exact(const std::string& path) {
    const std::optional<Profiled> program = profiled(path);
    ASSERT_TRUE(program);
    EXPECT_EQ(program->graph.guessed, 0);
    EXPECT_EQ(static_cost(program->graph, {}, Mode::kHorizontal),
              test::simulated_track_steps(program->elf, Kind::kHorizontal, false));
    EXPECT_EQ(static_cost(program->graph, {}, Mode::kVertical),
              test::simulated_track_steps(program->elf, Kind::kVertical, false));
    const CostModel rewind = CostModel::of({.kind = Kind::kVertical}, {.rewind = true});
    EXPECT_EQ(static_cost(program->graph, rewind, Mode::kVertical),
              test::simulated_track_steps(program->elf, Kind::kVertical, true));
}

/// A run whose blocks switch a dynamic register file, one access at a time, told by the retired instructions alone.
class PlannedRun {
   public:
    PlannedRun(const AccessGraph& graph, const Labels& modes)
        : file_(RegisterFile::make({.kind = Kind::kDynamic}, {.nearest_first = false, .forward = false})) {
        for (size_t i = 0; i < modes.size(); ++i)
            if (graph.nodes[i].instructions != 0) modes_[graph.nodes[i].pc] = static_cast<Mode>(modes[i]);
        (void)file_->switch_mode(static_cast<Mode>(modes.front()), {});
    }

    void begin_in(Mode mode) { file_->switch_mode(mode, {}); }

    void retired(const Retirement& record) {
        const auto found = modes_.find(record.pc);
        if (found != modes_.end() && found->second != file_->mode()) change(found->second);
        read(record.rs1);
        if (record.rs2 != record.rs1) read(record.rs2);
        if (record.rd == 0) return;
        file_->access({.write = true, .rd = record.rd}, {});
        seen(record.rd);
    }

    /// Without the ways of vertical registers to rest, which no plan knows of.
    [[nodiscard]] uint64_t track_steps() const { return of(file_->counters(), Counter::kTrackSteps) - home_; }
    [[nodiscard]] uint64_t ways_home() const { return home_; }

   private:
    void read(uint8_t reg) {
        if (reg == 0) return;
        file_->access({.read1 = true, .rs1 = reg}, {});
        seen(reg);
    }
    void seen(uint8_t reg) {
        if (file_->mode() == Mode::kVertical) away_ ^= 1U << reg;
    }
    void change(Mode mode) {
        if (file_->mode() == Mode::kVertical) home_ += 31U * static_cast<uint64_t>(__builtin_popcount(away_));
        away_ = 0;
        file_->switch_mode(mode, {});
    }

    std::unique_ptr<RegisterFile> file_;
    std::unordered_map<uint64_t, Mode> modes_;
    uint32_t away_ = 0;
    uint64_t home_ = 0;
};

/// Of the retired instructions; the reads behind the end are added by the plan only.
PlannedRun run_with(const Profiled& program, const Labels& modes) {
    PlannedRun run(program.graph, modes);
    run.begin_in(static_cast<Mode>(modes[program.graph.edges.back().to]));
    Machine machine({.to_host = {}, .console = {}});
    EXPECT_TRUE(program.elf.load(machine).ok());
    Retirement record;
    while (machine.step(record)) run.retired(record);
    return run;
}

model::rv32::SideTable side_table(const AccessGraph& graph, const Labels& modes) {
    std::map<uint32_t, Mode> table;
    for (size_t i = 0; i < modes.size(); ++i)
        if (graph.nodes[i].instructions != 0)
            table[static_cast<uint32_t>(graph.nodes[i].pc)] = static_cast<Mode>(modes[i]);
    return model::rv32::SideTable(table);
}

/// What the accesses behind the end cost in a plan: the only ones of a node without instructions.
uint64_t behind_the_end(const AccessGraph& graph, const Labels& modes) {
    for (const AccessGraph::Edge& edge : graph.edges) {
        const AccessGraph::Node& node = graph.nodes[edge.to];
        if (node.instructions != 0) continue;
        EXPECT_EQ(modes[edge.from], modes[edge.to]);
        const CostModel model;
        return modes[edge.to] == 1
                   ? model.vertical(node.accesses)
                   : model.jump(graph.nodes[edge.from].last(), node.first()) + model.horizontal(node.accesses);
    }
    return 0;
}

/// oracle <= minimum cut <= the better static mode, whatever a change costs.
void expect_order(const Profiled& program, uint64_t change) {
    const PlanResult plans = make_plans(program.graph, program.code, {.model = {}, .switch_cost = change});
    Oracle oracle({}, plans.least_change);
    ASSERT_TRUE(stream_accesses(program.elf, {}, oracle).ok());
    const uint64_t best = plans.named("mincut_unlimited").track_steps;
    const uint64_t fixed = std::min(plans.named("horizontal").track_steps, plans.named("vertical").track_steps);
    EXPECT_LE(oracle.cost(), best);
    EXPECT_LE(best, plans.named("mincut").track_steps);
    EXPECT_LE(plans.named("mincut").track_steps, fixed);
    EXPECT_LE(best, plans.named("greedy").track_steps);
    EXPECT_LE(plans.named("greedy").track_steps, fixed);
    EXPECT_TRUE(plans.warning.empty());
}

class RfCostRandom : public testing::Test {
   protected:
    std::string next_program() {
        seed_ = random_();
        return folder_.file("program.elf", test::elf_of(test::make_flow_program(seed_)));
    }
    test::TemporaryFolder folder_;
    std::mt19937_64 random_{test::seed()};
    uint64_t seed_ = 0;
};

TEST_F(RfCostRandom, ExpectedCostIsTheSimulatedOneToTheTrackStep) {
    for (int round = 0; round < 60; ++round) {
        const std::string path = next_program();
        SCOPED_TRACE("program " + std::to_string(seed_));
        expect_exact(path);
        if (HasFailure()) return;
    }
}

TEST_F(RfCostRandom, ADynamicFileThatSwitchesByThePlanCostsWhatThePlanSaysAndSoDoesASideTable) {
    std::mt19937_64 choices(test::seed() + 1);
    for (int round = 0; round < 40; ++round) {
        const std::string path = next_program();
        SCOPED_TRACE("program " + std::to_string(seed_));
        const std::optional<Profiled> program = profiled(path);
        ASSERT_TRUE(program);
        const Labelling choice = mode_choice(program->graph, {}, same_everywhere({}));
        Labels modes = minimum_cut(choice);
        if (round % 2 == 1)
            for (uint8_t& mode : modes) mode = choices() % 2;
        for (const AccessGraph::Edge& edge : program->graph.edges)
            if (program->graph.nodes[edge.to].instructions == 0) modes[edge.to] = modes[edge.from];
        const PlannedRun run = run_with(*program, modes);
        const uint64_t behind = behind_the_end(program->graph, modes);
        ASSERT_EQ(static_cast<uint64_t>(choice.cost(modes)), run.track_steps() + behind);
        const model::rv32::SideTable table = side_table(program->graph, modes);
        ASSERT_EQ(test::simulated_track_steps(program->elf, Kind::kDynamic, false, &table),
                  run.track_steps() + run.ways_home() + behind);
    }
}

TEST_F(RfCostRandom, NoPlanIsBetterThanTheOracleNorWorseThanAStaticMode) {
    for (int round = 0; round < 30; ++round) {
        const std::string path = next_program();
        SCOPED_TRACE("program " + std::to_string(seed_));
        const std::optional<Profiled> program = profiled(path);
        ASSERT_TRUE(program);
        for (const uint64_t change : std::initializer_list<uint64_t>{0, 100, 3000}) expect_order(*program, change);
    }
}

class RfCostKernel : public testing::Test {
   protected:
    void SetUp() override {
        if (test::sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    }
};

TEST_F(RfCostKernel, ExpectedCostIsTheSimulatedOneToTheTrackStep) {
    for (const std::string& file : test::sw_programs({"kernel-small", "kernel-full"})) {
        SCOPED_TRACE(file);
        expect_exact(test::sw_program(file));
    }
}

TEST_F(RfCostKernel, NoPlanIsBetterThanTheOracleNorWorseThanAStaticMode) {
    for (const std::string& file : test::sw_programs({"kernel-full"})) {
        SCOPED_TRACE(file);
        const std::optional<Profiled> program = profiled(test::sw_program(file));
        ASSERT_TRUE(program);
        for (const uint64_t change : std::initializer_list<uint64_t>{0, 2000}) expect_order(*program, change);
    }
}

}  // namespace
}  // namespace sky::regfile
