// Question: does a program go through rf profile, rf plan and rf run --plan in three commands, on both backends, and
// what is refused on the way?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/e2e/program.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

json run(std::vector<std::string> options) {
    options.insert(options.begin(), {"rf", "run"});
    const json report = skytrack_json(options);
    return report.is_object() && report["results"].size() == 1 ? report["results"][0] : json();
}

/// fir, planned as if changes cost nothing: it is vertical in its inner loop and horizontal before.
class E2eRfPlan : public testing::Test {
   protected:
    void SetUp() override {
        if (sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
        ASSERT_EQ(skytrack({"rf", "profile", elf_, "--output", profile_}).exit_code, 0);
        const json report =
            skytrack_json({"rf", "plan", elf_, "--profile", profile_, "--switch-cost", "0", "--output", plan_});
        ASSERT_TRUE(report.is_object());
        for (const json& row : report["results"]) planned_[row["variant"]] = row;
    }

    void expect_refused(std::vector<std::string> options, const std::string& what, const std::string& remedy) {
        options.insert(options.begin(), {"rf", "run", elf_});
        const Outcome outcome = skytrack(options);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find(remedy), std::string::npos) << outcome.err;
    }

    TemporaryFolder folder_;
    const std::string elf_ = sw_program("fir-train-small.elf");
    const std::string profile_ = folder_.path("profile.json");
    const std::string plan_ = folder_.path("plan.json");
    std::map<std::string, json> planned_;
};

TEST_F(E2eRfPlan, ByInterruptsSwitchesAsPlannedAndTheRtlDoesAllOfItTheSame) {
    const json plain = run({elf_, "--regfile", "dynamic"});
    json fast = run({elf_, "--regfile", "dynamic", "--plan", plan_});
    json rtl = run({elf_, "--regfile", "dynamic", "--plan", plan_, "--backend", "rtl"});
    ASSERT_TRUE(plain.is_object() && fast.is_object() && rtl.is_object());
    EXPECT_EQ(fast["applied_by"], "interrupt");
    EXPECT_GT(fast["switches"], 1);
    EXPECT_EQ(fast["switches"], planned_["mincut"]["switches"]);
    EXPECT_EQ(fast["migrations"], fast["switches"]);
    EXPECT_GT(fast["migration_track_steps"], 0);
    EXPECT_LT(fast["track_steps"].get<double>(), 0.6 * plain["track_steps"].get<double>());
    EXPECT_EQ(fast["exit_code"], plain["exit_code"]);
    for (const char* only_fast : {"backend", "migrations", "migration_track_steps", "migration_cycles"})
        fast.erase(only_fast);
    rtl.erase("backend");
    EXPECT_EQ(fast, rtl);
}

TEST_F(E2eRfPlan, ByHintsSwitchesAsPlannedAndTheRtlDoesAllOfItTheSame) {
    const json interrupt = run({elf_, "--regfile", "dynamic", "--plan", plan_});
    json fast = run({elf_, "--regfile", "dynamic", "--plan", plan_, "--apply", "hints"});
    json rtl = run({elf_, "--regfile", "dynamic", "--plan", plan_, "--apply", "hints", "--backend", "rtl"});
    ASSERT_TRUE(interrupt.is_object() && fast.is_object() && rtl.is_object());
    EXPECT_EQ(fast["applied_by"], "hints");
    EXPECT_EQ(fast["left_out"], 0);
    EXPECT_EQ(fast["migrations"], planned_["mincut_unlimited"]["switches"]);
    EXPECT_EQ(fast["exit_code"], 0);
    EXPECT_LT(fast["track_steps"].get<double>(), 1.01 * interrupt["track_steps"].get<double>());
    for (const char* only_fast : {"backend", "migrations", "migration_track_steps", "migration_cycles"})
        fast.erase(only_fast);
    rtl.erase("backend");
    EXPECT_EQ(fast, rtl);
}

TEST_F(E2eRfPlan, ARewrittenProgramSwitchesByItselfAndIsTheSameProgramWhereNothingSwitches) {
    const std::string hints = folder_.path("hints.elf");
    const std::vector<std::string> plan{"rf", "plan",      elf_,  "--profile",  profile_, "--switch-cost",
                                        "0",  "--rewrite", hints, "--no-oracle"};
    ASSERT_EQ(skytrack(plan).exit_code, 0);
    EXPECT_EQ(folder_.names(), (std::vector<std::string>{"hints.elf", "plan.json", "profile.json"}));
    const json applied = run({elf_, "--regfile", "dynamic", "--plan", plan_, "--apply", "hints"});
    const json dynamic = run({hints, "--regfile", "dynamic"});
    const json plain = run({hints, "--regfile", "ff"});
    ASSERT_TRUE(applied.is_object() && dynamic.is_object() && plain.is_object());
    for (const char* same : {"instructions", "cycles", "track_steps", "switches", "exit_code"})
        EXPECT_EQ(dynamic[same], applied[same]) << same;
    EXPECT_EQ(plain["exit_code"], 0);
    EXPECT_EQ(plain["switches"], 0);

    // It is watched, and says what it finds.
    EXPECT_EQ(dynamic["ended"], "exit");

    // It is none to be planned for once more, and nothing is written over the program it is made of.
    const Outcome again = skytrack({"rf", "run", hints, "--regfile", "dynamic", "--plan", plan_});
    EXPECT_EQ(again.exit_code, 2);
    std::vector<std::string> over = plan;
    over[8] = elf_;
    const Outcome refused = skytrack(over);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.err.find("--rewrite is to write"), std::string::npos) << refused.err;
}

/// Interrupts off, a loop of three, and a store into the save page if asked for.
std::string guarded_program(const TemporaryFolder& folder, bool stores) {
    using namespace rv32;
    rv32::Code code;
    code.emit(addi(31, 0, 3));
    code.emit(csrrwi(0, 0x304, 0));
    code.emit(add(1, 31, 1));
    code.emit(addi(31, 31, -1));
    code.emit(bne(31, 0, -8));
    code.emit(stores ? sw(31, 0, -4) : addi(6, 31, 0));
    code.emit(lui(9, 0x10000000));
    code.emit(sw(31, 9, 4));
    code.emit(add(5, 6, 7));
    std::vector<uint16_t> halves;
    for (size_t i = 0; i < code.bytes().size(); i += 2)
        halves.push_back(static_cast<uint16_t>(code.bytes()[i] | code.bytes()[i + 1] << 8));
    return folder.file("guarded.elf", elf_of(halves, FlowProgram::kBase));
}

TEST_F(E2eRfPlan, SaysWhichChangesWereMissedAndEndsWhereTheProgramBreaksThePlan) {
    const auto planned = [&](const std::string& elf) {
        const std::string profile = folder_.path("guarded.profile.json");
        std::string path = folder_.path("guarded.plan.json");
        EXPECT_EQ(skytrack({"rf", "profile", elf, "--output", profile}).exit_code, 0);
        EXPECT_EQ(
            skytrack({"rf", "plan", elf, "--profile", profile, "--switch-cost", "0", "--output", path}).exit_code, 0);
        json plan = json::parse(read_file(path));
        plan["table"]["recommendations"] =
            json::array({{{"pc", "0x80000000"}, {"mode", "horizontal"}, {"live_mask", "0xfffffffe"}},
                         {{"pc", "0x80000008"}, {"mode", "vertical"}, {"live_mask", "0xfffffffe"}}});
        plan["unlimited"] = plan["table"];
        std::ofstream(path) << plan.dump();
        return path;
    };
    const std::string misses = guarded_program(folder_, false);
    const std::string plan = planned(misses);
    for (const char* backend : {"fast", "rtl"}) {
        const Outcome outcome =
            skytrack({"rf", "run", misses, "--regfile", "dynamic", "--plan", plan, "--backend", backend, "--json"});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        EXPECT_EQ(json::parse(outcome.out)["results"][0]["switches_missed"], 3);
        EXPECT_NE(outcome.err.find("3 times the run passed a recommendation"), std::string::npos) << outcome.err;
    }
    const std::string breaks = guarded_program(folder_, true);
    const std::string other = planned(breaks);
    for (const char* backend : {"fast", "rtl"}) {
        const Outcome outcome =
            skytrack({"rf", "run", breaks, "--regfile", "dynamic", "--plan", other, "--backend", backend, "--json"});
        EXPECT_EQ(outcome.exit_code, 124);
        EXPECT_EQ(json::parse(outcome.out)["results"][0]["ended"], "plan_broken");
        EXPECT_NE(outcome.err.find("0x80000014 writes 0xfffffffc in the save page"), std::string::npos)
            << outcome.err;
    }
    // A program that was rewritten is watched wherever it runs.
    const std::string hints = folder_.path("guarded.hints.elf");
    const std::string profile = folder_.path("guarded.profile.json");
    const Outcome rewritten = skytrack(
        {"rf", "plan", breaks, "--profile", profile, "--switch-cost", "0", "--begin", "free", "--rewrite", hints});
    ASSERT_EQ(rewritten.exit_code, 0) << rewritten.err;
    const Outcome outcome = skytrack({"rf", "run", hints, "--regfile", "dynamic", "--json"});
    EXPECT_EQ(outcome.exit_code, 124) << outcome.err;
    EXPECT_NE(outcome.err.find("in the save page"), std::string::npos) << outcome.err;
}

/// Forty recommendations in a row, by hand: more than the match unit holds.
TEST_F(E2eRfPlan, ATableLongerThanTheMatchUnitIsLoadedInWindows) {
    using namespace rv32;
    rv32::Code code;
    code.emit(addi(10, 0, 0));
    code.emit(addi(31, 0, 1));
    for (uint32_t i = 0; i < 40; ++i) code.emit(add(10, 10, 31));
    code.emit(addi(10, 10, -40));
    code.emit(lui(5, 0x10000000));
    code.emit(sw(10, 5, 4));
    code.emit(add(5, 6, 7));
    std::vector<uint16_t> halves;
    for (size_t i = 0; i < code.bytes().size(); i += 2)
        halves.push_back(static_cast<uint16_t>(code.bytes()[i] | code.bytes()[i + 1] << 8));
    const std::string elf = folder_.file("forty.elf", elf_of(halves, FlowProgram::kBase));
    const std::string profile = folder_.path("forty.profile.json");
    const std::string path = folder_.path("forty.plan.json");
    ASSERT_EQ(skytrack({"rf", "profile", elf, "--output", profile}).exit_code, 0);
    ASSERT_EQ(skytrack({"rf", "plan", elf, "--profile", profile, "--switch-cost", "0", "--output", path}).exit_code,
              0);
    json plan = json::parse(read_file(path));
    json& list = plan["table"]["recommendations"];
    list = json::array();
    for (uint32_t i = 0; i <= 40; ++i)
        list.push_back({{"pc", fmt::format("{:#010x}", FlowProgram::kBase + 4 * i)},
                        {"mode", i % 2 == 0 ? "vertical" : "horizontal"},
                        {"live_mask", "0xfffffffe"}});
    plan["unlimited"] = plan["table"];
    std::ofstream(path) << plan.dump();
    json fast = run({elf, "--regfile", "dynamic", "--plan", path});
    ASSERT_TRUE(fast.is_object());
    EXPECT_EQ(fast["windows"], 3);
    EXPECT_EQ(fast["window_loads"], 2);
    EXPECT_GT(fast["window_cycles"], 2);
    EXPECT_EQ(fast["migrations"], 41);
    EXPECT_EQ(fast["switches"], 41);
    EXPECT_EQ(fast["exit_code"], 0);
    const json rtl = run({elf, "--regfile", "dynamic", "--plan", path, "--backend", "rtl"});
    for (const char* same : {"instructions", "cycles", "track_steps", "switches", "exit_code"})
        EXPECT_EQ(fast[same], rtl[same]) << same;
}

TEST_F(E2eRfPlan, AsideCostsNothingButTheWaysOfTheHeads) {
    const std::vector<std::string> as_planned{"--regfile", "dynamic",
                                              "--plan",    plan_,
                                              "--set",     "regfile.nearest_first=false",
                                              "--set",     "regfile.forward=false"};
    std::vector<std::string> options = as_planned;
    options.insert(options.begin(), elf_);
    const json interrupt = run(options);
    options.insert(options.end(), {"--apply", "side"});
    const json side = run(options);
    const json plain = run({elf_, "--regfile", "dynamic"});
    ASSERT_TRUE(side.is_object() && interrupt.is_object() && plain.is_object());
    EXPECT_EQ(side["instructions"], plain["instructions"]) << "not one is added";
    EXPECT_EQ(side["switches"], planned_["mincut_unlimited"]["switches"]);
    EXPECT_LT(side["track_steps"], interrupt["track_steps"]);
    constexpr int64_t kAllHome = int64_t{31} * 31;
    const auto planned = planned_["mincut_unlimited"]["track_steps"].get<int64_t>();
    EXPECT_LE(side["track_steps"].get<int64_t>() - planned, kAllHome * side["switches"].get<int64_t>())
        << "vertical registers that return are all that a plan does not count";
    EXPECT_GE(side["track_steps"], planned);
}

TEST_F(E2eRfPlan, RefusesWhatCannotBeDone) {
    expect_refused({"--plan", plan_}, "only a dynamic register file", "--regfile dynamic");
    expect_refused({"--regfile", "dynamic", "--apply", "side"}, "no plan", "--plan FILE");
    expect_refused({"--regfile", "dynamic", "--plan", plan_, "--apply", "magic"}, "magic", "interrupt");
    expect_refused({"--regfile", "dynamic", "--plan", plan_, "--apply", "side", "--backend", "rtl"}, "no hardware",
                   "--backend fast");
    expect_refused({"--regfile", "dynamic", "--plan", plan_, "--apply", "hints", "--plan-at", "0x80700000"},
                   "out of reach", "--plan-at names another place");
    expect_refused({"--regfile", "dynamic", "--plan", plan_, "--apply", "side", "--plan-at", "0x80700000"},
                   "--plan-at has no effect", "leave it out");
    expect_refused({"--regfile", "dynamic", "--plan", plan_, "--plan-at", "there"}, "'there'", "0x80700000");
    expect_refused({"--regfile", "dynamic", "--plan", plan_, "--plan-at", "0x80000000"}, "segment", "--plan-at");
    expect_refused({"--regfile", "dynamic", "--plan", profile_}, "is no skytrack rf plan", "skytrack rf plan");
    expect_refused({"--regfile", "dynamic", "--plan", folder_.path("none.json")}, "none.json", "exists");
}

TEST_F(E2eRfPlan, RefusesAPlanOfAnotherProgram) {
    const Outcome outcome =
        skytrack({"rf", "run", sw_program("sort-train-small.elf"), "--regfile", "dynamic", "--plan", plan_});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("made of other code"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace sky::test
