// Is a plan the same again from its file, and what is refused?
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "host/regfile/plan_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/profiled.hpp"

namespace sky::regfile {
namespace {

using nlohmann::json;

class RfPlanFile : public testing::Test {
   protected:
    void SetUp() override {
        program_ = test::profiled(folder_.file("program.elf", test::elf_of(test::make_flow_program(5))));
        ASSERT_TRUE(program_);
        PlanRequest request;
        request.switch_cost = 0;
        plans_ = make_plans(program_->graph, program_->code, request);
        ASSERT_FALSE(plans_.named("mincut").table.empty());
        ASSERT_TRUE(save_plan(path_, "program.elf", "profile.json", plans_, program_->code).ok());
        content_ = json::parse(test::read_file(path_));
    }

    /// As it is after a change; what stands in the message.
    void expect_refused(const json& content, const std::string& says) {
        const auto loaded = load_plan(folder_.file("bad.json", content.dump()), program_->code);
        ASSERT_FALSE(loaded.ok()) << says;
        EXPECT_NE(loaded.status().message().find(says), std::string::npos) << loaded.status().message();
        EXPECT_NE(loaded.status().message().find("skytrack rf plan"), std::string::npos);
    }

    test::TemporaryFolder folder_;
    const std::string path_ = folder_.path("plan.json");
    std::optional<test::Profiled> program_;
    PlanResult plans_;
    json content_;
};

TEST_F(RfPlanFile, ComesBackAsItWasMade) {
    const Result<Plan> loaded = load_plan(path_, program_->code);
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    for (const auto& [table, name] :
         {std::pair(loaded.value().table, "mincut"), std::pair(loaded.value().unlimited, "mincut_unlimited")}) {
        EXPECT_EQ(table.recommendations, plans_.named(name).table);
        EXPECT_EQ(table.track_steps, plans_.named(name).track_steps);
        EXPECT_EQ(table.switches, plans_.named(name).switches);
    }
}

TEST_F(RfPlanFile, ThatWouldLoseARegisterIsRefused) {
    json bad = content_;
    json& recommendation = bad["unlimited"]["recommendations"].back();
    const std::string mask = recommendation["live_mask"];
    ASSERT_NE(std::stoul(mask, nullptr, 16), 0);
    recommendation["live_mask"] = "0x00000000";
    expect_refused(bad, "would lose registers");
    expect_refused(bad, "lacks " + mask);
    recommendation["live_mask"] = "0xfffffffe";
    EXPECT_TRUE(load_plan(folder_.file("more.json", bad.dump()), program_->code).ok()) << "more than is needed";
}

TEST_F(RfPlanFile, KeepsWhereTheRunCameThroughPointers) {
    ASSERT_FALSE(plans_.roots.empty()) << "a program that calls its functions through registers";
    const Result<Plan> loaded = load_plan(path_, program_->code);
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    EXPECT_EQ(loaded.value().roots, plans_.roots);
    json bad = content_;
    bad["roots"].push_back("here");
    expect_refused(bad, "no list of addresses");
    bad["roots"] = {"0xfffffff0"};
    expect_refused(bad, "0xfffffff0 is no instruction");
}

TEST_F(RfPlanFile, OfOtherCodeIsRefused) {
    test::FlowProgram other = test::make_flow_program(5);
    // One bit of what stands where the last recommendation is.
    const std::string pc = content_["unlimited"]["recommendations"].back()["pc"];
    other.code[(std::stoull(pc, nullptr, 16) - test::FlowProgram::kBase) / 2] ^= 0x80;
    const Result<ElfFile> elf = ElfFile::read(folder_.file("other.elf", test::elf_of(other)));
    ASSERT_TRUE(elf.ok()) << elf.status().message();
    const auto loaded = load_plan(path_, Code(elf.value()));
    ASSERT_FALSE(loaded.ok());
    EXPECT_NE(loaded.status().message().find("made of other code"), std::string::npos) << loaded.status().message();
}

TEST_F(RfPlanFile, WhatIsNoPlanIsRefused) {
    expect_refused({{"format", "skytrack rf profile"}}, "is no skytrack rf plan");
    json bad = content_;
    bad["version"] = 2;
    expect_refused(bad, "version 1");
    bad = content_;
    bad.erase("unlimited");
    expect_refused(bad, "lacks \"unlimited\"");
    bad = content_;
    bad["table"].erase("switches");
    expect_refused(bad, "\"table\" lacks");
    for (const auto& [field, value] :
         {std::pair("mode", "diagonal"), std::pair("live_mask", "0x00000001"), std::pair("pc", "here")}) {
        bad = content_;
        bad["table"]["recommendations"][0][field] = value;
        expect_refused(bad, "recommendation 0 of \"table\" should look like");
    }
    bad = content_;
    bad["table"]["recommendations"].push_back(bad["table"]["recommendations"][0]);
    expect_refused(bad, "is not behind the one before it");
    bad = content_;
    bad["table"]["recommendations"].push_back(
        {{"pc", "0xfffffff0"}, {"mode", "vertical"}, {"live_mask", "0x00000002"}});
    expect_refused(bad, "0xfffffff0 is no instruction");
    bad = content_;
    bad["code_crc32"] = 0;
    expect_refused(bad, "checksum differs");
    const auto cut = load_plan(folder_.file("cut.json", content_.dump().substr(0, 100)), program_->code);
    ASSERT_FALSE(cut.ok());
    EXPECT_NE(cut.status().message().find("cut.json"), std::string::npos);
}

}  // namespace
}  // namespace sky::regfile
