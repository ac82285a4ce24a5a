// Question: does the core, with every register file, retire what the instruction-set model retires, each instruction
// in the same cycle, whatever the program, the options, the interrupts and the resets?
#include <gtest/gtest.h>

#include <optional>

#include "sysc/bridge/rf_variants.hpp"
#include "sysc/model/random.hpp"
#include "tb/core_lockstep.hpp"
#include "tests/support/random_program.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"

namespace sky::tb {
namespace {

using bridge::kRfVariantList;
using model::rf::Options;
using model::rf::Shape;

constexpr uint64_t kMaxCycles = 2'000'000;
constexpr uint32_t kProgramsEach = 10;
constexpr uint32_t kRam = 0x80000000;
constexpr uint32_t kConsole = 0x10000000;
constexpr int32_t kExit = 4;
constexpr uint32_t kRfmode = 0x7c0;
constexpr uint32_t kRfplace = 0x7ca;

Options any_options(const Shape& shape, model::Random& random) {
    return {.rewind = random.percent(50),
            .eager = random.percent(50),
            .nearest_first = random.percent(50),
            .forward = random.percent(50),
            .preshift = random.percent(50),
            .buffer = random.percent(50) ? 0 : static_cast<uint32_t>(random.below(shape.buffer + 1)),
            .check_position = random.percent(90)};
}

/// Puts every register to the position of its number and the file into horizontal mode, as programs expect it.
CoreProgram tidy_program() {
    test::rv32::Code code;
    for (uint32_t r = 31; r >= 1; --r) {
        code.load_immediate(1, r << 8 | r);
        code.emit(test::rv32::csrrw(0, kRfplace, 1));
    }
    code.emit(test::rv32::csrrwi(0, kRfmode, 0));
    code.load_immediate(1, kConsole);
    code.emit(test::rv32::sw(0, 1, kExit));
    return {.segments = {{kRam, code.bytes()}}};
}

/// Two of three programs run to their end, the third is reset once or twice on its way. Each register file runs
/// several programs one after the other, with heads and registers as the last one has left them.
void expect_agreement(uint32_t variant, uint32_t programs) {
    const Shape shape = kRfVariantList.at(variant).shape;
    uint64_t interrupts = 0;
    uint64_t traps = 0;
    uint64_t resets = 0;
    std::optional<CoreLockstep> lockstep;
    for (uint32_t i = 0; i < programs; ++i) {
        const uint64_t seed = model::mix64(test::seed() + i);
        model::Random random(seed);
        if (i % kProgramsEach == 0) {
            const Options options = any_options(shape, random);
            lockstep.emplace(shape, options, options, seed);
        } else {
            ASSERT_EQ(lockstep->run(tidy_program(), {}, kMaxCycles).difference, "") << "before program " << i;
        }
        const auto made = test::rv32::make_random_program(seed, {.items = 50, .skrm = random.percent(25)});
        const CoreProgram program{.segments = {{made.kBase, made.bytes}}, .entry = made.kBase};
        CoreEvents events;
        for (const auto& [cycle, high] : made.external) events.external.push_back({.cycle = cycle, .high = high});
        if (i % 3 == 2) {
            events.resets.push_back(random.below(600));
            if (random.percent(50)) events.resets.push_back(random.below(100));
        }
        const CoreResult result = lockstep->run(program, events, kMaxCycles);
        ASSERT_EQ(result.difference, "") << "program " << i << ", seed " << seed;
        interrupts += result.interrupts;
        traps += result.traps;
        resets += result.resets;
        if (!events.resets.empty()) continue;  // memory is then not what the program expects: it may run on for ever
        ASSERT_TRUE(result.exit_code.has_value()) << "program " << i << ", seed " << seed << " has not ended";
        EXPECT_EQ(*result.exit_code, made.exit_code & 0xff);
    }
    EXPECT_GT(interrupts, programs / 4);
    EXPECT_GT(traps, programs);
    EXPECT_GT(resets, programs / 8);
}

std::string name(const testing::TestParamInfo<uint32_t>& info) { return kRfVariantList.at(info.param).name; }
const auto kEveryVariant = testing::Range(uint32_t{0}, bridge::kRfVariants);

class LockstepCoreRandom : public testing::TestWithParam<uint32_t> {};
TEST_P(LockstepCoreRandom, ProgramsAgreeToTheCycle) { expect_agreement(GetParam(), 200); }
INSTANTIATE_TEST_SUITE_P(, LockstepCoreRandom, kEveryVariant, name);

class SlowLockstepCoreRandom : public testing::TestWithParam<uint32_t> {};
TEST_P(SlowLockstepCoreRandom, TenThousandProgramsAgreeToTheCycle) { expect_agreement(GetParam(), 10'000); }
INSTANTIATE_TEST_SUITE_P(Slow, SlowLockstepCoreRandom, kEveryVariant, name);

/// The lockstep itself: a model that is wrong in one option is found out, by the cycle of a retirement.
TEST(LockstepCore, FindsAModelThatForwardsNothing) {
    const auto made = test::rv32::make_random_program(test::seed());
    const Options options;
    Options wrong = options;
    wrong.forward = false;
    CoreLockstep lockstep({.kind = model::rf::Kind::kHorizontal}, options, wrong, test::seed());
    const CoreResult result =
        lockstep.run({.segments = {{made.kBase, made.bytes}}, .entry = made.kBase}, {}, kMaxCycles);
    EXPECT_NE(result.difference.find("cycle is"), std::string::npos) << result.difference;
}

TEST(LockstepCore, FindsAModelThatHeadsElsewhereFirst) {
    const auto made = test::rv32::make_random_program(test::seed());
    const Options options{.nearest_first = true};
    CoreLockstep lockstep({.kind = model::rf::Kind::kHorizontal}, options, {.nearest_first = false}, test::seed());
    const CoreResult result =
        lockstep.run({.segments = {{made.kBase, made.bytes}}, .entry = made.kBase}, {}, kMaxCycles);
    EXPECT_NE(result.difference, "");
}

}  // namespace
}  // namespace sky::tb
