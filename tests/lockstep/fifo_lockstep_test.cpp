// Question: does the stream FIFO behave as a queue of its depth, also when that is no power of two?
#include <Vfifo_1.h>
#include <Vfifo_5.h>
#include <gtest/gtest.h>

#include <queue>

#include "sysc/model/random.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

template <typename V>
void expect_a_queue_of(size_t depth) {
    V top;
    const auto clock = [&] {
        top.clk_i = 0;
        top.eval();
        top.clk_i = 1;
        top.eval();
    };
    top.rst_ni = 0;
    clock();
    top.rst_ni = 1;
    Random random(test::seed());
    std::queue<uint8_t> queue;
    uint64_t taken = 0;
    for (int cycle = 0; cycle < 20'000; ++cycle) {
        // Long spells of filling and of draining, so that both ends are met.
        const uint32_t writes = cycle / 100 % 2 == 0 ? 80 : 20;
        top.wr_valid_i = random.percent(writes);
        top.rd_ready_i = random.percent(100 - writes);
        top.wr_data_i = static_cast<CData>(random.next());
        top.eval();
        ASSERT_EQ(top.usage_o, queue.size()) << "cycle " << cycle << " SKY_SEED=" << test::seed();
        ASSERT_EQ(top.wr_ready_o != 0, queue.size() < depth);
        ASSERT_EQ(top.rd_valid_o != 0, !queue.empty());
        if (!queue.empty()) {
            ASSERT_EQ(top.rd_data_o, queue.front()) << "cycle " << cycle;
        }
        const bool in = top.wr_valid_i != 0 && queue.size() < depth;
        if (top.rd_ready_i != 0 && !queue.empty()) {
            queue.pop();
            ++taken;
        }
        if (in) queue.push(static_cast<uint8_t>(top.wr_data_i));
        clock();
    }
    EXPECT_GT(taken, 1'000U);
}

TEST(LockstepFifo, IsAQueueOfFive) { expect_a_queue_of<Vfifo_5>(5); }

TEST(LockstepFifo, IsAQueueOfOne) { expect_a_queue_of<Vfifo_1>(1); }

}  // namespace
}  // namespace sky::model
