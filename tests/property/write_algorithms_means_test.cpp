// Question: are the means over uniform random words those of the device's definition?
#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/random.hpp"
#include "tests/support/device.hpp"
#include "tests/support/meter.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

/// Mean per word of what was counted for `words` random ones.
struct Means {
    double injects;
    double ns;
    double pj;
};
Means means(const Counters& spent, uint64_t words) {
    const auto per_word = [&](uint64_t value) { return static_cast<double>(value) / static_cast<double>(words); };
    return {.injects = per_word(spent[Counter::kInjects]),
            .ns = per_word(spent.op_cycles() * test::skyrmion_timing().cycle_ps) / 1000,
            .pj = per_word(spent[Counter::kEnergyFj]) / 1000};
}

/// `requests` of the command on a track of 32 words of 64 bits, each with new random words in every masked segment;
/// what is stored is the random words before.
Means over_random_words(Command command, uint64_t requests) {
    Controller controller(test::geometry(64, 32, 1), test::skyrmion_timing(), {}, PassEngine::kEvents);
    test::Meter<Controller> meter(controller);
    Random random(test::seed());
    std::vector<uint64_t> words(static_cast<size_t>(std::popcount(command.seg_mask)));
    const auto draw = [&] {
        for (uint64_t& word : words) word = random.next();
    };
    draw();
    meter.pass({.op = Op::kWrite, .seg_mask = command.seg_mask}, words);
    const Counters before = controller.counters();
    for (uint64_t i = 0; i < requests; ++i) {
        if (command.op == Op::kWrite) draw();
        meter.pass(command, command.op == Op::kWrite ? words : std::vector<uint64_t>{});
    }
    return means(controller.counters() - before, requests * words.size());
}
Means serial_write(WriteAlg alg, uint64_t words) {
    return over_random_words({.op = Op::kWrite, .write_alg = alg, .seg_mask = 1U << 7}, words);
}
Means parallel_write(WriteAlg alg) {
    return over_random_words({.op = Op::kWrite, .write_alg = alg, .seg_mask = 0xffffffff}, 20'000);
}

void expect_within_one_percent(double mean, double expected) { EXPECT_NEAR(mean, expected, expected / 100); }
void expect_time_and_energy(const Means& mean, double ns, double pj) {
    expect_within_one_percent(mean.ns, ns);
    expect_within_one_percent(mean.pj, pj);
}

constexpr uint64_t kWords = 1'000'000;

TEST(PropertyMeans, NaiveInjects32SkyrmionsAWord) {
    expect_within_one_percent(serial_write(WriteAlg::kNaive, kWords).injects, 32);
}
TEST(PropertyMeans, CompareWriteInjects16SkyrmionsAWord) {
    expect_within_one_percent(serial_write(WriteAlg::kDcw, kWords).injects, 16);
}
TEST(PropertyMeans, PermutationWriteInjectsLittleMoreThanTwoSkyrmionsAWord) {
    expect_within_one_percent(serial_write(WriteAlg::kPw, kWords).injects, 2.2524);
}

// The orientation figures are rounded to the digits shown.
TEST(PropertyMeans, OneWordTakesTheTimeAndEnergyOfItsAlgorithm) {
    expect_time_and_energy(serial_write(WriteAlg::kNaive, 100'000), 147.2, 10.24);
    expect_time_and_energy(serial_write(WriteAlg::kDcw, 100'000), 99.2, 6.21);
    expect_time_and_energy(serial_write(WriteAlg::kPw, 100'000), 76.6, 3.27);
}
TEST(PropertyMeans, ThirtyTwoPortsShareTheTimeOfOnePass) {
    expect_time_and_energy(over_random_words({.op = Op::kRead, .seg_mask = 0xffffffff}, 1'000), 2.2, 0.21);
    expect_time_and_energy(parallel_write(WriteAlg::kNaive), 5.6, 7.76);
    expect_time_and_energy(parallel_write(WriteAlg::kDcw), 5.8, 3.73);
}

}  // namespace
}  // namespace sky::model
