// Question: does rf compare say of each register file what rf run, rf plan and rf profile say of it, and what is
// refused?
#include <gtest/gtest.h>

#include <set>

#include "tests/e2e/program.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kInProgramOrder{"--set", "regfile.forward=false", "--set",
                                               "regfile.nearest_first=false"};

json first_row(std::vector<std::string> options) {
    const json report = skytrack_json(std::move(options));
    return report.is_object() && !report["results"].empty() ? report["results"][0] : json();
}

/// crc32 and fir with small inputs, compared once for all tests.
class E2eRfCompare : public testing::Test {
   protected:
    static void SetUpTestSuite() {
        if (sw_programs({"kernel-small"}).empty()) return;
        rows = skytrack_json({"rf", "compare", elf("crc32-train"), elf("crc32-test"), elf("fir-train")})["results"];
    }
    void SetUp() override {
        if (sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
        ASSERT_TRUE(rows.is_array());
    }

    static std::string elf(const std::string& name) { return sw_program(name + "-small.elf"); }

    /// The one row with these values.
    static json row(const json& wanted) {
        json found;
        for (const json& one : rows) {
            bool same = true;
            for (const auto& [name, value] : wanted.items()) same = same && one[name] == value;
            if (!same) continue;
            EXPECT_TRUE(found.is_null()) << "two rows are " << wanted;
            found = one;
        }
        EXPECT_TRUE(found.is_object()) << "no row is " << wanted;
        return found;
    }
    static json crc32(const std::string& variant, const std::string& preset = "device_30fj", bool forward = false) {
        return row({{"kernel", "crc32"},
                    {"input", "test"},
                    {"variant", variant},
                    {"preset", preset},
                    {"forward", forward},
                    {"preshift", false}});
    }

    static void expect_same(const json& compared, const json& ran, const std::string& preset = "device_30fj") {
        const auto instructions = compared["instructions"].get<double>();
        const auto per_instruction = [&](const std::string& name) { return ran[name].get<double>() / instructions; };
        EXPECT_DOUBLE_EQ(compared["track_steps_per_instruction"], per_instruction("track_steps"));
        EXPECT_DOUBLE_EQ(compared["steps_per_instruction"], per_instruction("steps"));
        EXPECT_DOUBLE_EQ(compared["cpi"], per_instruction("cycles"));
        EXPECT_DOUBLE_EQ(compared["energy_pj_per_instruction"], per_instruction("energy_pj_" + preset));
        EXPECT_EQ(compared["switches"], ran["switches"]);
    }

    static inline json rows;
};

TEST_F(E2eRfCompare, RowsOfFilesThatNeverChangeAreThoseOfRfRun) {
    const auto run = [](std::vector<std::string> options, bool in_order) {
        options.insert(options.begin(), {"rf", "run", elf("crc32-test")});
        if (in_order) options.insert(options.end(), kInProgramOrder.begin(), kInProgramOrder.end());
        return first_row(options);
    };
    expect_same(crc32("horizontal"), run({"--regfile", "horizontal"}, true));
    expect_same(crc32("horizontal", "device_30fj", true), run({"--regfile", "horizontal"}, false));
    expect_same(crc32("horizontal", "rtsim_destiny"), run({"--regfile", "horizontal"}, true), "rtsim_destiny");
    expect_same(crc32("opbuf4"), run({"--regfile", "horizontal", "--operand-buffer", "4"}, true));
    expect_same(crc32("vertical"), run({"--regfile", "vertical", "--set", "regfile.forward=false"}, false));
    expect_same(crc32("vertical_rewind"),
                run({"--regfile", "vertical_rewind", "--set", "regfile.forward=false"}, false));
    expect_same(crc32("ff", "sram_lop"), run({"--regfile", "ff", "--set", "regfile.forward=false"}, false),
                "sram_lop");
    expect_same(crc32("ff", "sram_hp", true), run({"--regfile", "ff"}, false), "sram_hp");
}

TEST_F(E2eRfCompare, ThePlanOfTheMinimumCutIsMadeOfTheTrainInputAndRunOnTheOther) {
    const TemporaryFolder folder;
    const std::string profile = folder.path("profile.json");
    const std::string plan = folder.path("plan.json");
    ASSERT_EQ(skytrack({"rf", "profile", elf("crc32-train"), "--output", profile}).exit_code, 0);
    // As a comparison plans: the first mode is for nothing, as it is for static files.
    ASSERT_EQ(skytrack({"rf", "plan", elf("crc32-train"), "--profile", profile, "--begin", "free", "--output", plan})
                  .exit_code,
              0);
    std::vector<std::string> options{"rf", "run", elf("crc32-test"), "--regfile", "dynamic", "--plan", plan};
    options.insert(options.end(), kInProgramOrder.begin(), kInProgramOrder.end());
    expect_same(crc32("mincut"), first_row(options));
    EXPECT_GT(crc32("mincut")["switches"], 0);
    EXPECT_LT(crc32("mincut")["instructions"], first_row(options)["instructions"])
        << "those of migrations do not count";
}

TEST_F(E2eRfCompare, TheOracleIsThatOfRfPlanAndNothingIsBelowIt) {
    const TemporaryFolder folder;
    const std::string profile = folder.path("profile.json");
    ASSERT_EQ(skytrack({"rf", "profile", elf("crc32-train"), "--output", profile}).exit_code, 0);
    const json plans =
        skytrack_json({"rf", "plan", elf("crc32-train"), "--profile", profile, "--begin", "free"})["results"];
    const json oracle =
        row({{"kernel", "crc32"}, {"input", "train"}, {"variant", "oracle"}, {"preset", "device_5fj"}});
    EXPECT_DOUBLE_EQ(oracle["track_steps_per_instruction"], plans.back()["track_steps_per_instruction"]);
    EXPECT_TRUE(oracle["cpi"].is_null());
    EXPECT_TRUE(oracle["switches"].is_null());
    for (const char* variant : {"horizontal", "vertical", "greedy", "mincut", "oracle"}) {
        EXPECT_GE(crc32(variant)["oracle_gap_percent"], 0) << variant;
        EXPECT_GE(crc32(variant)["track_steps_per_instruction"], crc32("oracle")["track_steps_per_instruction"]);
    }
    for (const char* variant : {"permuted", "opbuf4", "banked4", "vertical_rewind"})
        EXPECT_TRUE(crc32(variant)["oracle_gap_percent"].is_null()) << variant;
}

TEST_F(E2eRfCompare, WhatWasTrainedSavesSteps) {
    const auto steps = [](const json& one) { return one["track_steps_per_instruction"].get<double>(); };
    const double horizontal = steps(crc32("horizontal"));
    EXPECT_LT(steps(crc32("permuted")), 0.7 * horizontal);
    EXPECT_LT(steps(crc32("banked4")), 0.5 * horizontal) << "a map that fir taught";
    EXPECT_LT(steps(crc32("banked8")), 0.2 * horizontal);
    const json dual = row({{"kernel", "crc32"},
                           {"input", "test"},
                           {"variant", "dual"},
                           {"vertical", "alternate"},
                           {"preset", "device_30fj"}});
    EXPECT_LT(steps(dual), 0.85 * std::min(horizontal, steps(crc32("vertical"))));
    const json preshifted = row({{"kernel", "crc32"},
                                 {"input", "test"},
                                 {"variant", "banked4"},
                                 {"forward", true},
                                 {"preshift", true},
                                 {"preset", "device_30fj"}});
    EXPECT_LT(preshifted["cpi"], crc32("banked4", "device_30fj", true)["cpi"]);
}

TEST_F(E2eRfCompare, EveryRowHasTheSameColumnsAndEveryVariantIsThere) {
    std::vector<std::string> names;
    for (const auto& [name, value] : rows[0].items()) names.push_back(name);
    const std::set<std::string> columns(names.begin(), names.end());
    for (const char* name :
         {"kernel", "input", "variant", "preset", "instructions", "track_steps_per_instruction",
          "steps_per_instruction", "cpi", "energy_pj_per_instruction", "switches", "oracle_gap_percent"})
        EXPECT_TRUE(columns.count(name)) << name;
    std::set<std::string> variants;
    for (const json& one : rows) {
        std::set<std::string> here;
        for (const auto& [name, value] : one.items()) here.insert(name);
        EXPECT_EQ(here, columns);
        variants.insert(one["variant"]);
    }
    EXPECT_EQ(variants, (std::set<std::string>{"ff", "horizontal", "vertical", "vertical_rewind", "greedy", "mincut",
                                               "oracle", "permuted", "banked4", "banked8", "opbuf4", "dual"}));
}

TEST_F(E2eRfCompare, AsTextItSaysWhatIsComparedWithWhat) {
    const Outcome outcome = skytrack(
        {"rf", "compare", elf("crc32-train"), elf("crc32-test"), "--input", "test", "--preset", "device_5fj"});
    EXPECT_EQ(outcome.exit_code, 0);
    for (const char* text :
         {"Static horizontal over dynamic, test input", "Neither is compared with SRAM", "Break-even with SRAM",
          "device_5fj", "sram_lstp", "What was aimed at, test input", "no other kernel"})
        EXPECT_NE((outcome.out + outcome.err).find(text), std::string::npos) << text;
    EXPECT_EQ(outcome.out.find("train input:"), std::string::npos);
    EXPECT_EQ(outcome.out.find("rtsim_destiny"), std::string::npos);
}

TEST_F(E2eRfCompare, RefusesWhatCannotBeCompared) {
    const auto expect_refused = [](std::vector<std::string> options, const std::string& what,
                                   const std::string& remedy) {
        options.insert(options.begin(), {"rf", "compare"});
        const Outcome outcome = skytrack(options);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find(remedy), std::string::npos) << outcome.err;
    };
    expect_refused({elf("crc32-test")}, "no program to train on", "crc32-train-");
    expect_refused({elf("crc32-train"), sw_program("crc32-train-full.elf")}, "both the train input of kernel crc32",
                   "name one");
    expect_refused({elf("crc32-train"), "--preset", "device_6fj"}, "device_6fj", "device_5fj");
    expect_refused({elf("crc32-train"), "--input", "none"}, "none", "both");
    expect_refused({elf("crc32-train"), "--set", "regfile.banks=8"}, "regfile.banks", "leave it out");
    expect_refused({"nowhere.elf"}, "nowhere.elf", "exists");

    // A jump to itself; that, and a c.nop before it.
    const TemporaryFolder builds;
    const std::string endless = builds.file("endless-train-a.elf", elf_of({0xa001}, FlowProgram::kBase));
    expect_refused({endless, "--max-instructions", "1000"}, "did not end within 1000 instructions",
                   "--max-instructions");
    // 0: lui x6, 0x10000   4: sw x0, 4(x6), with an instruction between in the other build
    const std::string train =
        builds.file("two-train-a.elf", elf_of({0x0337, 0x1000, 0x2223, 0x0003, 0x0001}, FlowProgram::kBase));
    const std::string test =
        builds.file("two-test-a.elf", elf_of({0x0337, 0x1000, 0x0001, 0x2223, 0x0003, 0x0001}, FlowProgram::kBase));
    expect_refused({train, test}, "the instructions at 0x80000004 differ", "build both alike");
    const std::string stays =
        builds.file("stays-train-a.elf", elf_of({0x0337, 0x1000, 0x2223, 0x0003, 0xa001}, FlowProgram::kBase));
    const std::string later = builds.file(
        "stays-test-a.elf", elf_of({0x0337, 0x1000, 0x2223, 0x0003, 0xa001, 0xa001}, FlowProgram::kBase + 8));
    expect_refused({stays, later}, "they begin at 0x80000000 and 0x80000008", "build both alike");

    // addi x5, x0, 3   lui x6, 0x10000   sw x5, 4(x6): the exit device
    const TemporaryFolder folder;
    const std::vector<uint16_t> fails{0x0293, 0x0030, 0x0337, 0x1000, 0x2223, 0x0053};
    expect_refused({folder.file("fails.elf", elf_of(fails, FlowProgram::kBase))}, "ended with exit code 3",
                   "returns 0");
}

}  // namespace
}  // namespace sky::test
