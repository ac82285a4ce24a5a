// Question: does AUTO pick the algorithm that its header says, and do the counters tell which one it was?
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sysc/model/controller.hpp"
#include "tests/support/device.hpp"
#include "tests/support/meter.hpp"

namespace sky::model {
namespace {

class UnitWriteAlgorithms : public testing::TestWithParam<PassEngine> {
   protected:
    /// What AUTO counts for a write of `words`, one for each beat of the masked segments.
    [[nodiscard]] static Counters automatic(const Geometry& geometry, const Policy& policy, uint64_t mask,
                                            const std::vector<uint64_t>& words) {
        Controller controller(geometry, test::skyrmion_timing(), policy, GetParam());
        test::Meter<Controller> meter(controller);
        const Counters spent = meter.run({.op = Op::kWrite, .write_alg = WriteAlg::kAuto, .seg_mask = mask}, words);
        meter.pass({.op = Op::kRead, .seg_mask = mask});
        EXPECT_EQ(meter.answer(), words);
        return spent;
    }
    static void expect_permuted(const Counters& spent, uint64_t times) {
        EXPECT_EQ(spent[Counter::kAutoPermutes], times);
        EXPECT_EQ(spent[Counter::kWritesPw], times);
        EXPECT_EQ(spent[Counter::kAutoCompares], 1 - times);
        EXPECT_EQ(spent[Counter::kWritesDcw], 1 - times);
        EXPECT_EQ(spent[Counter::kWritesNaive], 0U);
    }
};
std::string name(const testing::TestParamInfo<PassEngine>& info) {
    return info.param == PassEngine::kPulses ? "Pulses" : "Events";
}
INSTANTIATE_TEST_SUITE_P(, UnitWriteAlgorithms, testing::Values(PassEngine::kPulses, PassEngine::kEvents), name);

TEST_P(UnitWriteAlgorithms, AutoPermutesOneSegment) {
    for (const uint64_t mask : {1U, 4U, 8U}) {
        const Counters spent = automatic(test::geometry(8, 4, 1), {}, mask, {0x5A});
        expect_permuted(spent, 1);
        EXPECT_EQ(spent[Counter::kShifts], 2U * (8 + 1));
        EXPECT_EQ(spent[Counter::kInjects], 4U);
    }
}

TEST_P(UnitWriteAlgorithms, AutoComparesSeveralSegments) {
    const Counters two = automatic(test::geometry(8, 4, 1), {}, 0b0101, {0x5A, 0xFF});
    expect_permuted(two, 0);
    EXPECT_EQ(two[Counter::kShifts], 2U * 8);
    EXPECT_EQ(two[Counter::kDetects], 2U * 8);
    EXPECT_EQ(two[Counter::kInjects], 4U + 8);
    expect_permuted(automatic(test::geometry(8, 4, 1), {}, 0b1111, {1, 2, 3, 4}), 0);
}

TEST_P(UnitWriteAlgorithms, AutoComparesOneSegmentWhenItMayNotPermute) {
    const Counters spent = automatic(test::geometry(8, 4, 1), {.auto_permutes = false}, 0b0100, {0x5A});
    expect_permuted(spent, 0);
    EXPECT_EQ(spent[Counter::kShifts], 2U * 8);
    expect_permuted(automatic(test::geometry(8, 4, 1), {.auto_permutes = false}, 0b0110, {1, 2}), 0);
}

TEST_P(UnitWriteAlgorithms, AutoComparesWhereWordsLieAcrossTracks) {
    Geometry bits = test::geometry(8, 4, 64);
    bits.tracks_per_row = 64;
    expect_permuted(automatic(bits, {}, 0b0100, {0x123456789ABCDEF}), 0);
}

TEST_P(UnitWriteAlgorithms, CountNoChoiceWhenOneIsNamed) {
    Controller controller(test::geometry(8, 4, 1), test::skyrmion_timing(), {}, GetParam());
    test::Meter<Controller> meter(controller);
    const std::vector<uint64_t> word{0x5A};
    for (const WriteAlg alg : {WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kPw}) {
        const Counters spent = meter.run({.op = Op::kWrite, .write_alg = alg, .seg_mask = 2}, word);
        EXPECT_EQ(spent[Counter::kWritesNaive], alg == WriteAlg::kNaive ? 1U : 0U);
        EXPECT_EQ(spent[Counter::kWritesDcw], alg == WriteAlg::kDcw ? 1U : 0U);
        EXPECT_EQ(spent[Counter::kWritesPw], alg == WriteAlg::kPw ? 1U : 0U);
        EXPECT_EQ(spent[Counter::kAutoPermutes] + spent[Counter::kAutoCompares], 0U);
    }
}

}  // namespace
}  // namespace sky::model
