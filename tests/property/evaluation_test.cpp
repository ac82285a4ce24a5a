// Question: does the Skyε-tree save what it is to save of the naive Bε-tree, in both mappings?
#include <gtest/gtest.h>

#include <cmath>

#include "host/index/bench.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Mapping;

/// 50,000 uniform inserts on device preset `skyrmion`, in the shape of `index_bit` bit-interleaved.
KvBenchResult load(Kind kind, Mapping mapping, uint32_t value_bytes, std::optional<Mechanisms> mechanisms = {}) {
    auto session = memory::MemorySession::start(
        {.geometry = mapping == Mapping::kWord ? test::geometry(64, 32, 4194304) : test::bit_rows(32, 32, 131072),
         .timing = test::skyrmion_timing()});
    const KvBenchConfig config{.kind = kind,
                               .index = {.max_value_bytes = value_bytes, .mechanisms = mechanisms},
                               .value_bytes = value_bytes,
                               .seed = test::seed()};
    Result<KvBenchResult> run = run_kv_bench(*session.value(), config);
    if (!run.ok()) {
        ADD_FAILURE() << run.status().message();
        return {};
    }
    return std::move(run.value());
}

TEST(PropertyEvaluation, BitInterleavedNaiveInsertsCostWhatWasCountedWithinAQuarter) {
    struct Counted {
        uint32_t value_bytes;
        double ns;
        double pj;
    };
    for (const Counted& c : {Counted{8, 215, 571}, Counted{64, 818, 2211}}) {
        const KvBenchResult result = load(Kind::kBeps, Mapping::kBit, c.value_bytes);
        EXPECT_LT(std::abs(result.ns_per_op / c.ns - 1), 0.25) << c.value_bytes << ": " << result.ns_per_op;
        EXPECT_LT(std::abs(result.pj_per_op / c.pj - 1), 0.25) << c.value_bytes << ": " << result.pj_per_op;
    }
}

TEST(PropertyEvaluation, SkyepsSavesWhatItIsToSave) {
    struct Band {
        Mapping mapping;
        uint32_t value_bytes;
        double least_ns;  ///< share of the naive tree that is saved
        double least_pj;
        double inline_pj;  ///< the same with values in the leaves and naive writes; 0: no band
    };
    for (const Band& band : {Band{Mapping::kWord, 8, 0.85, 0.65, 0.35}, Band{Mapping::kWord, 64, 0.85, 0.83, 0.58},
                             Band{Mapping::kBit, 8, 0.75, 0.68, 0}, Band{Mapping::kBit, 64, 0.75, 0.68, 0}}) {
        SCOPED_TRACE(to_string(band.mapping));
        SCOPED_TRACE(band.value_bytes);
        const KvBenchResult naive = load(Kind::kBeps, band.mapping, band.value_bytes);
        const KvBenchResult skyeps = load(Kind::kSkyeps, band.mapping, band.value_bytes);
        EXPECT_LE(skyeps.ns_per_op, (1 - band.least_ns) * naive.ns_per_op);
        EXPECT_LE(skyeps.pj_per_op, (1 - band.least_pj) * naive.pj_per_op);
        if (band.inline_pj == 0) continue;
        Mechanisms with_inline_leaves = mechanisms_of(Kind::kSkyeps);
        with_inline_leaves.indexed_leaves = false;
        with_inline_leaves.compare_write = false;
        EXPECT_LE(load(Kind::kSkyeps, band.mapping, band.value_bytes, with_inline_leaves).pj_per_op,
                  (1 - band.inline_pj) * naive.pj_per_op);
    }
}

TEST(PropertyEvaluation, TheNaiveTreeWithEveryMechanismIsSkyeps) {
    EXPECT_EQ(load(Kind::kBeps, Mapping::kWord, 8, mechanisms_of(Kind::kSkyeps)).counters,
              load(Kind::kSkyeps, Mapping::kWord, 8).counters);
}

}  // namespace
}  // namespace sky::index
