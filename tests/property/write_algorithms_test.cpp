// Question: does every write algorithm cost what its formula says for any stored state, does flip-n-write never
// inject more than the algorithm it improves, and does a word always come back with its neighbours as they were?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/random.hpp"
#include "tests/support/device.hpp"
#include "tests/support/meter.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

/// A segment as it lies: its data sites, site 0 the most significant bit, and the flag behind them.
struct Stored {
    uint64_t sites = 0;
    bool flag = false;

    bool operator==(const Stored&) const = default;
};

struct Cost {
    uint64_t shifts;
    uint64_t detects;
    uint64_t removes;
    uint64_t injects;

    bool operator==(const Cost&) const = default;
};
// NOLINTBEGIN(readability-identifier-naming): GoogleTest's name
void PrintTo(const Stored& stored, std::ostream* out) {
    *out << fmt::format("{:#x}, flag {:d}", stored.sites, stored.flag);
}
void PrintTo(const Cost& cost, std::ostream* out) {
    *out << fmt::format("{} shifts, {} detects, {} removes, {} injects", cost.shifts, cost.detects, cost.removes,
                        cost.injects);
}
// NOLINTEND(readability-identifier-naming)

uint64_t ones(const Stored& stored) { return static_cast<uint64_t>(std::popcount(stored.sites)) + stored.flag; }
uint64_t surplus(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

/// Changes in place: what has to go and what has to come, the flag counted. Flip-n-write makes one pass to read and
/// one to write.
Cost compare(const Stored& from, const Stored& to, uint64_t depth, uint64_t passes) {
    const auto missing = [](const Stored& a, const Stored& b) {
        return ones({.sites = a.sites & ~b.sites, .flag = a.flag && !b.flag});
    };
    return {
        .shifts = passes * 2 * depth, .detects = depth, .removes = missing(from, to), .injects = missing(to, from)};
}
/// Stored skyrmions are used again, wherever they are needed.
Cost permute(const Stored& from, const Stored& to, uint64_t depth) {
    const uint64_t removes = surplus(ones(from), ones(to));
    return {.shifts = 2 * (depth + 1) + removes,
            .detects = depth,
            .removes = removes,
            .injects = surplus(ones(to), ones(from))};
}
/// What a write has to cost and to leave.
struct Outcome {
    Cost cost;
    Stored left;
};
/// Fewest injects, then fewest removes, then plain.
Outcome better(const Outcome& plain, const Outcome& flipped) {
    const auto rank = [](const Outcome& o) { return std::tuple(o.cost.injects, o.cost.removes); };
    return rank(flipped) < rank(plain) ? flipped : plain;
}

/// The formulas for one segment under the home policy. An array with flags has one site more to walk past.
Outcome formula(const Geometry& geometry, WriteAlg alg, const Stored& from, uint64_t word) {
    const uint64_t depth = geometry.depth();
    const Stored plain{.sites = word};
    const Stored flipped{.sites = ~word & geometry.word_mask(), .flag = true};
    const auto compared = [&](const Stored& to, uint64_t passes) {
        return Outcome{compare(from, to, depth, passes), to};
    };
    const auto permuted = [&](const Stored& to) { return Outcome{permute(from, to, depth), to}; };
    switch (alg) {
        case WriteAlg::kNaive: return {{2 * depth, 0, depth, ones(plain)}, plain};
        case WriteAlg::kDcw: return compared(plain, 1);
        case WriteAlg::kPw: return permuted(plain);
        case WriteAlg::kFnw: return better(compared(plain, 2), compared(flipped, 2));
        case WriteAlg::kPwFnw: return better(permuted(plain), permuted(flipped));
        case WriteAlg::kAuto: break;
    }
    throw std::logic_error("no algorithm of its own");
}

/// One segment of a small array, with neighbours on both sides or on one, under one engine.
class Bench {
   public:
    Bench(const Geometry& geometry, const Policy& policy, PassEngine engine)
        : controller_(geometry, test::skyrmion_timing(), policy, engine), meter_(controller_) {}

    [[nodiscard]] Cost write(WriteAlg alg, uint32_t segment, uint64_t word) {
        const std::array data{word};
        const Counters spent =
            meter_.run({.op = Op::kWrite, .write_alg = alg, .seg_mask = uint64_t{1} << segment}, data);
        return {.shifts = spent[Counter::kShifts],
                .detects = spent[Counter::kDetects],
                .removes = spent[Counter::kRemoves],
                .injects = spent[Counter::kInjects]};
    }
    [[nodiscard]] std::vector<uint64_t> read_all() {
        meter_.pass({.op = Op::kRead, .seg_mask = controller_.geometry().segment_mask()});
        return meter_.answer();
    }
    void store(const std::vector<Stored>& row) {
        const TrackStore::Row stored = controller_.tracks().touch(0);
        for (uint32_t segment = 0; segment < row.size(); ++segment) {
            stored.words[segment] = row[segment].sites;
            if (stored.flags == nullptr) continue;
            const uint64_t bit = uint64_t{1} << segment;
            *stored.flags = row[segment].flag ? *stored.flags | bit : *stored.flags & ~bit;
        }
    }
    [[nodiscard]] Stored stored(uint32_t segment) const {
        return {.sites = controller_.tracks().word(0, segment),
                .flag = (controller_.tracks().flags(0) >> segment & 1) != 0};
    }

   private:
    Controller controller_;
    test::Meter<Controller> meter_;
};

/// Writes `word` over `row[segment]` by every algorithm that the array has, each from the same stored state.
void expect_lawful_writes(Bench& bench, const Geometry& geometry, const Policy& policy,
                          const std::vector<Stored>& row, uint32_t segment, uint64_t word) {
    std::vector<WriteAlg> algs{WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kPw};
    if (geometry.flag_site) algs.insert(algs.end(), {WriteAlg::kFnw, WriteAlg::kPwFnw});
    std::vector<uint64_t> words;
    words.reserve(row.size());
    for (const Stored& at : row) words.push_back(at.flag ? ~at.sites & geometry.word_mask() : at.sites);
    words[segment] = word;
    std::array<uint64_t, 6> injects{};
    for (const WriteAlg alg : algs) {
        SCOPED_TRACE(fmt::format("{} of {:#x} over {:#x}, flag {:d}, segment {} of D = {}", to_string(alg), word,
                                 row[segment].sites, row[segment].flag, segment, geometry.sites_per_segment));
        bench.store(row);
        const Cost cost = bench.write(alg, segment, word);
        injects.at(static_cast<size_t>(alg)) = cost.injects;
        const Outcome by_formula = formula(geometry, alg, row[segment], word);
        if (policy.return_policy == ReturnPolicy::kHome) {
            ASSERT_EQ(cost, by_formula.cost);
        } else {
            ASSERT_EQ(cost.injects, by_formula.cost.injects);
            ASSERT_EQ(cost.removes, by_formula.cost.removes);
        }
        ASSERT_EQ(bench.stored(segment), by_formula.left);
        for (uint32_t other = 0; other < geometry.segments; ++other) {
            if (other == segment) continue;
            ASSERT_EQ(bench.stored(other), row[other]) << "neighbour " << other;
        }
        ASSERT_EQ(bench.read_all(), words);
    }
    const auto count = [&](WriteAlg alg) { return injects.at(static_cast<size_t>(alg)); };
    ASSERT_LE(count(WriteAlg::kFnw), count(WriteAlg::kDcw));
    ASSERT_LE(count(WriteAlg::kPwFnw), count(WriteAlg::kPw));
}

Geometry array_of(uint32_t sites, uint32_t segments, bool flag_site) {
    Geometry geometry = test::geometry(sites, segments, 1);
    geometry.flag_site = flag_site;
    if (flag_site) ++geometry.overhead_sites;
    return geometry;
}

/// Calls f(bench, geometry, policy) for both engines and return policies, with flags and without.
template <typename F>
void for_each_bench(uint32_t sites, uint32_t segments, F&& f) {
    for (const bool flag_site : {false, true})
        for (const PassEngine engine : {PassEngine::kPulses, PassEngine::kEvents})
            for (const ReturnPolicy rest : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
                const Geometry geometry = array_of(sites, segments, flag_site);
                const Policy policy{.return_policy = rest};
                Bench bench(geometry, policy, engine);
                f(bench, geometry, policy);
                if (testing::Test::HasFatalFailure()) return;
            }
}

/// Every word over every stored state of every segment.
void expect_laws_everywhere(uint32_t sites) {
    const uint64_t words = uint64_t{1} << sites;
    for_each_bench(sites, 3, [&](Bench& bench, const Geometry& geometry, const Policy& policy) {
        const bool flag = geometry.flag_site;
        const std::vector<Stored> neighbours{{words - 1, flag}, {0b0110, false}, {0b1001, flag}};
        for (uint32_t segment = 0; segment < 3; ++segment)
            for (uint64_t state = 0; state < (flag ? 2 * words : words); ++state)
                for (uint64_t word = 0; word < words; ++word) {
                    std::vector<Stored> row = neighbours;
                    row[segment] = {.sites = state % words, .flag = state >= words};
                    expect_lawful_writes(bench, geometry, policy, row, segment, word);
                    if (testing::Test::HasFatalFailure()) return;
                }
    });
}

TEST(PropertyWriteAlgorithms, KeepTheirLawsForEveryStateAndWordOfFourSites) { expect_laws_everywhere(4); }
// Only with an odd number of sites do both polarities ever cost the same.
TEST(PropertyWriteAlgorithms, KeepTheirLawsForEveryStateAndWordOfFiveSites) { expect_laws_everywhere(5); }

/// Words that lie at the edge of a choice: none, all, one, half, what is stored, its inverse, one site away.
std::vector<uint64_t> adversarial(const Geometry& geometry, const Stored& stored, Random& random) {
    const uint64_t mask = geometry.word_mask();
    const uint64_t one = uint64_t{1} << random.below(geometry.sites_per_segment);
    const uint64_t lower_half = mask >> geometry.sites_per_segment / 2;
    std::vector<uint64_t> words{0,
                                mask,
                                one,
                                mask ^ one,
                                lower_half,
                                ~lower_half,
                                lower_half << 1,
                                0x5555555555555555,
                                stored.sites,
                                ~stored.sites,
                                stored.sites ^ one,
                                ~stored.sites ^ one,
                                random.next()};
    for (uint64_t& word : words) word &= mask;
    return words;
}

void expect_laws(uint32_t sites, int rounds) {
    for_each_bench(sites, 3, [&](Bench& bench, const Geometry& geometry, const Policy& policy) {
        Random random(test::seed());
        const auto any = [&] {
            const Stored seen{.sites = random.next() & geometry.word_mask()};
            const std::vector<uint64_t> words = adversarial(geometry, seen, random);
            return Stored{.sites = words[random.below(words.size())],
                          .flag = geometry.flag_site && random.below(2) == 0};
        };
        for (int round = 0; round < rounds; ++round) {
            const std::vector<Stored> row{any(), any(), any()};
            const auto segment = static_cast<uint32_t>(random.below(3));
            for (const uint64_t word : adversarial(geometry, row[segment], random)) {
                expect_lawful_writes(bench, geometry, policy, row, segment, word);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
    });
}

TEST(PropertyWriteAlgorithms, KeepTheirLawsForEightSites) { expect_laws(8, 300); }
TEST(PropertyWriteAlgorithms, KeepTheirLawsFor64Sites) { expect_laws(64, 100); }

}  // namespace
}  // namespace sky::model
