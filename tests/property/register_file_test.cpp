// Question: do the laws of the register file hold for any program: what was written is read, horizontal and vertical
// are transposes, steps are distances, and do the closed formulas say what the tracks do?
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "sysc/model/random.hpp"
#include "sysc/model/regfile/pulse_file.hpp"
#include "tests/support/seed.hpp"

namespace sky::model::rf {
namespace {

std::vector<Shape> every_shape() {
    std::vector<Shape> shapes;
    for (const uint32_t width : {32U, 64U}) {
        shapes.push_back({.kind = Kind::kFlipFlop, .width = width, .buffer = 4});
        for (const uint32_t ports : {1U, 2U, 4U, 8U}) {
            for (uint32_t banks = 1; banks * ports <= 8; banks *= 2)
                shapes.push_back(
                    {.kind = Kind::kHorizontal, .width = width, .ports = ports, .banks = banks, .buffer = 4});
            for (const Kind kind : {Kind::kVertical, Kind::kDynamic, Kind::kDual})
                shapes.push_back({.kind = kind, .width = width, .ports = ports, .buffer = 4});
        }
    }
    return shapes;
}

std::string describe(const Shape& shape) {
    return "kind " + std::to_string(static_cast<uint32_t>(shape.kind)) + " width " + std::to_string(shape.width) +
           " ports " + std::to_string(shape.ports) + " banks " + std::to_string(shape.banks) +
           " SKY_SEED=" + std::to_string(test::seed());
}

class Programs {
   public:
    explicit Programs(uint64_t seed) : random(seed) {}

    Options options() {
        return {.rewind = random.percent(50),
                .eager = random.percent(30),
                .nearest_first = random.percent(50),
                .forward = random.percent(50),
                .preshift = random.percent(50),
                .buffer = static_cast<uint32_t>(random.percent(50) ? 0 : random.below(5))};
    }
    uint8_t reg() { return static_cast<uint8_t>(random.percent(50) ? random.below(32) : 8 + random.below(4)); }
    Request request() {
        return {.write = random.percent(60),
                .read1 = random.percent(60),
                .read2 = random.percent(60),
                .rd = reg(),
                .rs1 = reg(),
                .rs2 = reg(),
                .data = random.next()};
    }
    Hints hints() {
        return {.write = random.percent(50),
                .read1 = random.percent(50),
                .read2 = random.percent(50),
                .rd = reg(),
                .rs1 = reg(),
                .rs2 = reg()};
    }
    Random random;
};

uint64_t mask(const Shape& shape) { return shape.width == 64 ? ~uint64_t{0} : (uint64_t{1} << shape.width) - 1; }

TEST(PropertyRegisterFile, ClosedFormulasSayWhatTheTracksDo) {
    for (const Shape& shape : every_shape()) {
        for (uint64_t run = 0; run < 12; ++run) {
            Programs programs(test::seed() + run);
            const Options options = programs.options();
            const auto formulas = RegisterFile::make(shape, options);
            const auto tracks = RegisterFile::make(shape, options, {}, Engine::kPulses);
            for (int i = 0; i < 150; ++i) {
                const Hints hints = programs.hints();
                const uint64_t what = programs.random.below(20);
                if (what == 0) {
                    const auto mode = static_cast<Mode>(programs.random.below(2));
                    ASSERT_EQ(formulas->switch_mode(mode, hints), tracks->switch_mode(mode, hints))
                        << describe(shape);
                } else if (what == 1) {
                    const auto position = static_cast<uint32_t>(programs.random.below(32));
                    const uint32_t reg = programs.reg();
                    formulas->place(reg, position);
                    tracks->place(reg, position);
                } else if (what == 2) {
                    formulas->reset();
                    tracks->reset();
                } else if (what < 6) {
                    const uint64_t cycles = programs.random.below(40);
                    formulas->idle(cycles, hints);
                    tracks->idle(cycles, hints);
                } else {
                    const Request request = programs.request();
                    const Answer expected = tracks->access(request, hints);
                    const Answer answer = formulas->access(request, hints);
                    ASSERT_EQ(answer.cycles, expected.cycles) << describe(shape);
                    ASSERT_EQ(answer.data1, expected.data1) << describe(shape);
                    ASSERT_EQ(answer.data2, expected.data2) << describe(shape);
                }
                ASSERT_EQ(formulas->counters(), tracks->counters()) << describe(shape);
                const uint32_t reg = programs.reg();
                ASSERT_EQ(formulas->peek(reg), tracks->peek(reg)) << describe(shape);
            }
        }
    }
}

TEST(PropertyRegisterFile, ReadsWhatWasWrittenLast) {
    for (const Shape& shape : every_shape()) {
        Programs programs(test::seed());
        const auto file = RegisterFile::make(shape, programs.options());
        std::array<uint64_t, kRegisters> written{};
        for (int i = 0; i < 2'000; ++i) {
            // A dual file may be told at any time where to allocate; it never moves what is there.
            if (shape.kind == Kind::kDual && programs.random.percent(10))
                file->switch_mode(static_cast<Mode>(programs.random.below(2)), {});
            const Request request = programs.request();
            if (request.write && request.rd != 0) written[request.rd] = request.data & mask(shape);
            const Answer answer = file->access(request, programs.hints());
            ASSERT_EQ(answer.data1, request.read1 ? written[request.rs1] : 0) << describe(shape);
            ASSERT_EQ(answer.data2, request.read2 ? written[request.rs2] : 0) << describe(shape);
        }
    }
}

/// Bit b of register r of the other mode, for L = width / 32 tracks a vertical register.
uint64_t transposed(const std::array<uint64_t, kRegisters>& from, uint32_t width, bool to_vertical, uint32_t reg) {
    const uint32_t lanes = width / kRegisters;
    uint64_t value = 0;
    for (uint32_t bit = 0; bit < width; ++bit) {
        const uint64_t b = to_vertical ? from[bit % kRegisters] >> (lanes * reg + bit / kRegisters)
                                       : from[bit / lanes] >> (reg + kRegisters * (bit % lanes));
        value |= (b & 1) << bit;
    }
    return value;
}

TEST(PropertyRegisterFile, HorizontalAndVerticalAreTransposes) {
    for (const uint32_t width : {32U, 64U}) {
        for (const uint32_t ports : {1U, 2U, 4U, 8U}) {
            for (const Engine engine : {Engine::kFastest, Engine::kPulses}) {
                const Shape shape{.kind = Kind::kDynamic, .width = width, .ports = ports};
                const auto file = RegisterFile::make(shape, {}, {}, engine);
                Random random(test::seed());
                std::array<uint64_t, kRegisters> written{};
                for (uint32_t reg = 1; reg < kRegisters; ++reg) {
                    written[reg] = random.next() & mask(shape);
                    file->access({.write = true, .rd = static_cast<uint8_t>(reg), .data = written[reg]}, {});
                }
                for (const bool to_vertical : {true, false, true}) {
                    file->switch_mode(to_vertical ? Mode::kVertical : Mode::kHorizontal, {});
                    for (uint32_t reg = 1; reg < kRegisters; ++reg) {
                        const uint64_t value =
                            file->access({.read1 = true, .rs1 = static_cast<uint8_t>(reg)}, {}).data1;
                        ASSERT_EQ(value, to_vertical ? transposed(written, width, true, reg) : written[reg])
                            << describe(shape) << " x" << reg;
                    }
                }
                // The other way round: written vertically, read horizontally.
                std::array<uint64_t, kRegisters> vertical{};
                vertical[0] = transposed(written, width, true, 0);  // x0's slot holds a column of the others
                for (uint32_t reg = 1; reg < kRegisters; ++reg) {
                    vertical[reg] = random.next() & mask(shape);
                    file->access({.write = true, .rd = static_cast<uint8_t>(reg), .data = vertical[reg]}, {});
                }
                file->switch_mode(Mode::kHorizontal, {});
                for (uint32_t reg = 1; reg < kRegisters; ++reg) {
                    ASSERT_EQ(file->access({.read1 = true, .rs1 = static_cast<uint8_t>(reg)}, {}).data1,
                              transposed(vertical, width, false, reg))
                        << describe(shape) << " x" << reg;
                }
            }
        }
    }
}

TEST(PropertyRegisterFile, HorizontalStepsAreTheDistancesOfTheProgram) {
    Programs programs(test::seed());
    const auto file = RegisterFile::make({.kind = Kind::kHorizontal}, {.nearest_first = false, .forward = false});
    std::array<int64_t, kRegisters> place{};
    for (uint32_t i = 0; i < kRegisters; ++i) place[i] = i;
    for (uint32_t i = kRegisters; i > 1; --i) std::swap(place[i - 1], place[programs.random.below(i)]);
    for (uint32_t i = 0; i < kRegisters; ++i) file->place(i, static_cast<uint32_t>(place[i]));
    int64_t head = 0;  // over domain 0
    int64_t steps = 0;
    uint64_t accesses = 0;
    const auto visit = [&](uint8_t reg) {
        steps += std::abs(place[reg] - head);
        head = place[reg];
        ++accesses;
    };
    for (int i = 0; i < 20'000; ++i) {
        const Request request = programs.request();
        file->access(request, {});
        file->idle(programs.random.below(3), programs.hints());
        if (request.write && request.rd != 0) visit(request.rd);
        if (request.read1 && request.rs1 != 0) visit(request.rs1);
        const bool same = request.read1 && request.rs1 == request.rs2;
        if (request.read2 && request.rs2 != 0 && !same) visit(request.rs2);
    }
    EXPECT_EQ(of(file->counters(), Counter::kSteps), static_cast<uint64_t>(steps));
    EXPECT_EQ(of(file->counters(), Counter::kTrackSteps), 32 * static_cast<uint64_t>(steps));
    EXPECT_EQ(of(file->counters(), Counter::kAccesses), accesses);
    EXPECT_EQ(of(file->counters(), Counter::kBitReads) + of(file->counters(), Counter::kBitWrites), 32 * accesses);
}

TEST(PropertyRegisterFile, AVerticalAccessCostsOnePass) {
    for (const bool rewind : {false, true}) {
        for (const Shape& shape : every_shape()) {
            if (shape.kind != Kind::kVertical) continue;
            Programs programs(test::seed());
            const auto file = RegisterFile::make(shape, {.rewind = rewind, .forward = false});
            for (int i = 0; i < 1'000; ++i) file->access(programs.request(), {});
            file->idle(100, {});  // the last ones rewind
            const uint64_t pass = uint64_t{shape.width} / 32 * (32 / shape.ports - 1);
            EXPECT_EQ(of(file->counters(), Counter::kTrackSteps),
                      of(file->counters(), Counter::kAccesses) * pass * (rewind ? 2 : 1))
                << describe(shape);
        }
    }
}

TEST(PropertyRegisterFile, OperandsOfOneVerticalRequestStreamTogether) {
    const auto file = RegisterFile::make({.kind = Kind::kVertical, .ports = 2}, {});
    const Request three{.write = true, .read1 = true, .read2 = true, .rd = 3, .rs1 = 4, .rs2 = 5, .data = 1};
    EXPECT_EQ(file->access(three, {}).cycles, 16U);
    EXPECT_EQ(of(file->counters(), Counter::kSteps), 3U * 15);
}

TEST(PropertyRegisterFile, APlacementThatBringsOperandsTogetherSavesTheirDistance) {
    const auto file = RegisterFile::make({.kind = Kind::kHorizontal}, {});
    file->place(30, 2);
    file->place(2, 30);
    file->access({.read1 = true, .rs1 = 1}, {});
    EXPECT_EQ(file->access({.read1 = true, .rs1 = 30}, {}).cycles, 2U);
    EXPECT_EQ(file->access({.read1 = true, .rs1 = 2}, {}).cycles, 1U + 28);
}

TEST(PropertyRegisterFile, PreshiftHidesUpToADistanceInFreeCycles) {
    for (uint32_t free = 0; free <= 12; ++free) {
        const auto file = RegisterFile::make({.kind = Kind::kHorizontal}, {.preshift = true});
        const Hints next{.read1 = true, .rs1 = 11};
        file->access({.read1 = true, .rs1 = 1}, {});
        file->idle(free, next);
        EXPECT_EQ(file->access({.read1 = true, .rs1 = 11}, {}).cycles, 1 + (free < 10 ? 10 - free : 0));
        EXPECT_EQ(of(file->counters(), Counter::kSteps), 11U) << "hidden, not saved";
    }
}

TEST(PropertyRegisterFile, ADeadValueNeverReachesTheArray) {
    for (const Kind kind : {Kind::kHorizontal, Kind::kVertical, Kind::kDynamic, Kind::kDual}) {
        const Shape shape{.kind = kind, .buffer = 2};
        const auto file = RegisterFile::make(shape, {.buffer = 2});
        for (uint64_t i = 0; i < 100; ++i) {
            EXPECT_EQ(file->access({.write = true, .read1 = true, .rd = 7, .rs1 = 8, .data = i}, {}).data1, 0U);
            EXPECT_EQ(file->access({.read1 = true, .rs1 = 7}, {}).data1, i);
        }
        EXPECT_EQ(of(file->counters(), Counter::kBitWrites), 0U);
        EXPECT_EQ(of(file->counters(), Counter::kAccesses), 1U) << "x8, once";
        file->access({.write = true, .rd = 9, .data = 1}, {});
        EXPECT_EQ(of(file->counters(), Counter::kBitWrites), 0U) << "x8 gives way, and the array has its value";
        file->access({.read1 = true, .rs1 = 10}, {});
        EXPECT_EQ(of(file->counters(), Counter::kBitWrites), 32U) << "x7 gives way";
        EXPECT_EQ(file->access({.read1 = true, .rs1 = 7}, {}).data1, 99U);
    }
}

TEST(PropertyRegisterFile, APowerCutSparesWhatWasNotBeingWritten) {
    for (const Shape& shape : every_shape()) {
        if (shape.kind == Kind::kFlipFlop) continue;
        for (uint64_t cycles = 0; cycles < 40; ++cycles) {
            Programs programs(test::seed() + cycles);
            Options options = programs.options();
            options.buffer = 0;
            PulseFile file(shape, options, {});
            std::array<uint64_t, kRegisters> before{};
            for (uint32_t reg = 1; reg < kRegisters; ++reg) {
                before[reg] = programs.random.next() & mask(shape);
                file.poke(reg, before[reg]);
            }
            for (int i = 0; i < 3; ++i) {
                Request read = programs.request();
                read.write = false;
                file.access(read, {});
            }
            const Request request{.write = true, .read1 = true, .rd = 21, .rs1 = 22, .data = programs.random.next()};
            const bool was_cut = file.cut_access(request, {}, cycles);
            for (uint32_t reg = 1; reg < kRegisters; ++reg) {
                const uint64_t value = file.access({.read1 = true, .rs1 = static_cast<uint8_t>(reg)}, {}).data1;
                if (reg != request.rd) {
                    ASSERT_EQ(value, before[reg]) << describe(shape) << " x" << reg;
                    continue;
                }
                // Each bit is the old or the new one.
                const uint64_t changed = (before[reg] ^ request.data) & mask(shape);
                ASSERT_EQ((value ^ before[reg]) & ~changed, 0U) << describe(shape);
                if (!was_cut) {
                    ASSERT_EQ(value, request.data & mask(shape)) << describe(shape);
                }
            }
        }
    }
}

TEST(PropertyRegisterFile, SlipsOfOneSiteArePutRight) {
    const Shape shape{.kind = Kind::kDynamic, .guard = true};
    const SlipFaults faults{.threshold = ~uint64_t{0} / 2'000, .seed = test::seed()};
    Programs programs(test::seed());
    const auto guarded = RegisterFile::make(shape, {}, faults);
    const auto plain = RegisterFile::make({.kind = Kind::kDynamic}, {});
    for (int i = 0; i < 1'000 && !guarded->machine_check(); ++i) {
        if (i % 100 == 0) {
            guarded->switch_mode(static_cast<Mode>(i / 100 % 2), {});
            plain->switch_mode(static_cast<Mode>(i / 100 % 2), {});
        }
        const Request request = programs.request();
        const Answer right = plain->access(request, {});
        const Answer got = guarded->access(request, {});
        if (guarded->machine_check()) break;
        ASSERT_EQ(got.data1, right.data1);
        ASSERT_EQ(got.data2, right.data2);
        ASSERT_GE(got.cycles, right.cycles);
    }
    EXPECT_GT(of(guarded->counters(), Counter::kCorrected), 20U);
}

TEST(PropertyRegisterFile, AGuardCostsNoCycleWithoutSlips) {
    for (const Kind kind : {Kind::kHorizontal, Kind::kVertical, Kind::kDynamic, Kind::kDual}) {
        Programs programs(test::seed());
        Options options = programs.options();
        options.buffer = 0;
        const auto guarded = RegisterFile::make({.kind = kind, .guard = true}, options);
        const auto plain = RegisterFile::make({.kind = kind}, options);
        for (int i = 0; i < 100; ++i) {
            const Request request = programs.request();
            const Hints hints = programs.hints();
            ASSERT_EQ(guarded->access(request, hints).cycles, plain->access(request, hints).cycles);
        }
        Counters checked = guarded->counters();
        EXPECT_GT(of(checked, Counter::kChecks), 100U);
        checked[static_cast<size_t>(Counter::kChecks)] = 0;
        EXPECT_EQ(checked, plain->counters());
    }
}

TEST(PropertyRegisterFile, RefusesWhatCannotBeBuilt) {
    const auto refused = [](const Shape& shape, const Options& options, const SlipFaults& faults = {}) {
        try {
            static_cast<void>(RegisterFile::make(shape, options, faults));
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(refused({}, {}), "");
    EXPECT_EQ(refused({.kind = Kind::kHorizontal, .ports = 4, .banks = 4}, {}),
              "register file: ports x banks is 16, expected at most 8");
    EXPECT_EQ(refused({.kind = Kind::kVertical, .banks = 2}, {}),
              "register file: banks is 2, expected 1: only a horizontal file has banks");
    EXPECT_EQ(refused({.kind = Kind::kHorizontal, .ports = 3}, {}),
              "register file: ports is 3, expected 1, 2, 4 or 8");
    EXPECT_EQ(refused({.width = 16}, {}), "register file: width is 16, expected 32 or 64");
    EXPECT_EQ(refused({.kind = Kind::kDual, .buffer = 2}, {.buffer = 3}),
              "register file: buffer is 3, expected at most the 2 entries it is built with");
    EXPECT_EQ(refused({.guard = true}, {}), "register file: guard is set, expected false: flip-flops have no tracks");
    EXPECT_EQ(refused({.kind = Kind::kHorizontal}, {}, {.threshold = 1}),
              "register file: faults are injected, expected only with a position guard");
}

}  // namespace
}  // namespace sky::model::rf
