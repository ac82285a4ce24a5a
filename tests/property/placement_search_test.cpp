// Do placements cost what the register file counts, and does the search find what was hidden?
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "host/regfile/bank_search.hpp"
#include "host/regfile/placement_search.hpp"
#include "tests/support/seed.hpp"

namespace sky::regfile {
namespace {

using model::rf::Counter;
using model::rf::Kind;
using model::rf::RegisterFile;

constexpr uint32_t kRegisters = model::rf::kRegisters;

Placement shuffled(std::mt19937_64& random) {
    Placement out = identity_placement();
    std::shuffle(out.begin(), out.end(), random);
    return out;
}

std::vector<uint8_t> random_accesses(std::mt19937_64& random, size_t count) {
    std::vector<uint8_t> out(count);
    for (uint8_t& reg : out) reg = static_cast<uint8_t>(1 + random() % 31);
    return out;
}

uint64_t simulated_steps(std::span<const uint8_t> accesses, const Placement& placement, uint32_t banks) {
    const auto file = RegisterFile::make({.kind = Kind::kHorizontal, .banks = banks}, {});
    for (uint32_t reg = 0; reg < kRegisters; ++reg) file->place(reg, placement[reg]);
    for (const uint8_t reg : accesses) file->access({.read1 = true, .rs1 = reg}, {});
    return of(file->counters(), Counter::kSteps);
}

/// One block, executed once.
AccessGraph straight(const std::vector<uint8_t>& accesses) {
    AccessGraph graph;
    graph.nodes.push_back({.pc = 0x80000000, .count = 1, .instructions = accesses.size(), .accesses = accesses});
    graph.edges.push_back({AccessGraph::kStart, 0, 1});
    return graph;
}

TEST(PlacementSearch, StepsAreThoseOfTheRegisterFile) {
    std::mt19937_64 random(test::seed());
    for (int round = 0; round < 50; ++round) {
        const std::vector<uint8_t> accesses = random_accesses(random, 300);
        const Placement placement = shuffled(random);
        Neighbourhood neighbourhood;
        neighbourhood.add(straight(accesses));
        ASSERT_DOUBLE_EQ(neighbourhood.steps(placement),
                         static_cast<double>(simulated_steps(accesses, placement, 1)));
        const std::vector<WeightedAccesses> programs{{accesses, 1}};
        for (const uint32_t banks : {1U, 2U, 4U, 8U})
            ASSERT_DOUBLE_EQ(bank_steps(programs, placement, banks),
                             static_cast<double>(simulated_steps(accesses, placement, banks)))
                << banks << " banks";
    }
}

TEST(PlacementSearch, NoExchangeOfTwoRegistersIsBetterThanWhatItFinds) {
    std::mt19937_64 random(test::seed() + 1);
    Neighbourhood neighbourhood;
    neighbourhood.add(straight(random_accesses(random, 2000)));
    Placement found = find_placement(neighbourhood, 1);
    const double steps = neighbourhood.steps(found);
    EXPECT_LT(steps, neighbourhood.steps(identity_placement()));
    for (uint32_t a = 0; a < kRegisters; ++a)
        for (uint32_t b = 0; b < a; ++b) {
            std::swap(found[a], found[b]);
            EXPECT_GE(neighbourhood.steps(found), steps * (1 - 1e-9)) << "x" << a << " and x" << b;
            std::swap(found[a], found[b]);
        }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, identity_placement()) << "a position is used twice";
}

TEST(PlacementSearch, FindsRegistersThatFollowEachOtherBesideEachOther) {
    std::mt19937_64 random(test::seed() + 2);
    Placement hidden = shuffled(random);
    Neighbourhood neighbourhood;
    for (uint32_t a = 0; a < kRegisters; ++a)
        for (uint32_t b = 0; b < kRegisters; ++b)
            if (hidden[a] == hidden[b] + 1) neighbourhood.together[a][b] = neighbourhood.together[b][a] = 1;
    // 31 neighbours, a step each, is the least there can be; a tenth more is let pass.
    EXPECT_LE(neighbourhood.steps(find_placement(neighbourhood, 1)), 34);
}

TEST(BankSearch, GivesEachRegisterOfALoopAHeadOfItsOwn) {
    std::mt19937_64 random(test::seed() + 3);
    const Placement order = shuffled(random);
    for (const uint32_t banks : {2U, 4U, 8U}) {
        std::vector<uint8_t> accesses;
        for (uint32_t i = 0; i < 2000; ++i) accesses.push_back(order[i % banks]);
        const std::vector<WeightedAccesses> programs{{accesses, 1}};
        const Placement found = find_bank_placement(programs, banks, 1);
        // Each head goes to its register once.
        EXPECT_LE(bank_steps(programs, found, banks), banks * (kRegisters / banks - 1)) << banks << " banks";
        EXPECT_GT(bank_steps(programs, identity_placement(), banks), 0);
    }
}

TEST(BankSearch, ASampleIsSpreadOverTheRun) {
    AccessSample sample(100'000, 1024);
    for (uint32_t i = 0; i < 100'000; ++i) {
        const auto reg = static_cast<uint8_t>(1 + i / 20'000);
        sample(0, std::span(&reg, 1));
    }
    EXPECT_GE(sample.accesses().size(), 1024);
    EXPECT_LE(sample.accesses().size(), 1200);
    for (uint8_t reg = 1; reg <= 5; ++reg)
        EXPECT_NE(std::count(sample.accesses().begin(), sample.accesses().end(), reg), 0) << "part " << int{reg};
}

}  // namespace
}  // namespace sky::regfile
