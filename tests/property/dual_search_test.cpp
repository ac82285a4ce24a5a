// Question: do trained modes of a dual file cost what the register file counts, and less than either mode alone?
#include <gtest/gtest.h>

#include <random>

#include "host/regfile/access_stream.hpp"
#include "host/regfile/dual_search.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/profiled.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

CostModel model_of(bool rewind) { return CostModel::of({}, {.rewind = rewind}); }

TouchSample sample_of(const test::Profiled& program) {
    const uint64_t total = program.graph.accesses();
    TouchSample sample(program.code, total, total);
    EXPECT_TRUE(stream_accesses(program.elf, {}, sample).ok());
    return sample;
}

uint64_t simulated(const test::Profiled& program, const TouchSample& sample, const DualModes& modes, bool rewind) {
    const model::rv32::SideTable table(by_address(sample, modes));
    return test::simulated_track_steps(program.elf, model::rf::Kind::kDual, rewind, &table);
}

TEST(DualSearch, StepsAreThoseOfTheRegisterFile) {
    std::mt19937_64 random(test::seed());
    const test::TemporaryFolder folder;
    int compared = 0;
    for (int round = 0; round < 80; ++round) {
        const uint64_t seed = random();
        SCOPED_TRACE("program " + std::to_string(seed));
        const auto program = test::profiled(folder.file("program.elf", test::elf_of(test::make_flow_program(seed))));
        ASSERT_TRUE(program);
        if (program->graph.accesses() > TouchSample::kWindow) continue;  // windows begin at rest
        const TouchSample sample = sample_of(*program);
        DualModes modes(sample.sites().size());
        for (Mode& mode : modes) mode = random() % 2 == 0 ? Mode::kHorizontal : Mode::kVertical;
        const bool rewind = round % 2 == 1;
        ASSERT_EQ(dual_steps(sample, model_of(rewind), modes), simulated(*program, sample, modes, rewind));
        ++compared;
    }
    EXPECT_GT(compared, 10) << "hardly any program was short enough: the test says little";
}

TEST(DualSearch, OnKernelsTakesFewerTrackStepsThanEitherModeAlone) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const bool rewind : {false, true}) {
        const auto program = test::profiled(test::sw_program("crc32-train-small.elf"));
        ASSERT_TRUE(program);
        const TouchSample sample = sample_of(*program);
        const DualModes found = find_dual_modes(sample, model_of(rewind));
        const auto all = [&](Mode mode) {
            return simulated(*program, sample, DualModes(found.size(), mode), rewind);
        };
        const uint64_t best = std::min(all(Mode::kHorizontal), all(Mode::kVertical));
        EXPECT_LT(simulated(*program, sample, found, rewind), best * 85 / 100);
    }
}

TEST(DualSearch, ASampleKnowsWhatWasWrittenBeforeItsWindows) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    const auto program = test::profiled(test::sw_program("fir-train-small.elf"));
    ASSERT_TRUE(program);
    const TouchSample sample = sample_of(*program);
    ASSERT_GT(sample.windows().size(), 2);
    constexpr uint8_t kStackPointer = 2;  // written as the program begins
    EXPECT_EQ(sample.windows().front().written[kStackPointer], Touch::kRead);
    const uint32_t site = sample.windows().back().written[kStackPointer];
    ASSERT_NE(site, Touch::kRead);
    EXPECT_EQ(sample.sites()[site].reg, kStackPointer);
}

}  // namespace
}  // namespace sky::regfile
