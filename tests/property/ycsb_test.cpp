// Question: is the generated load the one that the figures name, the same on every platform?
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "host/index/ycsb.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

TEST(PropertyYcsb, GivesEveryRecordItsOwnKey) {
    const Ycsb ycsb(Workload::kLoad, Distribution::kUniform, 200000, test::seed());
    std::set<Key> keys;
    for (uint64_t record = 0; record < 200000; ++record) keys.insert(ycsb.key(record));
    EXPECT_EQ(keys.size(), 200000U);
    const auto low_half = std::distance(keys.begin(), keys.lower_bound(uint64_t{1} << 63));
    EXPECT_NEAR(static_cast<double>(low_half), 100000, 2000);
}

TEST(PropertyYcsb, RepeatsItsGoldenValues) {
    Ycsb ycsb(Workload::kA, Distribution::kZipfian, 1000, 1);
    EXPECT_EQ(ycsb.key(0), 15916886550466581944U);
    EXPECT_EQ(ycsb.key(1), 6652587683579779273U);
    Bytes value(8);
    ycsb.value(ycsb.key(0), 0, value);
    EXPECT_EQ(std::to_integer<int>(value[0]), 206);
    EXPECT_EQ(std::to_integer<int>(value[7]), 242);
    std::string picks;
    for (int i = 0; i < 8; ++i) {
        const Operation operation = ycsb.next();
        picks += operation.kind == OperationKind::kRead ? " r" : " u";
        picks += std::to_string(operation.record);
    }
    EXPECT_EQ(picks, " u765 u300 r763 u669 r535 u695 u535 u535");
    EXPECT_EQ(ZipfianRanks(1000).total(), 17404055256069505U);
}

TEST(PropertyYcsb, ValuesDependOnSeedKeyAndVersion) {
    const Ycsb one(Workload::kLoad, Distribution::kUniform, 10, 1);
    const Ycsb other(Workload::kLoad, Distribution::kUniform, 10, 2);
    const auto value = [](const Ycsb& ycsb, Key key, uint32_t version) {
        Bytes bytes(13);
        ycsb.value(key, version, bytes);
        return bytes;
    };
    EXPECT_EQ(value(one, 5, 0), value(one, 5, 0));
    EXPECT_NE(value(one, 5, 0), value(one, 5, 1));
    EXPECT_NE(value(one, 5, 0), value(one, 6, 0));
    EXPECT_NE(value(one, 5, 0), value(other, 5, 0));
}

TEST(PropertyYcsb, ZipfianWeightsFollowThePowerLaw) {
    const ZipfianRanks ranks(100000);
    for (const uint64_t rank : {1U, 2U, 9U, 99U, 9999U, 99999U}) {
        const double ratio = static_cast<double>(ranks.weight(rank)) / static_cast<double>(ranks.weight(0));
        EXPECT_NEAR(ratio * std::pow(static_cast<double>(rank + 1), 0.99), 1, 1e-6) << rank;
    }
}

TEST(PropertyYcsb, ZipfianDrawsAsOftenAsTheWeightsSay) {
    const ZipfianRanks ranks(1000);
    memory::Random random(test::seed());
    std::vector<double> drawn(1000);
    constexpr int kDraws = 200000;
    for (int i = 0; i < kDraws; ++i) ++drawn[ranks.draw(random)];
    for (const uint64_t rank : {0U, 1U, 10U}) {
        const double expected = kDraws * static_cast<double>(ranks.weight(rank)) / static_cast<double>(ranks.total());
        EXPECT_NEAR(drawn[rank], expected, 6 * std::sqrt(expected)) << rank;
    }
}

TEST(PropertyYcsb, ScattersThePopularRecords) {
    Ycsb ycsb(Workload::kC, Distribution::kZipfian, 1000, test::seed());
    std::vector<int> picked(1000);
    for (int i = 0; i < 50000; ++i) ++picked[ycsb.next().record];
    const auto most = std::max_element(picked.begin(), picked.end());
    EXPECT_GT(*most, 50000 / 10);
    EXPECT_NE(most, picked.begin());
}

TEST(PropertyYcsb, MixesReadsAndUpdatesAsNamed) {
    const auto reads_of = [](Workload workload) {
        Ycsb ycsb(workload, Distribution::kUniform, 100, test::seed());
        int reads = 0;
        for (int i = 0; i < 20000; ++i) reads += ycsb.next().kind == OperationKind::kRead ? 1 : 0;
        return reads;
    };
    EXPECT_NEAR(reads_of(Workload::kA), 10000, 400);
    EXPECT_NEAR(reads_of(Workload::kB), 19000, 200);
    EXPECT_EQ(reads_of(Workload::kC), 20000);
}

TEST(PropertyYcsb, DrawsEveryNumberBelowTheBoundAboutEquallyOften) {
    memory::Random random(test::seed());
    std::vector<int> drawn(7);
    for (int i = 0; i < 70000; ++i) ++drawn[random.below(7)];
    for (const int count : drawn) EXPECT_NEAR(count, 10000, 600);
}

TEST(PropertyYcsb, NamesParseBack) {
    for (const Workload w : kWorkloads) EXPECT_EQ(parse_workload(to_string(w)), w);
    for (const Distribution d : kDistributions) EXPECT_EQ(parse_distribution(to_string(d)), d);
    EXPECT_EQ(parse_workload("z"), std::nullopt);
}

}  // namespace
}  // namespace sky::index
