// Question: does the statistics tree say every counter once, with unit and description, the same as text and JSON?
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "sysc/model/statistics.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

/// A naive WRITE of 0xff and a READ of it: 128 + 128 shifts, 64 removes, 8 injects, 64 detects.
stats::Group after_write_and_read() {
    Controller controller(test::geometry(64, 32, 4), test::skyrmion_timing(), {.queue_depth = 32},
                          PassEngine::kEvents);
    PinDriver<Controller> driver(controller);
    const uint64_t word = 0xff;
    driver.submit({.op = Op::kWrite, .row = 1, .seg_mask = 1}, {&word, 1});
    driver.submit({.op = Op::kRead, .row = 1, .seg_mask = 1}, {});
    while (driver.outstanding() != 0) driver.advance();
    return statistics(controller.counters(), controller.timing(), 8);
}

uint64_t count(const stats::Group& group, const std::string& path) {
    const stats::Value* value = group.find(path);
    return value == nullptr ? ~uint64_t{0} : std::get<uint64_t>(value->value);
}

TEST(UnitStatistics, SaysWhatTheDeviceDid) {
    const stats::Group tree = after_write_and_read();
    EXPECT_EQ(count(tree, "operations.shifts"), 256U);
    EXPECT_EQ(count(tree, "operations.detects"), 64U);
    EXPECT_EQ(count(tree, "operations.removes"), 64U);
    EXPECT_EQ(count(tree, "operations.empty_removes"), 64U);
    EXPECT_EQ(count(tree, "operations.injects"), 8U);
    EXPECT_EQ(count(tree, "commands.reads"), 1U);
    EXPECT_EQ(count(tree, "commands.writes_naive"), 1U);
    EXPECT_EQ(count(tree, "energy_fj"), 256U * 20 + 64 * 2 + 64 * 20 + 8 * 200);
    EXPECT_EQ(count(tree, "op_ps"), 256U * 500 + 64 * 100 + 64 * 800 + 8 * 1000);
    EXPECT_EQ(count(tree, "derived.bytes_moved"), 16U);
    EXPECT_EQ(tree.find("operations.leaps"), nullptr);
}

TEST(UnitStatistics, SplitsEnergyAndCyclesIntoTheirSums) {
    const stats::Group tree = after_write_and_read();
    uint64_t energy = 0;
    uint64_t cycles = 0;
    for (const stats::Group& group : tree.groups()) {
        if (group.name() == "energy")
            for (const stats::Value& value : group.values()) energy += std::get<uint64_t>(value.value);
        if (group.name() == "cycles")
            for (const stats::Value& value : group.values())
                if (value.name != "cycles") cycles += std::get<uint64_t>(value.value);
    }
    EXPECT_EQ(energy, count(tree, "energy_fj"));
    EXPECT_EQ(cycles, count(tree, "cycles.cycles"));
    EXPECT_EQ(cycles * 100, count(tree, "model_ps"));
}

TEST(UnitStatistics, GivesEveryCounterANameOfItsOwnAUnitAndADescription) {
    std::set<std::string> names;
    for (size_t i = 0; i < kCounters; ++i) {
        const CounterInfo& what = info(static_cast<Counter>(i));
        ASSERT_NE(what.name, nullptr) << "counter " << i;
        EXPECT_TRUE(names.insert(what.name).second) << what.name;
        EXPECT_NE(std::string(what.unit), "") << what.name;
        EXPECT_NE(std::string(what.description), "") << what.name;
    }
}

TEST(UnitStatistics, WritesUnitDescriptionAndFormulaAsJson) {
    const nlohmann::ordered_json json = after_write_and_read().json();
    EXPECT_EQ(json["operations"]["shifts"]["value"], 256);
    EXPECT_EQ(json["operations"]["shifts"]["unit"], "pulses");
    EXPECT_EQ(json["operations"]["shifts"]["description"], "shift pulses");
    EXPECT_FALSE(json["operations"]["shifts"].contains("formula"));
    EXPECT_EQ(json["derived"]["pj_per_byte"]["formula"], "energy_fj / 1000 / bytes_moved");
    EXPECT_NEAR(json["derived"]["pj_per_byte"]["value"].get<double>(), 8.128 / 16, 1e-9);
}

TEST(UnitStatistics, WritesOneLineOfTextForEachJsonValue) {
    const stats::Group tree = after_write_and_read();
    const std::string text = tree.text();
    EXPECT_NE(text.find("skrm.operations.shifts "), std::string::npos) << text;
    EXPECT_NE(text.find("# shift pulses\n"), std::string::npos) << text;
    EXPECT_NE(text.find("= energy_fj / 1000 / bytes_moved\n"), std::string::npos) << text;
    size_t values = 0;
    const nlohmann::ordered_json flat = nlohmann::ordered_json::parse(tree.json().dump()).flatten();
    for (const auto& [path, value] : flat.items()) values += path.ends_with("/value") ? 1 : 0;
    EXPECT_EQ(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')), values);
}

TEST(UnitStatistics, SaysHowBusyAllBanksWereTogether) {
    using enum Counter;
    Counters bank;
    bank[kCycles] = 10;
    bank[kCyclesIdle] = 4;
    bank[kCyclesShift] = 6;
    Counters both;
    both.add_bank(bank);
    both.add_bank(bank);
    const nlohmann::ordered_json derived = statistics(both, test::skyrmion_timing(), 8).json()["derived"];
    EXPECT_NEAR(derived["busy"]["value"].get<double>(), 0.6, 1e-9);
}

TEST(UnitStatistics, LeavesOutFiguresThatWouldDivideByZero) {
    const stats::Group tree = statistics(Counters{}, test::skyrmion_timing(), 8);
    EXPECT_EQ(count(tree, "derived.bytes_moved"), 0U);
    EXPECT_EQ(tree.find("derived.ns_per_byte"), nullptr);
    EXPECT_EQ(tree.find("derived.busy"), nullptr);
}

}  // namespace
}  // namespace sky::model
