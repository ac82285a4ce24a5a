// Question: does a text trace of each known simulator turn into the requests it stands for, and is every bad line
// named with a good one beside it?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/memory/random.hpp"
#include "host/memory/text_trace.hpp"
#include "sysc/model/address_map.hpp"
#include "tests/unit/trace_reading.hpp"

namespace sky::memory {
namespace {

std::string hex_line(char digit) {
    std::string digits(128, digit);
    return digits;
}
const std::string kGood = "17 W 0x140 " + hex_line('a') + " " + hex_line('0') + " 0\n";
const std::string kNvmain = "a good line: 17 W 0x1f40 <128 hex digits>";
const std::string kRamulator = "a good line: ST 0x1f40";
const std::string kDramsim = "a good line: 0x1f40 WRITE 17";

TEST(UnitTextTrace, TurnsALineIntoOneRequestForEightSegments) {
    const test::TemporaryFolder folder;
    std::string data = hex_line('0');
    data.replace(0, 4, "0102");
    data.replace(126, 2, "Ff");
    const ReadTrace trace = read_all(folder.file("t", "NVMV0\n0 W 0x140 " + data + " 7\n\n1 R 1f " + data + " 0"));
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    ASSERT_EQ(trace.records.size(), 2U);
    const TraceRecord& write = trace.records[0];
    EXPECT_EQ(write.command.op, Op::kWrite);
    EXPECT_EQ(write.command.write_alg, WriteAlg::kDcw);
    EXPECT_EQ(write.command.row, 1U);
    EXPECT_EQ(write.command.site, 0U);
    EXPECT_EQ(write.command.seg_mask, 0xff00U);
    EXPECT_EQ(write.data, (std::vector<uint64_t>{0x0201, 0, 0, 0, 0, 0, 0, uint64_t{0xff} << 56}));
    EXPECT_EQ(trace.records[1].command.op, Op::kRead);
    EXPECT_EQ(trace.records[1].command.seg_mask, 0xffU);
    EXPECT_TRUE(trace.records[1].data.empty());
}

TEST(UnitTextTrace, CutsALineThatSpansTracksInAscendingOrder) {
    const test::TemporaryFolder folder;
    const ReadTrace trace =
        read_all(folder.file("t", "0 W 40 " + hex_line('1') + " 0\n"),
                 {.geometry = test::geometry(64, 4, kTraceTracks), .write_alg = WriteAlg::kNaive});
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    ASSERT_EQ(trace.records.size(), 2U);
    EXPECT_EQ(trace.records[0].command.row, 2U);
    EXPECT_EQ(trace.records[1].command.row, 3U);
    EXPECT_EQ(trace.records[1].data, std::vector<uint64_t>(4, 0x1111111111111111));
}

TEST(UnitTextTrace, PutsTheBytesOfALineWhereTheAddressMapSays) {
    const test::TemporaryFolder folder;
    std::string hex;
    for (int i = 0; i < 64; ++i) hex += fmt::format("{:02x}", i + 1);
    const std::string path = folder.file("t", "0 W 0x1240 " + hex + " 0\n");
    Geometry bits = test::geometry(64, 8, uint64_t{512} * 64);
    bits.tracks_per_row = 512;
    for (const Geometry& geometry : {bits, test::geometry(8, 16, 1024), test::geometry(32, 5, 1024)}) {
        const ReadTrace trace = read_all(path, {.geometry = geometry, .write_alg = WriteAlg::kDcw});
        ASSERT_TRUE(trace.status.ok()) << trace.status.message();
        const auto parts = model::split_access(geometry, 0x1240, 64);
        ASSERT_EQ(trace.records.size(), parts.size());
        for (size_t p = 0; p < parts.size(); ++p) {
            const auto& [command, data] = trace.records[p];
            EXPECT_EQ(command.row, parts[p].row);
            EXPECT_EQ(command.site, parts[p].site);
            EXPECT_EQ(command.seg_mask, parts[p].seg_mask);
            ASSERT_EQ(data.size(), command.data_beats(geometry));
            const uint32_t word_bytes = geometry.word_bits() / 8;
            for (uint64_t i = 0; i < parts[p].bytes; ++i)
                EXPECT_EQ(data.at(i / word_bytes) >> (8 * (i % word_bytes)) & 0xff, parts[p].offset + i + 1);
        }
    }
}

TEST(UnitTextTrace, NamesLineExpectationAndAGoodLineInEveryError) {
    for (const std::string& good :
         {std::string("17 W 0x1f40"), std::string("ST 0x1f40"), std::string("0x1f40 WRITE")})
        for (const std::string& empty : {std::string(), std::string("\n  \n"), std::string("NVMV1\n")})
            expect_error(empty, "", "empty", good);
    expect_error(kGood + "hello\n", ":2", "the line has 1 field:", kNvmain);
    expect_error(kGood + "1 2 3 4 5 6 7\n", ":2", "more than 6 fields", kNvmain);
    expect_error("-1 R 0 " + hex_line('0') + " 0\n", ":1", "bad cycle", kNvmain);
    expect_error(kGood + "1 X 0 " + hex_line('0') + " 0\n", ":2", "unknown operation: 'X'", "R or W");
    expect_error("1 R 0xzz " + hex_line('0') + " 0\n", ":1", "bad address", kNvmain);
    expect_error("1 R 0 12 0\n", ":1", "2 hex digits", "128");
    expect_error("1 R 0 " + hex_line('g') + " 0\n", ":1", "bad data", "hex digits");
    expect_error("1 R 0 " + hex_line('0') + " 12 0\n", ":1", "2 hex digits", "128");
    expect_error("1 R 0 " + hex_line('0') + " x\n", ":1", "bad thread", kNvmain);
    expect_error("1 R 0x40000 " + hex_line('0') + " 0\n", ":1", "address 0x40000 is past the end", "device.tracks");
    expect_error("1 R ffffffffffffffff " + hex_line('0') + " 0\n", ":1", "past the end",
                 "no number of device.tracks holds it");
    expect_error(kGood + std::string(5000, '1'), ":2", "too long", kNvmain);
    expect_error("NVMV0\nLD 0x40\n", ":2", "the line has 2 fields", kNvmain);
    expect_error("1 R 0\n", ":1", "the line has 3 fields", kNvmain);
}

TEST(UnitTextTrace, NamesEveryKnownFormatWhenTheFirstLineIsOfNone) {
    for (const std::string& good :
         {kNvmain, std::string("or ST 0x1f40 (Ramulator)"), std::string("WRITE 17 (DRAMsim3)")})
        for (const std::string line : {"hello", "# comment", "R 0x40", "0 FETCH 0", "1 2 3 4 5"})
            expect_error("\n" + line + "\n", ":2", "a line of no known format: '" + line + "'", good);
    expect_error(std::string(5000, '1'), ":1", "too long", "ST 0x1f40");
    expect_error("a b c d\n", ":1", "a line of no known format: 'a b c d'", "ST 0x1f40");
}

TEST(UnitTextTrace, ReadsLoadsAndStoresOfRamulator) {
    const test::TemporaryFolder folder;
    const ReadTrace trace = read_all(folder.file("t", "LD 0x140\r\n\nST 320\nLD\t0X17f\n"));
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    ASSERT_EQ(trace.records.size(), 3U);
    for (const TraceRecord& record : trace.records) {
        EXPECT_EQ(record.command.row, 1U);
        EXPECT_EQ(record.command.seg_mask, 0xff00U);
    }
    EXPECT_EQ(trace.records[0].command.op, Op::kRead);
    EXPECT_EQ(trace.records[1].command.op, Op::kWrite);
    EXPECT_EQ(trace.records[1].command.write_alg, WriteAlg::kDcw);
}

TEST(UnitTextTrace, ReadsAccessesOfDramsim) {
    const test::TemporaryFolder folder;
    const ReadTrace trace =
        read_all(folder.file("t", "0x140 READ 0\n140 WRITE 10\n 0x17F read 11\n0x140 write 12\n"));
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    ASSERT_EQ(trace.records.size(), 4U);
    for (const TraceRecord& record : trace.records) EXPECT_EQ(record.command.seg_mask, 0xff00U);
    for (const size_t i : {size_t{0}, size_t{2}}) EXPECT_EQ(trace.records[i].command.op, Op::kRead);
    for (const size_t i : {size_t{1}, size_t{3}}) EXPECT_EQ(trace.records[i].command.op, Op::kWrite);
}

TEST(UnitTextTrace, MakesUpTheSameDataForTheSameAddressAndRequest) {
    const test::TemporaryFolder folder;
    const auto written = [&](const std::string& text, size_t record) {
        const ReadTrace trace = read_all(folder.file("t", text));
        EXPECT_TRUE(trace.status.ok()) << trace.status.message();
        return trace.records.at(record).data;
    };
    std::vector<uint64_t> expected;
    for (uint64_t k = 0; k < 8; ++k) expected.push_back(mix64(mix64(0x140 + mix64(2)) + k));
    EXPECT_EQ(written("LD 0\nST 0x140\n", 1), expected);
    EXPECT_EQ(written("0 READ 3\n\n0x155 WRITE 4\n", 1), expected);
    EXPECT_NE(written("ST 0x140\n", 0), expected);
    EXPECT_NE(written("LD 0\nST 0x180\n", 1), expected);
}

TEST(UnitTextTrace, NamesWhatIsWrongInARamulatorTrace) {
    expect_error("LD 0\nLD 0 0\n", ":2", "the line has 3 fields", kRamulator);
    expect_error("LD\n", ":1", "the line has 1 field:", kRamulator);
    expect_error("LD 0\nld 0\n", ":2", "unknown operation: 'ld'", "LD or ST");
    expect_error("LD 0\nR 0x40\n", ":2", "unknown operation: 'R'", kRamulator);
    expect_error("LD 1f40\n", ":1", "bad address: '1f40'", "decimal or in hex behind 0x");
    expect_error("LD -64\n", ":1", "bad address", kRamulator);
    expect_error("ST 0x\n", ":1", "bad address", kRamulator);
    expect_error("ST 99999999999999999999\n", ":1", "bad address", kRamulator);
    expect_error("LD 0\nST 262144\n", ":2", "address 0x40000 is past the end", "device.tracks");
    expect_error("LD 0\n" + kGood, ":2", "the line has 6 fields", kRamulator);
    expect_error("LD 0\n0x40 READ 1\n", ":2", "the line has 3 fields", kRamulator);
}

TEST(UnitTextTrace, NamesWhatIsWrongInADramsimTrace) {
    expect_error("0 READ 0\n0 READ\n", ":2", "the line has 2 fields", kDramsim);
    expect_error("0 READ 0 0\n", ":1", "the line has 4 fields", kDramsim);
    expect_error("0xg READ 0\n", ":1", "bad address: '0xg'", kDramsim);
    expect_error("0 READ 0\n0 FETCH 0\n", ":2", "unknown operation: 'FETCH'", "READ or WRITE");
    expect_error("0x40 WRITE\n", ":1", "the line has 2 fields", kDramsim);
    expect_error("0 WRITE 0x1\n", ":1", "bad cycle: '0x1'", "a decimal number");
    expect_error("40000 WRITE 1\n", ":1", "address 0x40000 is past the end", "device.tracks");
    expect_error("0 WRITE 1\nST 0x40\n", ":2", "the line has 2 fields", kDramsim);
}

TEST(UnitTextTrace, RefusesArraysIntoWhichNoLineFits) {
    expect_error("LD 0\n", "", "words of 12 bits", "device.sites_per_segment",
                 {.geometry = test::geometry(12, 32, kTraceTracks)});
    Geometry bits = test::geometry(64, 8, uint64_t{192} * 4);
    bits.tracks_per_row = 192;
    expect_error("LD 0\n", "", "words of 192 bits", "device.tracks_per_row", {.geometry = bits});
}

TEST(UnitTextTrace, CanBeStoppedAmongBlankLines) {
    const test::TemporaryFolder folder;
    TraceTarget to = trace_target();
    int asked = 0;
    to.stop = [&asked] { return ++asked > 100; };
    const ReadTrace trace = read_all(folder.file("t", kGood + std::string(10000, '\n') + kGood), to);
    EXPECT_EQ(trace.records.size(), 1U);
    EXPECT_NE(trace.status.message().find("stopped"), std::string::npos);
    EXPECT_EQ(asked, 101);
}

TEST(UnitPackedTrace, ReadsSeveralMembersLikePlainText) {
    const test::TemporaryFolder folder;
    const std::string two = kGood + kGood;
    const std::string skippable = std::string("\x5a\x2a\x4d\x18\x03\x00\x00\x00", 8) + "abc";
    const std::string frames[] = {skippable + packed(kGood, ".zst"), skippable + packed(two, ".zst")};
    for (const std::string& content :
         {kGood + two, test::gzipped(kGood) + test::gzipped(two), packed(kGood, ".gz") + packed(two, ".gz"),
          packed(kGood, ".zst") + packed(two, ".zst"), frames[0] + frames[1]}) {
        const ReadTrace trace = read_all(folder.file("t", content));
        ASSERT_TRUE(trace.status.ok()) << trace.status.message();
        EXPECT_EQ(trace.records.size(), 3U);
    }
}

TEST(UnitPackedTrace, NamesTruncatedAndDamagedData) {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += std::to_string(i) + kGood.substr(2);
    for (const std::string& name : {std::string("gzip"), std::string("zstd")}) {
        const std::string sound = name == "gzip" ? test::gzipped(text) : packed(text, ".zst");
        const std::string check = name + " -t";
        for (const size_t length : {size_t{9}, size_t{20}, sound.size() / 2, sound.size() - 1})
            expect_error(sound.substr(0, length), "", "the " + name + " data is truncated", check);
        std::string damaged = sound;
        damaged[sound.size() - (name == "gzip" ? 6 : 2)] ^= 1;  // the checksum
        expect_error(damaged, "", "the " + name + " data is damaged", check);
        expect_error(sound + "x", "", "garbage after the end of the " + name, "compress the file again with " + name);
        expect_error(sound + kGood, "", "garbage after the end of the " + name, name);
    }
    expect_error("\x1f\x8b", "", "the gzip data is truncated", "gzip -t");
    expect_error(packed("", ".gz"), "", "empty", "ST 0x1f40");
    expect_error(packed("", ".zst"), "", "empty", "ST 0x1f40");
}

TEST(UnitPackedTrace, ReadsWhatEndsWhereABufferEnds) {
    // Output that fills the reader's buffer to the last byte while the input is used up, member after member.
    const test::TemporaryFolder folder;
    for (const size_t lines : {size_t{8191}, size_t{8192}, size_t{8193}, size_t{16384}, size_t{65536}}) {
        std::string text;
        for (size_t i = 0; i < lines; ++i) text += "LD 0x40\n";
        for (const char* suffix : {".gz", ".zst"}) {
            const ReadTrace trace = read_all(folder.file("t", packed(text, suffix) + packed(text, suffix)));
            ASSERT_TRUE(trace.status.ok()) << trace.status.message();
            EXPECT_EQ(trace.records.size(), 2 * lines) << suffix;
        }
    }
}

}  // namespace
}  // namespace sky::memory
