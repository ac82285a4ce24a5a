// Question: do both pinned allocators give apart, aligned and resident blocks, does the exact one take less than a
// page more than was asked for, and the other the power of two that the planner counts?
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include "host/memory/random.hpp"
#include "host/offload/pinned/pinned_allocator.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/seed.hpp"

namespace sky::offload {
namespace {

std::unique_ptr<PinnedAllocator> exact(const std::vector<uint64_t>& arenas = {}, const PinnedOptions& options = {}) {
    Result<std::unique_ptr<PinnedAllocator>> allocator = make_exact_allocator(arenas, options);
    EXPECT_TRUE(allocator.ok()) << allocator.status().message();
    return std::move(allocator.value());
}

std::span<std::byte> block(PinnedAllocator& allocator, uint64_t bytes, uint64_t alignment = kPageBytes) {
    Result<std::span<std::byte>> result = allocator.allocate("a test", bytes, alignment);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.value();
}

/// Whether every page is in memory.
bool is_resident(std::span<std::byte> memory) {
    std::vector<unsigned char> pages((memory.size() + kPageBytes - 1) / kPageBytes);
    EXPECT_EQ(mincore(memory.data(), memory.size(), pages.data()), 0) << std::strerror(errno);
    for (const unsigned char page : pages)
        if ((page & 1) == 0) return false;
    return true;
}

TEST(PinnedAllocator, AnExactArenaTakesLessThanAPageMore) {
    for (const uint64_t bytes : {uint64_t{1}, uint64_t{4095}, uint64_t{4096}, uint64_t{4097}, uint64_t{9'000'001}}) {
        const auto allocator = exact();
        const uint64_t before = test::allocations().mapped_bytes;
        const std::span<std::byte> memory = block(*allocator, bytes);
        EXPECT_EQ(memory.size(), bytes);
        const uint64_t reserved = allocator->statistics().reserved_bytes;
        EXPECT_GE(reserved, bytes);
        EXPECT_LT(reserved - bytes, kPageBytes);
        EXPECT_LE(test::allocations().mapped_bytes - before, reserved + (uint64_t{1} << 20)) << "and the heap";
        EXPECT_EQ(allocator->statistics().requested_bytes, bytes);
        allocator->release(memory);
        EXPECT_EQ(allocator->statistics().reserved_bytes, 0U);
        EXPECT_EQ(allocator->statistics().peak_reserved_bytes, reserved);
    }
}

TEST(PinnedAllocator, OneArenaHoldsABlockForEachPart) {
    const std::vector<uint64_t> parts{1000, 64, 123'456, 4096, 1};
    uint64_t total = 0;
    for (const uint64_t part : parts) total += part;
    const auto allocator = exact({total});
    for (const uint64_t part : parts) EXPECT_EQ(block(*allocator, part, 1).size(), part);
    const PinnedStatistics statistics = allocator->statistics();
    EXPECT_EQ(statistics.regions, 1U);
    EXPECT_EQ(statistics.requested_bytes, total);
    EXPECT_LT(statistics.reserved_bytes - total, kPageBytes);
    // What is left of the last page does not hold this any more.
    (void)block(*allocator, kPageBytes);
    EXPECT_EQ(allocator->statistics().regions, 2U);
}

TEST(PinnedAllocator, PowersOfTwoAreKeptBySizeClass) {
    const auto allocator = make_power_of_two_allocator({});
    const std::span<std::byte> large = block(*allocator, (uint64_t{1} << 20) + 1);
    EXPECT_EQ(allocator->statistics().reserved_bytes, uint64_t{1} << 21);
    std::byte* const place = large.data();
    allocator->release(large);
    EXPECT_EQ(allocator->statistics().requested_bytes, 0U);
    EXPECT_EQ(allocator->statistics().reserved_bytes, uint64_t{1} << 21) << "it is kept";
    // Another size class gets a region of its own, the same one the region that is kept.
    const std::span<std::byte> small = block(*allocator, uint64_t{1} << 20);
    EXPECT_EQ(allocator->statistics().reserved_bytes, uint64_t{3} << 20);
    EXPECT_EQ(block(*allocator, uint64_t{1} << 21).data(), place);
    EXPECT_EQ(allocator->statistics().reserved_bytes, uint64_t{3} << 20);
    EXPECT_EQ(allocator->statistics().regions, 2U);
    allocator->release(small);
}

TEST(PinnedAllocator, BlocksOfARandomRunAreApartAlignedAndCounted) {
    for (const bool is_exact : {true, false}) {
        const std::unique_ptr<PinnedAllocator> allocator =
            is_exact ? exact({1'000'000, 200'000}) : make_power_of_two_allocator({});
        memory::Random random(test::seed());
        std::map<std::byte*, std::pair<std::span<std::byte>, std::byte>> live;
        uint64_t requested = 0;
        for (int step = 0; step < 3000; ++step) {
            if (live.empty() || random.percent(55)) {
                const uint64_t bytes = 1 + random.below(random.percent(5) ? 700'000 : 30'000);
                const uint64_t alignment = uint64_t{1} << random.below(13);
                const std::span<std::byte> taken = block(*allocator, bytes, alignment);
                ASSERT_EQ(reinterpret_cast<uintptr_t>(taken.data()) % alignment, 0U);
                const auto fill = static_cast<std::byte>(random.next());
                std::memset(taken.data(), static_cast<int>(fill), bytes);
                ASSERT_TRUE(live.emplace(taken.data(), std::pair{taken, fill}).second);
                requested += bytes;
            } else {
                auto one = live.begin();
                std::advance(one, random.below(live.size()));
                const auto [taken, fill] = one->second;
                for (const std::byte byte : taken) ASSERT_EQ(byte, fill) << "step " << step;
                requested -= taken.size();
                allocator->release(taken);
                live.erase(one);
            }
            const PinnedStatistics now = allocator->statistics();
            ASSERT_EQ(now.requested_bytes, requested);
            ASSERT_GE(now.reserved_bytes, requested);
            ASSERT_GE(now.peak_reserved_bytes, now.reserved_bytes);
            if (!is_exact) continue;
            // Beyond the two arenas, at most a page a block.
            ASSERT_LE(now.reserved_bytes, 1'204'224 + requested + now.regions * kPageBytes);
        }
        for (const auto& [place, one] : live) allocator->release(one.first);
        EXPECT_EQ(allocator->statistics().requested_bytes, 0U);
        EXPECT_EQ(allocator->statistics().regions == 2, is_exact);
        if (is_exact) {
            EXPECT_EQ(block(*allocator, 1'000'000).size(), 1'000'000U) << "free pieces grow together again";
            EXPECT_EQ(allocator->statistics().regions, 2U);
        }
    }
}

TEST(PinnedAllocator, MemoryIsResidentLockedOrNot) {
    std::vector<std::string> said;
    for (const bool refuse : {false, true}) {
        PinnedOptions options{
            .log = [&](const std::string& message) { said.push_back(message); }, .pin = {}, .unpin = {}};
        if (refuse) options.pin = [](void*, size_t) { return EPERM; };
        for (const bool is_exact : {true, false}) {
            const std::unique_ptr<PinnedAllocator> allocator =
                is_exact ? exact({}, options) : make_power_of_two_allocator(options);
            said.clear();
            const std::span<std::byte> memory = block(*allocator, 1'000'000);
            EXPECT_TRUE(is_resident(memory));
            const bool locked = allocator->statistics().unlocked_bytes == 0;
            if (refuse) {
                EXPECT_FALSE(locked);
            }
            ASSERT_EQ(said.size(), locked ? 0U : 1U) << "not locked, and the log says so";
            if (locked) continue;
            EXPECT_EQ(allocator->statistics().unlocked_bytes, allocator->statistics().reserved_bytes);
            EXPECT_NE(said[0].find("for a test are not locked: "), std::string::npos) << said[0];
            EXPECT_NE(said[0].find("every page was touched"), std::string::npos) << said[0];
            allocator->release(memory);
        }
    }
}

TEST(PinnedAllocator, AnotherWayToPinIsUndoneAtTheEnd) {
    std::map<void*, size_t> pinned;
    const PinnedOptions options{.log = {},
                                .pin =
                                    [&](void* data, size_t bytes) {
                                        pinned[data] = bytes;
                                        return 0;
                                    },
                                .unpin =
                                    [&](void* data, size_t bytes) {
                                        EXPECT_EQ(pinned[data], bytes);
                                        pinned.erase(data);
                                    }};
    {
        const auto allocator = exact({10'000}, options);
        (void)block(*allocator, 9000);
        EXPECT_EQ(pinned.size(), 1U);
        EXPECT_EQ(pinned.begin()->second, 12'288U);
    }
    EXPECT_TRUE(pinned.empty());
}

TEST(PinnedAllocator, SaysWhatItCannotGive) {
    const auto allocator = exact();
    const auto message = [&](uint64_t bytes, uint64_t alignment) {
        return allocator->allocate("the pool", bytes, alignment).status().message();
    };
    EXPECT_EQ(message(0, 64), "the pool takes 0 bytes; a block has one at least");
    EXPECT_EQ(message(64, 48), "the pool is to be aligned to 48 bytes; take a power of two up to 4096");
    EXPECT_NE(message(uint64_t{1} << 46, 64).find("no memory for the pool: 70368744177664 bytes: "),
              std::string::npos)
        << message(uint64_t{1} << 46, 64);
    EXPECT_EQ(allocator->statistics().reserved_bytes, 0U);
}

}  // namespace
}  // namespace sky::offload
