// Question: does a profile come from a run on the model, on the RTL, from qemu's log and from probabilities, and what
// is refused, or said to be approximate?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "tests/e2e/program.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

class E2eRfProfile : public testing::Test {
   protected:
    json profile(std::vector<std::string> options) {
        options.insert(options.begin(), {"rf", "profile"});
        const json report = skytrack_json(options);
        return report.is_object() && report["results"].size() == 1 ? report["results"][0] : json();
    }
    void expect_refused(const std::vector<std::string>& arguments, const std::string& what,
                        const std::string& remedy) {
        const Outcome outcome = skytrack(arguments);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find(remedy), std::string::npos) << outcome.err;
    }
    TemporaryFolder folder_;
};

class E2eRfProfileOfAKernel : public E2eRfProfile {
   protected:
    void SetUp() override {
        if (sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    }
    const std::string elf_ = sw_program("fir-train-small.elf");
};

TEST_F(E2eRfProfileOfAKernel, IsTheSameFromTheRtl) {
    const std::string model = folder_.path("model.json");
    const std::string rtl = folder_.path("rtl.json");
    EXPECT_EQ(profile({elf_, "--output", model})["source"], "model");
    EXPECT_EQ(profile({elf_, "--backend", "rtl", "--output", rtl})["source"], "rtl");
    EXPECT_EQ(read_file(rtl), read_file(model));
}

TEST_F(E2eRfProfileOfAKernel, IsFoundAgainFromItsProbabilities) {
    const std::string run = folder_.path("run.json");
    const std::string again = folder_.path("again.json");
    const std::string chances = folder_.path("run.probabilities");
    const json measured = profile({elf_, "--output", run, "--write-probabilities", chances});
    const json solved = profile({elf_, "--probabilities", chances, "--runs", "1", "--output", again});
    EXPECT_EQ(solved["source"], "probabilities");
    EXPECT_EQ(solved["instructions"], measured["instructions"]);
    EXPECT_EQ(json::parse(read_file(again))["transfers"], json::parse(read_file(run))["transfers"]);
    const Outcome plan = skytrack({"rf", "plan", elf_, "--profile", again});
    EXPECT_EQ(plan.exit_code, 0) << plan.err;
    EXPECT_NE(plan.err.find("made of probabilities"), std::string::npos) << plan.err;
}

TEST_F(E2eRfProfileOfAKernel, IsEstimatedFromNothingAndSaysWhatIsNotInIt) {
    const Outcome outcome = skytrack({"rf", "profile", elf_, "--probabilities", "uniform"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_NE(outcome.err.find("lead nobody knows where"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("--probabilities FILE"), std::string::npos) << outcome.err;
}

TEST_F(E2eRfProfileOfAKernel, PlansStateWhatMigrationsWerePredictedAndMeasuredToCost) {
    const std::string run = folder_.path("run.json");
    const std::string plan = folder_.path("plan.json");
    profile({elf_, "--output", run});
    const json report = skytrack_json({"rf", "plan", elf_, "--profile", run, "--measure-switch", "--output", plan});
    ASSERT_TRUE(report.is_object());
    for (const json& row : report["results"]) {
        if (row["variant"] != "mincut") continue;
        EXPECT_EQ(row["migrations_measured"], row["switches"]);
        const json migrations = json::parse(read_file(plan))["migrations"];
        EXPECT_EQ(migrations["predicted_track_steps"], row["migration_track_steps_predicted"]);
        EXPECT_EQ(migrations["measured_track_steps"], row["migration_track_steps_measured"]);
        EXPECT_NE(row["migration_track_steps_predicted"], row["migration_track_steps_measured"]);
    }
}

TEST_F(E2eRfProfileOfAKernel, APlanThatBeginsVerticalPaysForItUnlessItIsFree) {
    const std::string elf = sw_program("lz-train-small.elf");
    const std::string run = folder_.path("run.json");
    profile({elf, "--output", run});
    const auto rows = [&](const std::string& begin) {
        const json report = skytrack_json({"rf", "plan", elf, "--profile", run, "--begin", begin});
        std::map<std::string, json> out;
        for (const json& row : report["results"]) out[row["variant"]] = row;
        return out;
    };
    std::map<std::string, json> charged = rows("charged");
    std::map<std::string, json> free = rows("free");
    const auto steps = [](const json& row) { return row["track_steps"].get<int64_t>(); };
    EXPECT_GT(charged["mincut"]["begin_track_steps"], 1000);
    EXPECT_EQ(free["mincut"]["begin_track_steps"], 0);
    EXPECT_GT(steps(charged["mincut"]), steps(free["mincut"]));
    EXPECT_LE(steps(free["mincut"]), steps(free["vertical"]));
    EXPECT_EQ(steps(charged["vertical"]), steps(free["vertical"])) << "a static file is built as it is";
    EXPECT_LE(steps(charged["oracle"]), steps(charged["mincut"]));
    EXPECT_LE(steps(free["oracle"]), steps(free["mincut"]));
}

TEST_F(E2eRfProfileOfAKernel, APlacementCostsInARunWhatItIsSaidToCost) {
    const std::string run = folder_.path("run.json");
    const std::string placed = folder_.path("placement.json");
    profile({elf_, "--output", run});
    const json report = skytrack_json({"rf", "place", elf_, "--profile", run, "--output", placed});
    ASSERT_TRUE(report.is_object());
    const std::vector<std::string> exact{"--regfile", "horizontal",           "--set", "regfile.nearest_first=false",
                                         "--set",     "regfile.forward=false"};
    std::vector<std::string> command{"rf", "run", elf_};
    command.insert(command.end(), exact.begin(), exact.end());
    EXPECT_EQ(skytrack_json(command)["results"][0]["track_steps"], report["results"][0]["track_steps"]);
    command.insert(command.end(), {"--placement", placed});
    const json row = skytrack_json(command)["results"][0];
    EXPECT_EQ(row["track_steps"], report["results"][1]["track_steps"]);
    EXPECT_EQ(row["exit_code"], 0);
    EXPECT_LT(report["results"][1]["steps"].get<double>(), 0.8 * report["results"][0]["steps"].get<double>());
    expect_refused({"rf", "run", elf_, "--regfile", "vertical", "--placement", placed}, "across all tracks",
                   "--regfile horizontal");
    expect_refused({"rf", "run", elf_, "--regfile", "horizontal", "--placement", placed, "--backend", "rtl"},
                   "rfplace", "--backend fast");
    expect_refused({"rf", "run", elf_, "--regfile", "horizontal", "--placement", run}, "is no skytrack rf placement",
                   "skytrack rf place");
    json twice = json::parse(read_file(placed));
    twice["positions"][3] = twice["positions"][4];
    expect_refused(
        {"rf", "run", elf_, "--regfile", "horizontal", "--placement", folder_.file("twice.json", twice.dump())},
        "taken twice", "skytrack rf place");
}

TEST_F(E2eRfProfileOfAKernel, APlacementInBanksIsLearnedFromSeveralProgramsAndServesAnotherOne) {
    const std::string map = folder_.path("banks4.json");
    const json report =
        skytrack_json({"rf", "place", elf_, sw_program("crc32-train-small.elf"), "--banks", "4", "--output", map});
    ASSERT_TRUE(report.is_object());
    const auto steps = [](const json& row) { return row["steps_per_instruction"].get<double>(); };
    EXPECT_EQ(report["results"][1]["banks"], 4);
    EXPECT_LT(steps(report["results"][1]), 0.6 * steps(report["results"][0]));
    const auto ran = [&](std::vector<std::string> more) {
        more.insert(more.begin(),
                    {"rf", "run", sw_program("sort-test-small.elf"), "--regfile", "banked", "--banks", "4"});
        return skytrack_json(more)["results"][0]["steps"].get<double>();
    };
    EXPECT_LT(ran({"--placement", map}), 0.7 * ran({}));
    expect_refused({"rf", "place", elf_, "--banks", "3"}, "'3'", "8");
    expect_refused({"rf", "place", elf_, elf_, "--profile", map}, "for one program", "--banks");
    expect_refused({"rf", "place", elf_, "--banks", "4", "--profile", map}, "--profile has no effect", "leave");
    expect_refused({"rf", "place", elf_, "--banks", "4", "--output", elf_}, "the same file", "--output");
    expect_refused({"rf", "place", elf_}, "no profile", "rf profile");
}

TEST_F(E2eRfProfileOfAKernel, OfAnotherInputIsNoneForTheOracleOfThisOne) {
    const std::string run = folder_.path("run.json");
    profile({elf_, "--output", run});
    const std::string other = sw_program("fir-test-small.elf");
    expect_refused({"rf", "plan", other, "--profile", run}, "is of another run", "--no-oracle");
    EXPECT_EQ(skytrack({"rf", "plan", other, "--profile", run, "--no-oracle"}).exit_code, 0);
    EXPECT_EQ(skytrack({"rf", "plan", elf_, "--profile", run}).exit_code, 0);
}

TEST_F(E2eRfProfileOfAKernel, OfARunThatWasStoppedIsSaidToBePartial) {
    const std::string run = folder_.path("run.json");
    profile({elf_, "--output", run});
    json partial = json::parse(read_file(run));
    EXPECT_FALSE(partial.contains("partial"));
    partial["partial"] = true;
    const std::string stopped = folder_.file("stopped.json", partial.dump());
    const Outcome plan = skytrack({"rf", "plan", elf_, "--profile", stopped});
    EXPECT_EQ(plan.exit_code, 0) << plan.err;
    EXPECT_NE(plan.err.find("of a run that was stopped after"), std::string::npos) << plan.err;
    EXPECT_NE(plan.err.find("the oracle is not asked"), std::string::npos) << plan.err;
    const Outcome place = skytrack({"rf", "place", elf_, "--profile", stopped});
    EXPECT_NE(place.err.find("of a run that was stopped"), std::string::npos) << place.err;
}

TEST_F(E2eRfProfileOfAKernel, EndsWithItsLimitOfInstructionsOnBothBackends) {
    const auto instructions = profile({elf_})["instructions"].get<uint64_t>();
    for (const char* backend : {"fast", "rtl"}) {
        expect_refused(
            {"rf", "profile", elf_, "--backend", backend, "--max-instructions", std::to_string(instructions - 1)},
            fmt::format("did not end within {} instructions", instructions - 1), "--max-instructions");
        EXPECT_EQ(skytrack({"rf", "profile", elf_, "--backend", backend, "--max-instructions",
                            std::to_string(instructions)})
                      .exit_code,
                  0);
    }
}

TEST_F(E2eRfProfileOfAKernel, RefusesWhatDoesNotGoTogether) {
    const std::string run = folder_.path("run.json");
    profile({elf_, "--output", run});
    expect_refused({"rf", "profile", elf_, "--runs", "3"}, "--runs has no effect", "leave it out");
    expect_refused({"rf", "profile", elf_, "--load-address", "0x1000"}, "--load-address has no effect", "leave it");
    expect_refused({"rf", "profile", elf_, "--probabilities", "uniform", "--backend", "rtl"}, "no effect",
                   "leave it");
    expect_refused({"rf", "profile", elf_, "--probabilities", "uniform", "--qemu-log", "x"}, "are given",
                   "one source");
    expect_refused({"rf", "profile", elf_, "--probabilities", folder_.path("none")}, "none", "existing file");
    expect_refused({"rf", "profile", elf_, "--qemu-log", "x"}, "32-bit", "without --qemu-log");
    expect_refused({"rf", "plan", elf_, "--profile", run, "--backend", "rtl"}, "'rtl'", "expected fast");
    expect_refused({"rf", "plan", elf_, "--profile", run, "--set", "regfile.ports=2"}, "one port",
                   "regfile.ports = 1");
    expect_refused({"rf", "plan", elf_, "--profile", run, "--measure-switch", "--switch-cost", "3"}, "no effect",
                   "leave one");
    expect_refused({"rf", "plan", elf_, "--profile", run, "--qemu-log", "x"}, "no effect", "leave it out");
    expect_refused({"rf", "plan", elf_, "--profile", run, "--set", "regfile.banks=8"}, "regfile.banks has no effect",
                   "leave it out");
    expect_refused({"rf", "profile", elf_, "--set", "regfile.ports=2"}, "regfile.ports has no effect",
                   "leave it out");
    const std::string config = folder_.file("mine.toml", "[regfile]\nports = 2\n");
    for (const Outcome& outcome :
         {skytrack({"rf", "profile", elf_, "--config", config}), skytrack({"rf", "profile", elf_, "--seed", "3"})}) {
        EXPECT_EQ(outcome.exit_code, 0);
        EXPECT_NE(outcome.err.find("without effect"), std::string::npos) << outcome.err;
    }
}

TEST_F(E2eRfProfileOfAKernel, AStrippedProgramIsProfiledPlannedAndRunLikeTheWhole) {
    // Without its sections, symbols among them: e_shoff, e_shnum and e_shstrndx are 0.
    std::string stripped = read_file(elf_);
    for (const size_t at : std::array<size_t, 8>{32, 33, 34, 35, 48, 49, 50, 51}) stripped[at] = 0;
    const std::string elf = folder_.file("stripped.elf", stripped);
    const std::string run = folder_.path("run.json");
    const std::string plan = folder_.path("plan.json");
    EXPECT_EQ(profile({elf, "--output", run})["instructions"], profile({elf_})["instructions"]);
    const Outcome planned = skytrack({"rf", "plan", elf, "--profile", run, "--output", plan});
    EXPECT_EQ(planned.exit_code, 0) << planned.err;
    const Outcome ran = skytrack({"rf", "run", elf, "--regfile", "dynamic", "--plan", plan});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
}

TEST_F(E2eRfProfileOfAKernel, WhatIsNoProgramForTheCoreIsRefusedInAllThree) {
    const std::string whole = read_file(elf_);
    const std::string run = folder_.path("run.json");
    const std::string plan = folder_.path("plan.json");
    profile({elf_, "--output", run});
    ASSERT_EQ(skytrack({"rf", "plan", elf_, "--profile", run, "--output", plan}).exit_code, 0);
    const auto refused = [&](const std::string& bytes, const std::string& what) {
        const std::string elf = folder_.file("bad.elf", bytes);
        expect_refused({"rf", "profile", elf}, what, "\n");
        expect_refused({"rf", "plan", elf, "--profile", run}, what, "\n");
        expect_refused({"rf", "run", elf, "--regfile", "dynamic", "--plan", plan}, what, "\n");
    };
    refused(whole.substr(0, 0x1100), "cut off");
    std::string other = whole;
    other[5] = 2;
    refused(other, "big endian");
    refused("hello", "not an ELF file");
}

TEST_F(E2eRfProfileOfAKernel, AProgramOf64BitsIsRefusedWhereTheCoreIsNeeded) {
    const FlowProgram program = make_linux_flow_program(1);
    const std::string elf = folder_.file("linux", elf64_of(program));
    expect_refused({"rf", "profile", elf}, "64-bit program, expected RV32", "--qemu-log");
    expect_refused({"rf", "run", elf}, "64-bit program, expected RV32", "--qemu-log");
}

/// 10000: addi x5, x0, 3   4: addi x5, x5, -1   8: bne x5, x0, -4   c: addi x17, x0, 93   10: ecall
class E2eRfQemu : public E2eRfProfile {
   protected:
    static std::string line(uint64_t pc) {
        char text[200];
        std::snprintf(text, sizeof text, "Trace 0: 0x7fa32b800100 [0000000000000000/%016llx/00207600/00000200] \n",
                      static_cast<unsigned long long>(pc));
        return text;
    }
    const FlowProgram program_{.base = 0x10000,
                               .entry = 0x10000,
                               .code = {0x0293, 0x0030, 0x8293, 0xfff2, 0x9ee3, 0xfe02, 0x0893, 0x05d0, 0x0073, 0}};
    const std::string elf_ = folder_.file("linux", elf64_of(program_));
    const std::string log_ = line(0x10000) + line(0x10004) + line(0x10004) + line(0x1000c);
    const std::string file_ = folder_.file("run.log", log_);
};

TEST_F(E2eRfQemu, ALinuxProgramIsProfiledAndPlannedOn64Tracks) {
    const std::string run = folder_.path("run.json");
    const json row = profile({elf_, "--qemu-log", file_, "--output", run});
    EXPECT_EQ(row["source"], "qemu");
    EXPECT_EQ(row["instructions"], 9);
    EXPECT_EQ(row["accesses"], 1 + 3 * 3 + 1);
    EXPECT_TRUE(row["exit_code"].is_null());
    const json report = skytrack_json({"rf", "plan", elf_, "--profile", run, "--qemu-log", file_});
    ASSERT_TRUE(report.is_object());
    std::map<std::string, json> rows;
    for (const json& one : report["results"]) rows[one["variant"]] = one;
    EXPECT_EQ(rows["horizontal"]["track_steps"], 64 * (5 + 12)) << "to x5, then to x17";
    EXPECT_EQ(rows["vertical"]["track_steps"], 62 * 11);
    EXPECT_LE(rows["oracle"]["track_steps"], rows["mincut_unlimited"]["track_steps"]);
    EXPECT_LE(rows["mincut"]["track_steps"], rows["horizontal"]["track_steps"]);
    const Outcome without = skytrack({"rf", "plan", elf_, "--profile", run});
    EXPECT_EQ(without.exit_code, 0);
    EXPECT_NE(without.err.find("add --qemu-log"), std::string::npos) << without.err;
    expect_refused({"rf", "plan", elf_, "--profile", run, "--measure-switch"}, "Linux", "--switch-cost");
}

TEST_F(E2eRfQemu, TheLogMayComeThroughAPipe) {
    const Outcome outcome = skytrack({"rf", "profile", elf_, "--qemu-log", "-", "--json"}, log_);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(json::parse(outcome.out)["results"][0]["instructions"], 9);
}

TEST_F(E2eRfQemu, NeverReplacesWhatItReads) {
    const std::string elf = read_file(elf_);
    const std::string chances = folder_.file("some.probabilities", "x");
    expect_refused({"rf", "profile", elf_, "--qemu-log", file_, "--output", file_}, "--qemu-log", "--output");
    expect_refused({"rf", "profile", elf_, "--write-probabilities", elf_}, "the program", "--write-probabilities");
    expect_refused({"rf", "profile", elf_, "--probabilities", chances, "--write-probabilities", chances},
                   "--probabilities", "--write-probabilities");
    expect_refused(
        {"rf", "profile", elf_, "--output", folder_.path("new"), "--write-probabilities", folder_.path("new")},
        "--output", "--write-probabilities");
    EXPECT_EQ(read_file(elf_), elf);
    EXPECT_EQ(read_file(file_), log_);
    EXPECT_EQ(read_file(chances), "x");
}

TEST_F(E2eRfQemu, AFolderIsNoProfile) {
    expect_refused({"rf", "plan", elf_, "--profile", folder_.path()}, "is a folder", "rf profile");
}

TEST_F(E2eRfQemu, RefusesALogThatIsNoneNamesItsLineAndSaysWhatIsOutside) {
    expect_refused({"rf", "profile", elf_, "--qemu-log", folder_.file("bad.log", log_ + "x\n")}, "bad.log:5",
                   "-d exec,nochain");
    expect_refused({"rf", "profile", elf_, "--qemu-log", folder_.file("cut.log", log_.substr(0, 150))}, "cut.log:2",
                   "cut off");
    const std::string packed = gzipped(log_ + log_ + log_);
    for (const size_t bytes : {size_t{3}, size_t{12}, packed.size() / 2, packed.size() - 9, packed.size() - 1})
        expect_refused({"rf", "profile", elf_, "--qemu-log", folder_.file("cut.log.gz", packed.substr(0, bytes))},
                       "cut.log.gz: the gzip data is truncated", "copy the file again");
    expect_refused({"rf", "profile", elf_, "--qemu-log", folder_.file("other.log", line(0x20000))},
                   "never comes to 0x10000", "the file that qemu-riscv64 ran");
    expect_refused({"rf", "profile", elf_, "--qemu-log", file_, "--load-address", "0x1000"}, "fixed addresses",
                   "leave it out");
    const Outcome outside =
        skytrack({"rf", "profile", elf_, "--qemu-log", folder_.file("more.log", log_ + line(0x4000801000))});
    EXPECT_EQ(outside.exit_code, 0);
    EXPECT_NE(outside.err.find("1 of 5 blocks ran in code that is not in the file"), std::string::npos)
        << outside.err;
}

}  // namespace
}  // namespace sky::test
