// Question: is the generated load the one that the figures name, the same on every platform?
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

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

TEST(PropertyYcsb, MixesItsOperationsAsNamed) {
    using K = OperationKind;
    struct Case {
        Workload workload;
        std::map<K, int> percent;
    };
    const Case cases[] = {
        {Workload::kA, {{K::kRead, 50}, {K::kUpdate, 50}}},
        {Workload::kB, {{K::kRead, 95}, {K::kUpdate, 5}}},
        {Workload::kC, {{K::kRead, 100}}},
        {Workload::kD, {{K::kRead, 95}, {K::kInsert, 5}}},
        {Workload::kE, {{K::kScan, 95}, {K::kInsert, 5}}},
        {Workload::kF, {{K::kRead, 50}, {K::kReadModifyWrite, 50}}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(to_string(c.workload));
        Ycsb ycsb(c.workload, Distribution::kUniform, 100, test::seed());
        std::map<K, int> counted;
        constexpr int kDraws = 20000;
        for (int i = 0; i < kDraws; ++i) ++counted[ycsb.next().kind];
        EXPECT_EQ(counted.size(), c.percent.size());
        for (const auto& [kind, percent] : c.percent) {
            const double share = percent / 100.0;
            EXPECT_NEAR(counted[kind], kDraws * share, 6 * std::sqrt(kDraws * share * (1 - share)))
                << to_string(kind);
        }
    }
}

/// How often each of 100 loaded records is picked in `draws` operations of workload C.
std::vector<int> picks(Distribution distribution, int draws) {
    Ycsb ycsb(Workload::kC, distribution, 100, test::seed());
    std::vector<int> picked(100);
    for (int i = 0; i < draws; ++i) ++picked.at(ycsb.next().record);
    return picked;
}

TEST(PropertyYcsb, UniformPicksEveryRecordAboutEquallyOften) {
    for (const int count : picks(Distribution::kUniform, 100000)) EXPECT_NEAR(count, 1000, 200);
}

TEST(PropertyYcsb, HotspotPicksAFifthOfTheRecordsInEightyPercent) {
    const std::vector<int> picked = picks(Distribution::kHotspot, 100000);
    EXPECT_NEAR(std::accumulate(picked.begin(), picked.begin() + 20, 0), 80000, 1000);
    for (size_t i = 0; i < 20; ++i) EXPECT_NEAR(picked[i], 4000, 400) << i;
    for (size_t i = 20; i < 100; ++i) EXPECT_NEAR(picked[i], 250, 100) << i;
}

TEST(PropertyYcsb, SequentialPicksOneAfterTheOtherOverAndOver) {
    Ycsb ycsb(Workload::kC, Distribution::kSequential, 7, test::seed());
    for (uint64_t i = 0; i < 20; ++i) EXPECT_EQ(ycsb.next().record, i % 7);
}

TEST(PropertyYcsb, LatestPicksTheNewestMostOfAll) {
    const std::vector<int> picked = picks(Distribution::kLatest, 100000);
    const ZipfianRanks ranks(100);
    for (const uint64_t rank : {0U, 1U, 9U, 99U}) {
        const double expected = 100000 * static_cast<double>(ranks.weight(rank)) / static_cast<double>(ranks.total());
        EXPECT_NEAR(picked[99 - rank], expected, 6 * std::sqrt(expected)) << rank;
    }
}

TEST(PropertyYcsb, DPicksAmongWhatItHasInserted) {
    Ycsb ycsb(Workload::kD, default_distribution(Workload::kD), 100, test::seed());
    int newest = 0;
    std::set<Key> keys;
    for (uint64_t i = 0; i < 100; ++i) keys.insert(ycsb.key(i));
    for (int i = 0; i < 20000; ++i) {
        const uint64_t records = ycsb.records();
        const Operation operation = ycsb.next();
        if (operation.kind == OperationKind::kInsert) {
            EXPECT_EQ(operation.record, records);
            EXPECT_TRUE(keys.insert(operation.key).second);
        } else {
            ASSERT_LT(operation.record, records);
            newest += operation.record == records - 1 ? 1 : 0;
        }
        EXPECT_EQ(operation.version, 0U);
    }
    EXPECT_EQ(keys.size(), ycsb.records());
    const ZipfianRanks ranks(100);
    const double share = static_cast<double>(ranks.weight(0)) / static_cast<double>(ranks.total());
    EXPECT_NEAR(newest, 19000 * share, 400);
}

TEST(PropertyYcsb, EScansOneToAHundredEntriesUniformly) {
    Ycsb ycsb(Workload::kE, Distribution::kUniform, 100, test::seed());
    std::vector<int> lengths(101);
    int scans = 0;
    for (int i = 0; i < 100000; ++i) {
        const Operation operation = ycsb.next();
        if (operation.kind != OperationKind::kScan) continue;
        ++scans;
        ++lengths.at(operation.scan_entries);
    }
    EXPECT_EQ(lengths[0], 0);
    for (size_t length = 1; length <= 100; ++length)
        EXPECT_NEAR(lengths[length], scans / 100.0, 6 * std::sqrt(scans / 100.0)) << length;
}

TEST(PropertyYcsb, NamesTheVersionThatAReadMustFind) {
    for (const Workload workload : {Workload::kA, Workload::kF}) {
        Ycsb ycsb(workload, Distribution::kZipfian, 50, test::seed());
        std::map<uint64_t, uint32_t> versions;
        for (int i = 0; i < 5000; ++i) {
            const Operation operation = ycsb.next();
            uint32_t& version = versions[operation.record];
            if (puts_a_value(operation.kind)) ++version;
            ASSERT_EQ(operation.version, version);
        }
    }
}

TEST(PropertyYcsb, GoesOnBehindTheOperationsItSkips) {
    for (const Workload workload : {Workload::kA, Workload::kD, Workload::kE})
        for (const Distribution distribution : kDistributions) {
            Ycsb whole(workload, distribution, 100, test::seed());
            Ycsb rest(workload, distribution, 100, test::seed());
            whole.skip(0);
            for (int i = 0; i < 700; ++i) (void)whole.next();
            rest.skip(700);
            EXPECT_EQ(rest.position(), whole.position());
            for (int i = 0; i < 100; ++i) {
                const Operation a = whole.next();
                const Operation b = rest.next();
                ASSERT_EQ(std::tie(a.kind, a.key, a.version, a.scan_entries),
                          std::tie(b.kind, b.key, b.version, b.scan_entries));
            }
        }
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
