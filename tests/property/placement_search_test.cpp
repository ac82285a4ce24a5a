// Do placements cost what the register file counts, and does the search find what was hidden?
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "host/regfile/bank_search.hpp"
#include "host/regfile/placement_search.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
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

std::vector<SampledRequest> reads_of(std::span<const uint8_t> accesses) {
    std::vector<SampledRequest> out;
    for (const uint8_t reg : accesses) out.push_back({.read1 = reg});
    return out;
}

/// As the core makes them: nothing that needs no access, none empty.
std::vector<SampledRequest> random_requests(std::mt19937_64& random, size_t count) {
    std::vector<SampledRequest> out;
    while (out.size() < count) {
        SampledRequest request{.announced = random() % 4 != 0};
        if (random() % 4 != 0) request.write = static_cast<uint8_t>(random() % 32);
        const auto read = [&](uint8_t other) {
            const auto reg = static_cast<uint8_t>(random() % 32);
            return reg == request.write || reg == other ? uint8_t{0} : reg;
        };
        request.read1 = read(0);
        if (request.read1 != 0) request.read2 = read(request.read1);
        if (!request.empty()) out.push_back(request);
    }
    return out;
}

model::rf::Counters simulated(std::span<const SampledRequest> requests, const Placement& placement, uint32_t banks,
                              bool preshift) {
    const auto file = RegisterFile::make({.kind = Kind::kHorizontal, .banks = banks}, {.preshift = preshift});
    for (uint32_t reg = 0; reg < kRegisters; ++reg) file->place(reg, placement[reg]);
    for (size_t i = 0; i < requests.size(); ++i) {
        const SampledRequest& now = requests[i];
        const SampledRequest next =
            i + 1 < requests.size() && requests[i + 1].announced ? requests[i + 1] : SampledRequest{};
        file->access({.write = now.write != 0,
                      .read1 = now.read1 != 0,
                      .read2 = now.read2 != 0,
                      .rd = now.write,
                      .rs1 = now.read1,
                      .rs2 = now.read2},
                     {.write = next.write != 0,
                      .read1 = next.read1 != 0,
                      .read2 = next.read2 != 0,
                      .rd = next.write,
                      .rs1 = next.read1,
                      .rs2 = next.read2});
    }
    return file->counters();
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

TEST(BankSearch, CostIsWhatTheRegisterFileCounts) {
    std::mt19937_64 random(test::seed() + 4);
    for (int round = 0; round < 50; ++round) {
        const std::vector<SampledRequest> requests = random_requests(random, 300);
        const Placement placement = shuffled(random);
        const std::vector<WeightedRequests> programs{{requests, 1}};
        for (const uint32_t banks : {1U, 2U, 4U, 8U}) {
            const BankCost cost = bank_cost(programs, placement, banks);
            ASSERT_DOUBLE_EQ(cost.steps,
                             static_cast<double>(of(simulated(requests, placement, banks, false), Counter::kSteps)))
                << banks << " banks";
            ASSERT_DOUBLE_EQ(cost.stalls, static_cast<double>(
                                              of(simulated(requests, placement, banks, true), Counter::kStallCycles)))
                << banks << " banks";
        }
    }
}

TEST(BankSearch, GivesEachRegisterOfALoopAHeadOfItsOwn) {
    std::mt19937_64 random(test::seed() + 3);
    const Placement order = shuffled(random);
    for (const uint32_t banks : {2U, 4U, 8U}) {
        std::vector<uint8_t> accesses;
        for (uint32_t i = 0; i < 2000; ++i) accesses.push_back(order[i % banks]);
        const std::vector<SampledRequest> requests = reads_of(accesses);
        const std::vector<WeightedRequests> programs{{requests, 1}};
        const Placement found = find_bank_placement(programs, banks, 1);
        // Each head goes to its register once.
        EXPECT_LE(bank_cost(programs, found, banks).steps, banks * (kRegisters / banks - 1)) << banks << " banks";
        EXPECT_GT(bank_cost(programs, identity_placement(), banks).steps, 0);
    }
}

/// addi x5, x0, 3   add x6, x5, x7   c.nop   c.nop   add x7, x6, x6   sw x0, 4(x6)
const std::vector<uint16_t> kStraight{0x0293, 0x0030, 0x8333, 0x0072, 0x0001, 0x0001, 0x03b3, 0x0063, 0x2223, 0x0003};

ElfFile straight_program() {
    const test::TemporaryFolder folder;
    const auto elf = ElfFile::read(folder.file("straight.elf", test::elf_of(kStraight, test::FlowProgram::kBase)));
    EXPECT_TRUE(elf.ok()) << elf.status().message();
    return elf.value();
}

TEST(RequestSample, ARequestIsAWriteAndTheReadsOfTheNextInstruction) {
    const ElfFile elf = straight_program();
    const Code code(elf);
    RequestSample sample(code, 6, RequestSample::kWindow);
    const std::vector<uint8_t> accesses{5, 5, 7, 6, 6, 7, 6};
    sample(test::FlowProgram::kBase, accesses);
    const std::vector<SampledRequest> expected{
        {.write = 5, .read1 = 7, .announced = false},  // x5 is forwarded
        {.write = 6, .announced = true},               // a c.nop reads nothing
        {.read1 = 6, .announced = false},              // behind two, a cycle in which nothing was asked
        {.write = 7, .read1 = 6, .announced = true},
    };
    ASSERT_EQ(sample.requests().size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(sample.requests()[i], expected[i]) << i;
}

TEST(RequestSample, IsSpreadOverTheRun) {
    const ElfFile elf = straight_program();
    const Code code(elf);
    RequestSample sample(code, 100'000, 1024);
    const std::vector<uint8_t> accesses{5, 5, 7, 6, 6, 7, 6};
    for (uint32_t i = 0; i < 25'000; ++i) sample(test::FlowProgram::kBase, accesses);
    EXPECT_EQ(sample.seen(), 100'000);
    EXPECT_GE(sample.requests().size(), 1024);
    EXPECT_LE(sample.requests().size(), 1200);
}

}  // namespace
}  // namespace sky::regfile
