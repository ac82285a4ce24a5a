// Question: does the register file in SystemVerilog, of every kind and with every option, answer the same data in the
// same cycle as the model, with the same counters, whatever it is asked and whenever the power goes?
#include <Vrf_d64g.h>
#include <Vrf_dual64g.h>
#include <Vrf_ff64.h>
#include <Vrf_h64.h>
#include <Vrf_h8.h>
#include <Vrf_lab.h>
#include <Vrf_v64.h>
#include <Vrf_vg.h>

#include <array>
#include <utility>

#include "tests/lockstep/rf_lockstep.hpp"
#include "tests/support/seed.hpp"

namespace sky::test {
namespace {

using bridge::kRfVariantList;
using rf::Counter;
using rf::Kind;
using rf::Mode;

constexpr rf::Shape kFf64{.kind = Kind::kFlipFlop, .width = 64};
constexpr rf::Shape kHorizontal64{.kind = Kind::kHorizontal, .width = 64, .ports = 2, .banks = 4, .buffer = 3};
constexpr rf::Shape kHorizontal8{.kind = Kind::kHorizontal, .ports = 8, .buffer = 1};
constexpr rf::Shape kVertical64{.kind = Kind::kVertical, .width = 64, .ports = 4, .buffer = 2};
constexpr rf::Shape kVerticalGuarded{.kind = Kind::kVertical, .guard = true};
constexpr rf::Shape kDynamic64Guarded{.kind = Kind::kDynamic, .width = 64, .ports = 2, .buffer = 1, .guard = true};
constexpr rf::Shape kDual64Guarded{.kind = Kind::kDual, .width = 64, .ports = 8, .guard = true};

static_assert(sizeof(std::declval<Vrf_lab&>().slip_i) * 4 == bridge::kRfLabTracks);

constexpr uint64_t kOnePercent = ~uint64_t{0} / 100;
constexpr uint64_t kWorstPreset = static_cast<uint64_t>(4.55e-5 * 18446744073709551616.0);

/// Calls `test` with the Verilated class, the shape and the variant of each register file there is.
template <typename Test>
void for_every_register_file(const Test& test) {
    for (uint32_t v = 0; v < bridge::kRfVariants; ++v) test.template operator()<Vrf_lab>(kRfVariantList[v].shape, v);
    test.template operator()<Vrf_ff64>(kFf64, 0);
    test.template operator()<Vrf_h64>(kHorizontal64, 0);
    test.template operator()<Vrf_h8>(kHorizontal8, 0);
    test.template operator()<Vrf_v64>(kVertical64, 0);
    test.template operator()<Vrf_vg>(kVerticalGuarded, 0);
    test.template operator()<Vrf_d64g>(kDynamic64Guarded, 0);
    test.template operator()<Vrf_dual64g>(kDual64Guarded, 0);
}

TEST(LockstepRegfile, AgreesOnRandomTrafficWithClosedFormulas) {
    for_every_register_file([]<typename Top>(const rf::Shape& shape, uint32_t variant) {
        for (uint64_t run = 0; run < 8 && !testing::Test::HasFailure(); ++run) {
            RfTraffic traffic(seed() + 100 * run + variant);
            RfLockstep<Top>(shape, traffic.options(shape), {}, variant).run(traffic, 300, false);
        }
    });
}

TEST(LockstepRegfile, AgreesOnRandomTrafficAndPowerCutsInAnyCycle) {
    for_every_register_file([]<typename Top>(const rf::Shape& shape, uint32_t variant) {
        if (shape.kind == Kind::kFlipFlop) return;  // every request is over in its first cycle
        for (uint64_t run = 0; run < 5 && !testing::Test::HasFailure(); ++run) {
            RfTraffic traffic(seed() + 100 * run + variant + 1'000'000);
            RfLockstep<Top>(shape, traffic.options(shape), {}, variant, rf::Engine::kPulses).run(traffic, 300, true);
        }
    });
}

TEST(LockstepRegfile, AgreesWhileTracksSlip) {
    uint64_t corrected = 0;
    uint64_t uncorrected = 0;
    for_every_register_file([&]<typename Top>(const rf::Shape& shape, uint32_t variant) {
        if (!shape.guard) return;
        for (uint64_t run = 0; run < 6 && !testing::Test::HasFailure(); ++run) {
            RfTraffic traffic(seed() + 100 * run + variant + 2'000'000);
            const model::SlipFaults faults{.threshold = run == 5 ? kWorstPreset : kOnePercent / (1 + 4 * run),
                                           .seed = seed() + run};
            rf::Options options = traffic.options(shape);
            options.check_position = run != 4;
            RfLockstep<Top> both(shape, options, faults, variant);
            for (int part = 0; part < 10; ++part) {  // a reset in between clears the counters
                both.run(traffic, 30, true);
                corrected += rf::of(both.model().counters(), Counter::kCorrected);
                uncorrected += rf::of(both.model().counters(), Counter::kUncorrected);
            }
        }
    });
    EXPECT_GT(corrected, 500U);
    EXPECT_GT(uncorrected, 50U);
}

TEST(LockstepRegfile, KeepsItsOptionsUntilTheNextReset) {
    RfTraffic traffic(seed());
    const uint32_t horizontal = 1;
    RfLockstep<Vrf_lab> both(kRfVariantList[horizontal].shape, {.eager = true, .preshift = true}, {}, horizontal);
    both.rtl().top().eager_i = 0;
    both.rtl().top().preshift_i = 0;
    both.rtl().top().nearest_first_i = 0;
    both.rtl().top().forward_i = 0;
    both.run(traffic, 60, false);
}

// ---- Every state of the 32 x 32 file, held to formulas and not only to the model.

constexpr uint32_t kDynamicVariant = 3;

enum class Operation : uint8_t { kWrite, kRead1, kRead2, kBothReads, kWriteAndRead };

rf::Request request_of(Operation operation, uint32_t reg, uint64_t data) {
    const auto r = static_cast<uint8_t>(reg);
    switch (operation) {
        case Operation::kWrite: return {.write = true, .rd = r, .data = data};
        case Operation::kRead1: return {.read1 = true, .rs1 = r};
        case Operation::kRead2: return {.read2 = true, .rs2 = r};
        case Operation::kBothReads: return {.read1 = true, .read2 = true, .rs1 = r, .rs2 = r};
        case Operation::kWriteAndRead: return {.write = true, .read1 = true, .rd = r, .rs1 = r, .data = data};
    }
    return {};
}
constexpr std::array kOperations = {Operation::kWrite, Operation::kRead1, Operation::kRead2, Operation::kBothReads,
                                    Operation::kWriteAndRead};

TEST(LockstepRegfile, TakesTheDistanceFromEveryHeadPositionToEveryRegister) {
    for (const bool forward : {false, true}) {
        RfLockstep<Vrf_lab> both(kRfVariantList[kDynamicVariant].shape, {.forward = forward}, {}, kDynamicVariant);
        uint64_t data = 1;
        for (uint32_t head = 1; head <= 32; ++head) {
            for (uint32_t reg = 1; reg <= 31; ++reg) {
                for (const Operation operation : kOperations) {
                    // Whoever lies under the port at this head position; x0's slot is lent to x1.
                    const uint32_t there = head == 1 ? 1 : head - 1;
                    if (head == 1) both.place(1, 0, {});
                    both.access({.read1 = true, .rs1 = static_cast<uint8_t>(there)}, {});
                    if (head == 1) both.place(1, 1, {});
                    data = model::mix64(data);
                    const rf::Counters before = both.model().counters();
                    const rf::Answer answer = both.access(request_of(operation, reg, data), {});
                    const uint32_t way = head > reg + 1 ? head - reg - 1 : reg + 1 - head;
                    const bool twice = operation == Operation::kWriteAndRead && !forward;
                    ASSERT_EQ(answer.cycles, 1 + way + (twice ? 1 : 0));
                    ASSERT_EQ(
                        rf::of(both.model().counters(), Counter::kTrackSteps) - rf::of(before, Counter::kTrackSteps),
                        32 * way);
                    both.compare("a way");
                    if (testing::Test::HasFailure()) return;
                }
            }
        }
    }
}

TEST(LockstepRegfile, PassesFromEveryPositionOfEveryRegister) {
    for (const bool rewind : {false, true}) {
        RfLockstep<Vrf_lab> both(kRfVariantList[kDynamicVariant].shape, {.rewind = rewind, .forward = false}, {},
                                 kDynamicVariant);
        both.switch_mode(Mode::kVertical, {});
        uint64_t data = 1;
        for (uint32_t reg = 1; reg <= 31; ++reg) {
            for (const Operation operation : kOperations) {
                // Alternating, a register is at either end; with rewind it is on its way back.
                for (uint32_t back = 0; back <= (rewind ? 31U : 1U); ++back) {
                    if (rewind) {
                        both.idle(40, {});
                        both.access(request_of(Operation::kRead1, reg, 0), {});  // one step back in its last cycle
                        if (back != 0) both.idle(back - 1, {});
                    }
                    const uint32_t waits = rewind ? 30 - (back != 0 ? back - 1 : 0) : 0;
                    data = model::mix64(data);
                    const rf::Answer answer = both.access(request_of(operation, reg, data), {});
                    const bool twice = operation == Operation::kWriteAndRead;
                    ASSERT_EQ(answer.cycles, waits + 32 + (!twice ? 0 : rewind ? 62 : 32));
                    both.compare("a pass");
                    if (testing::Test::HasFailure()) return;
                }
            }
        }
    }
}

// ---- Pins

TEST(LockstepRegfile, BeginsARequestThatComesWithASwitchAfterIt) {
    bridge::RtlRegisterFile<Vrf_lab> rtl(kRfVariantList[kDynamicVariant].shape, {}, {}, kDynamicVariant);
    const auto model = rf::RegisterFile::make(kRfVariantList[kDynamicVariant].shape, {});
    const rf::Request far{.write = true, .rd = 9, .data = 77};
    ASSERT_EQ(rtl.access(far, {}).cycles, model->access(far, {}).cycles);
    rtl.begin_switch(Mode::kVertical, {});
    rtl.begin({.read1 = true, .rs1 = 4}, {});
    uint32_t cycles = 1;
    while (!rtl.cycle()) ++cycles;
    EXPECT_EQ(cycles, 9U) << "from head offset 10 to 1";
    rtl.top().switch_i = 0;
    EXPECT_EQ(rtl.mode(), Mode::kVertical);
    for (cycles = 1; !rtl.cycle();) ++cycles;
    EXPECT_EQ(cycles, 32U);
    rtl.idle_inputs();
    EXPECT_EQ(model->switch_mode(Mode::kVertical, {}), 9U);
    EXPECT_EQ(model->access({.read1 = true, .rs1 = 4}, {}).cycles, 32U);
    EXPECT_EQ(rtl.counters(), model->counters());
}

TEST(LockstepRegfile, CountsAPlacementThatComesWithARequestAfterIt) {
    const uint32_t horizontal = 1;
    for (const uint32_t at : {0U, 5U, 16U}) {  // the cycle of the request, the last included
        bridge::RtlRegisterFile<Vrf_lab> rtl(kRfVariantList[horizontal].shape, {}, {}, horizontal);
        const rf::Request request{.write = true, .read1 = true, .rd = 16, .rs1 = 3, .data = 5};
        rtl.begin(request, {});
        uint32_t cycles = 0;
        for (bool done = false; !done; ++cycles) {
            if (cycles == at) rtl.set_place(3, 30);
            done = rtl.cycle();
            rtl.top().place_i = 0;
        }
        rtl.idle_inputs();
        EXPECT_EQ(cycles, 1U + 16 + 13) << "x16, then x3 where it was";
        EXPECT_EQ(rtl.access({.read1 = true, .rs1 = 3}, {}).cycles, 1U + 27) << "from domain 3 to domain 30";
    }
}

TEST(LockstepRegfile, SaysThatItIsBusyWhileHeadsComeToRest) {
    const uint32_t horizontal = 1;
    bridge::RtlRegisterFile<Vrf_lab> rtl(kRfVariantList[horizontal].shape, {}, {}, horizontal);
    rtl.access({.write = true, .rd = 20, .data = 1}, {});
    rtl.reset();
    uint32_t busy = 0;
    for (int i = 0; i < 40; ++i) {
        rtl.top().eval();
        busy += rtl.top().busy_o;
        rtl.cycle();
    }
    EXPECT_EQ(busy, 20U);
    EXPECT_EQ(rf::of(rtl.counters(), Counter::kSteps), 20U);
}

// ---- Slips

/// Requests and switches on a guarded file of the RTL whose tracks slip, and on one without tracks that slip. Returns
/// whether a machine check came; until then every answer has to be right.
template <typename Top>
bool survives(const rf::Shape& shape, uint32_t variant, const rf::Options& options, const model::SlipFaults& faults,
              RfTraffic& traffic, int requests, uint64_t& corrected) {
    rf::Shape plain = shape;
    plain.guard = false;
    const auto truth = rf::RegisterFile::make(plain, options);
    bridge::RtlRegisterFile<Top> rtl(shape, options, faults, variant);
    bool survived = true;
    for (int i = 0; i < requests && survived; ++i) {
        if (traffic.random().percent(3)) {
            const Mode mode = traffic.mode();
            truth->switch_mode(mode, {});
            rtl.switch_mode(mode, {});
        }
        const rf::Request request = traffic.request();
        const rf::Hints hints = traffic.hints();
        const rf::Answer right = truth->access(request, hints);
        const rf::Answer got = rtl.access(request, hints);
        survived = !rtl.machine_check();
        if (survived && (got.data1 != right.data1 || got.data2 != right.data2)) {
            ADD_FAILURE() << "a wrong answer without a machine check, cycle " << rtl.cycles() << ", "
                          << describe(shape, options);
            break;
        }
    }
    corrected += rf::of(rtl.counters(), Counter::kCorrected);
    return survived;
}

TEST(LockstepRegfile, NeverAnswersWrongWithoutAMachineCheck) {
    uint64_t corrected = 0;
    uint32_t survivors = 0;
    uint32_t checks = 0;  // slips of two sites, which add up where there are several steps without a check
    for_every_register_file([&]<typename Top>(const rf::Shape& shape, uint32_t variant) {
        if (!shape.guard) return;
        for (uint64_t run = 0; run < 12; ++run) {
            RfTraffic traffic(seed() + run);
            rf::Options options = traffic.options(shape);
            options.check_position = true;
            const model::SlipFaults faults{.threshold = kOnePercent / (run < 6 ? 4 : 40), .seed = seed() + run};
            (survives<Top>(shape, variant, options, faults, traffic, 200, corrected) ? survivors : checks)++;
        }
    });
    EXPECT_GT(corrected, 500U) << "slips that nobody noticed";
    EXPECT_GT(checks, 3U);
    EXPECT_GT(survivors, 30U);
}

TEST(LockstepRegfile, LivesWithTheWorstPresetForALongTime) {
    const uint32_t guarded = 11;
    uint64_t corrected = 0;
    uint32_t survivors = 0;
    for (uint64_t run = 0; run < 10; ++run) {
        RfTraffic traffic(seed() + run);
        survivors += survives<Vrf_lab>(kRfVariantList[guarded].shape, guarded, {},
                                       {.threshold = kWorstPreset, .seed = seed() + run}, traffic, 2'000, corrected);
    }
    EXPECT_GT(corrected, 50U);
    EXPECT_GE(survivors, 8U) << "of 10: a slip of two sites once in about a million requests";
}

TEST(LockstepRegfile, AnswersWrongWhenNobodyChecks) {
    const uint32_t guarded = 11;
    const rf::Shape shape = kRfVariantList[guarded].shape;
    RfTraffic traffic(seed());
    bridge::RtlRegisterFile<Vrf_lab> rtl(shape, {.check_position = false}, {.threshold = kOnePercent, .seed = seed()},
                                         guarded);
    const auto truth = rf::RegisterFile::make({.kind = Kind::kFlipFlop}, {});
    uint32_t wrong = 0;
    for (int i = 0; i < 100; ++i) {
        const rf::Request request = traffic.request();
        const rf::Answer right = truth->access(request, {});
        const rf::Answer got = rtl.access(request, {});
        if (got.data1 != right.data1 || got.data2 != right.data2) ++wrong;
    }
    EXPECT_GT(wrong, 10U);
    EXPECT_FALSE(rtl.machine_check());
}

}  // namespace
}  // namespace sky::test
