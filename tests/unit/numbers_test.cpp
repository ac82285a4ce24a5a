// Question: are bytes on a command line read exactly, or not at all?
#include <gtest/gtest.h>

#include "host/cli/numbers.hpp"

namespace sky::cli {
namespace {

TEST(Numbers, ReadBytesExactly) {
    EXPECT_EQ(parse_bytes("0"), 0U);
    EXPECT_EQ(parse_bytes("137438953472"), 137438953472U);
    EXPECT_EQ(parse_bytes("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(parse_bytes("600e12"), 600'000'000'000'000U);
    EXPECT_EQ(parse_bytes("1.5e9"), 1'500'000'000U);
    EXPECT_EQ(parse_bytes("0.1e1"), 1U);
    EXPECT_EQ(parse_bytes("128G"), uint64_t{128} << 30);
    EXPECT_EQ(parse_bytes("64MiB"), uint64_t{64} << 20);
    EXPECT_EQ(parse_bytes("1.5GiB"), uint64_t{3} << 29);
    EXPECT_EQ(parse_bytes("4k"), 4096U);
    EXPECT_EQ(parse_bytes("4KiB"), 4096U);
    EXPECT_EQ(parse_bytes("4kB"), 4000U);
    EXPECT_EQ(parse_bytes("2TB"), 2'000'000'000'000U);
    EXPECT_EQ(parse_bytes("3PiB"), uint64_t{3} << 50);
    EXPECT_EQ(parse_bytes("7B"), 7U);
}

TEST(Numbers, RefuseWhatIsNoWholeNumberOfBytes) {
    for (const char* text :
         {"",          "G",    "-1",  "+1",  "1.5", "1.0005k", "1e",  "1e99",  "1e-3",
          "1..2",      ".5G",  "5.G", "1 G", "1g",  "1X",      "1GG", "1GiBB", "18446744073709551616",
          "16777216T", "0x10", "1e5 "})
        EXPECT_FALSE(parse_bytes(text)) << text;
}

}  // namespace
}  // namespace sky::cli
