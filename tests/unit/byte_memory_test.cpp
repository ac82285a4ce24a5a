// Question: does byte-addressed memory read first only where it must, and refuse what lies past its end untouched?
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "host/memory/byte_memory.hpp"
#include "tests/support/device.hpp"

namespace sky::memory {
namespace {

std::unique_ptr<MemorySession> start(const Geometry& geometry) {
    auto session = MemorySession::start({.geometry = geometry, .timing = test::skyrmion_timing()});
    return session.ok() ? std::move(session.value()) : nullptr;
}

std::vector<std::byte> bytes(size_t count, int first) {
    std::vector<std::byte> out(count);
    for (size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>(first + static_cast<int>(i));
    return out;
}

TEST(UnitByteMemory, StoresALineInOnePassWithoutReadingFirst) {
    const auto session = start(test::geometry(64, 32, 16));
    ByteMemory memory(*session, WriteAlg::kDcw);
    ASSERT_TRUE(memory.store(64, bytes(64, 1)).ok());
    EXPECT_EQ(session->counters()[Counter::kReads], 0U);
    EXPECT_EQ(session->counters()[Counter::kWritesDcw], 1U);
    EXPECT_EQ(session->counters()[Counter::kWordsWritten], 8U);
    EXPECT_EQ(memory.read_modify_writes(), 0U);
    EXPECT_EQ(session->read_word(0, 8), 0x0807060504030201U) << "little endian";
}

TEST(UnitByteMemory, FailsWhenTheMemoryDoesNotHaveTheWriteAlgorithm) {
    const auto session = start(test::geometry(64, 32, 16));
    ByteMemory memory(*session, WriteAlg::kFnw);  // needs a flag site
    const Status status = memory.store(8, bytes(8, 1));
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.message().find("0x8"), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("flag_site"), std::string::npos) << status.message();
}

TEST(UnitByteMemory, ReadsOnlyThePartlyCoveredWordsBeforeAStore) {
    const auto session = start(test::geometry(64, 32, 16));
    ByteMemory memory(*session, WriteAlg::kNaive);
    ASSERT_TRUE(memory.store(5, bytes(20, 1)).ok());  // words 0 and 3 in part, 1 and 2 wholly
    EXPECT_EQ(session->counters()[Counter::kReads], 1U);
    EXPECT_EQ(session->counters()[Counter::kWordsRead], 2U);
    EXPECT_EQ(session->counters()[Counter::kWordsWritten], 4U);
    EXPECT_EQ(memory.read_modify_writes(), 1U);
}

TEST(UnitByteMemory, ReadsOncePerTrack) {
    const auto session = start(test::geometry(64, 32, 16));
    ByteMemory memory(*session, WriteAlg::kNaive);
    std::vector<std::byte> loaded(512);
    ASSERT_TRUE(memory.load(128, loaded).ok());  // tracks 0, 1 and 2
    EXPECT_EQ(session->counters()[Counter::kReads], 3U);
    EXPECT_EQ(session->counters()[Counter::kWordsRead], 64U);
}

TEST(UnitByteMemory, RefusesARangePastTheEndAndChangesNothing) {
    const auto session = start(test::geometry(64, 32, 16));  // 4096 bytes
    ByteMemory memory(*session, WriteAlg::kDcw);
    EXPECT_EQ(memory.capacity_bytes(), 4096U);
    const Status status = memory.store(4090, bytes(7, 1));
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.message(),
              "address 0xffa with 7 bytes is past the end of the memory (0x1000 bytes): use a smaller address or "
              "more tracks");
    auto untouched = bytes(7, 50);
    EXPECT_FALSE(memory.load(4090, untouched).ok());
    EXPECT_EQ(untouched, bytes(7, 50));
    EXPECT_EQ(session->counters()[Counter::kCycles], 0U) << "no request went out";
    EXPECT_TRUE(memory.store(4090, bytes(6, 1)).ok());
    EXPECT_TRUE(memory.load(4096, {}).ok());
}

TEST(UnitByteMemory, NeedsWordsOfWholeBytes) {
    const auto session = start(test::geometry(12, 4, 16));
    ByteMemory memory(*session, WriteAlg::kDcw);
    std::array<std::byte, 1> one{};
    EXPECT_EQ(memory.load(0, one).message(),
              "byte addresses need words of whole bytes; sites_per_segment is 12: choose a multiple of 8");
}

}  // namespace
}  // namespace sky::memory
