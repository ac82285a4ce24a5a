// Question: does a trace give back exactly the requests that were written, and is every damage named?
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "host/memory/compact_trace.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

constexpr uint64_t kTracks = 1024;

TraceTarget target() { return {.geometry = test::geometry(64, 32, kTracks), .write_alg = WriteAlg::kDcw}; }

std::string hex_line(char digit) {
    std::string digits(128, digit);
    return digits;
}
const std::string kGood = "17 W 0x140 " + hex_line('a') + " " + hex_line('0') + " 0\n";

struct ReadTrace {
    std::vector<TraceRecord> records;
    Status status;
};

ReadTrace read_all(const std::string& path, const TraceTarget& to = target()) {
    ReadTrace all;
    Result<std::unique_ptr<TraceReader>> reader = TraceReader::open(path, to);
    if (!reader.ok()) return {{}, reader.status()};
    for (TraceRecord record;;) {
        Result<bool> more = reader.value()->next(record);
        if (!more.ok()) all.status = more.status();
        if (!more.ok() || !more.value()) return all;
        all.records.push_back(record);
    }
}

/// Every message names the place, and behind a line break what was expected.
void expect_error(const std::string& content, const std::string& place, const std::string& what,
                  const std::string& expected) {
    const test::TemporaryFolder folder;
    const Status status = read_all(folder.file("t", content)).status;
    ASSERT_FALSE(status.ok()) << "expected an error with: " << what;
    const std::string& message = status.message();
    const size_t remedy = message.find('\n');
    ASSERT_NE(remedy, std::string::npos) << message;
    EXPECT_EQ(message.find(folder.path("t") + place), 0U) << message;
    EXPECT_NE(message.substr(0, remedy).find(what), std::string::npos) << message;
    EXPECT_NE(message.substr(remedy).find(expected), std::string::npos) << message;
}

std::vector<TraceRecord> some_records() {
    return {{{.op = Op::kWrite, .write_alg = WriteAlg::kNaive, .row = 3, .seg_mask = 0x80000001}, {~uint64_t{0}, 5}},
            {{.op = Op::kRead, .row = 1023, .seg_mask = 0xff}, {}},
            {{.op = Op::kBarrier}, {}},
            {{.op = Op::kScan, .row = 2, .seg_mask = 1}, {1, uint64_t{1} << 63}},
            {{.op = Op::kErase, .row = 0, .seg_mask = 0xffffffff}, {}},
            {{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 128, .seg_mask = 2}, {0}}};
}

void write_trace(const std::string& path, const std::vector<TraceRecord>& records) {
    Result<std::unique_ptr<TraceWriter>> writer = TraceWriter::create(path, target().geometry);
    ASSERT_TRUE(writer.ok());
    for (const TraceRecord& record : records) writer.value()->add(record.command, record.data);
    const Status status = writer.value()->close();
    ASSERT_TRUE(status.ok()) << status.message();
}

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
    EXPECT_EQ(write.command.seg_mask, 0xff00U);
    EXPECT_EQ(write.data, (std::vector<uint64_t>{0x0201, 0, 0, 0, 0, 0, 0, uint64_t{0xff} << 56}));
    EXPECT_EQ(trace.records[1].command.op, Op::kRead);
    EXPECT_EQ(trace.records[1].command.seg_mask, 0xffU);
    EXPECT_TRUE(trace.records[1].data.empty());
}

TEST(UnitTextTrace, CutsALineThatSpansTracksInAscendingOrder) {
    const test::TemporaryFolder folder;
    const ReadTrace trace = read_all(folder.file("t", "0 W 40 " + hex_line('1') + " 0\n"),
                                     {.geometry = test::geometry(64, 4, kTracks), .write_alg = WriteAlg::kNaive});
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    ASSERT_EQ(trace.records.size(), 2U);
    EXPECT_EQ(trace.records[0].command.row, 2U);
    EXPECT_EQ(trace.records[1].command.row, 3U);
    EXPECT_EQ(trace.records[1].data, std::vector<uint64_t>(4, 0x1111111111111111));
}

TEST(UnitTextTrace, NamesLineExpectationAndAGoodLineInEveryError) {
    const std::string good = "17 W 0x1f40 <128 hex digits>";
    expect_error("", "", "empty", good);
    expect_error("\n  \n", "", "empty", good);
    expect_error("NVMV1\n", "", "empty", good);
    expect_error(kGood + "hello\n", ":2", "the line has 1 field:", good);
    expect_error(kGood + "1 2 3 4 5 6 7\n", ":2", "more than 6 fields", good);
    expect_error("-1 R 0 " + hex_line('0') + " 0\n", ":1", "bad cycle", good);
    expect_error("1 X 0 " + hex_line('0') + " 0\n", ":1", "unknown operation: 'X'", "R or W");
    expect_error("1 R 0xzz " + hex_line('0') + " 0\n", ":1", "bad address", good);
    expect_error("1 R 0 12 0\n", ":1", "2 hex digits", "128");
    expect_error("1 R 0 " + hex_line('g') + " 0\n", ":1", "bad data", "hex digits");
    expect_error("1 R 0 " + hex_line('0') + " 12 0\n", ":1", "2 hex digits", "128");
    expect_error("1 R 0 " + hex_line('0') + " x\n", ":1", "bad thread", good);
    expect_error("1 R 0x40000 " + hex_line('0') + " 0\n", ":1", "address 0x40000 is past the end", "device.tracks");
    expect_error("1 R ffffffffffffffff " + hex_line('0') + " 0\n", ":1", "past the end", "device.tracks");
    expect_error(kGood + std::string(5000, '1'), ":2", "too long", good);
}

TEST(UnitTextTrace, CanBeStoppedAmongBlankLines) {
    const test::TemporaryFolder folder;
    TraceTarget to = target();
    int asked = 0;
    to.stop = [&asked] { return ++asked > 100; };
    const ReadTrace trace = read_all(folder.file("t", kGood + std::string(10000, '\n') + kGood), to);
    EXPECT_EQ(trace.records.size(), 1U);
    EXPECT_NE(trace.status.message().find("stopped"), std::string::npos);
    EXPECT_EQ(asked, 101);
}

TEST(UnitTextTrace, ReadsGzipOfSeveralMembersLikePlainText) {
    const test::TemporaryFolder folder;
    const ReadTrace trace = read_all(folder.file("t.gz", test::gzipped(kGood) + test::gzipped(kGood + kGood)));
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    EXPECT_EQ(trace.records.size(), 3U);
}

TEST(UnitTextTrace, NamesTruncatedAndDamagedGzip) {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += std::to_string(i) + kGood.substr(2);
    const std::string packed = test::gzipped(text);
    for (const size_t length : {size_t{2}, size_t{9}, size_t{20}, packed.size() / 2, packed.size() - 1})
        expect_error(packed.substr(0, length), "", "truncated", "gzip -t");
    std::string damaged = packed;
    damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] ^ 1);
    expect_error(damaged, "", "damaged", "gzip -t");
    expect_error(packed + "x", "", "garbage after the end", "gzip");
}

TEST(UnitCompactTrace, GivesBackWhatWasWritten) {
    const test::TemporaryFolder folder;
    const std::vector<TraceRecord> written = some_records();
    write_trace(folder.path("t"), written);
    for (const std::string& path :
         {folder.path("t"), folder.file("t.gz", test::gzipped(test::read_file(folder.path("t"))))}) {
        const ReadTrace trace = read_all(path);
        ASSERT_TRUE(trace.status.ok()) << trace.status.message();
        ASSERT_EQ(trace.records.size(), written.size());
        for (size_t i = 0; i < written.size(); ++i) {
            EXPECT_EQ(trace.records[i].command, written[i].command) << i;
            EXPECT_EQ(trace.records[i].data, written[i].data) << i;
        }
    }
}

TEST(UnitCompactTrace, NoticesEveryTruncationAndEveryFlippedBit) {
    const test::TemporaryFolder folder;
    write_trace(folder.path("t"), some_records());
    const std::string sound = test::read_file(folder.path("t"));
    for (size_t length = 0; length < sound.size(); ++length)
        EXPECT_FALSE(read_all(folder.file("cut", sound.substr(0, length))).status.ok()) << "cut to " << length;
    for (size_t bit = 0; bit < 8 * sound.size(); ++bit) {
        std::string flipped = sound;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(read_all(folder.file("flipped", flipped)).status.ok()) << "bit " << bit;
    }
    EXPECT_FALSE(read_all(folder.file("longer", sound + '\0')).status.ok());
}

TEST(UnitCompactTrace, NamesRecordAndByteOfADamage) {
    const test::TemporaryFolder folder;
    write_trace(folder.path("t"), some_records());
    const std::string sound = test::read_file(folder.path("t"));
    expect_error(sound.substr(0, sound.size() - 4), ": record 7", "truncated", "--record");
    expect_error(sound + "x", ": record 7", "garbage after the end", "--record");
    std::string bad_crc = sound;
    bad_crc.back() = static_cast<char>(bad_crc.back() ^ 1);
    expect_error(bad_crc, ": record 7", "bad checksum", "--record");
    std::string bad_op = sound;
    bad_op[7] = 0x0e;
    expect_error(bad_op, ": record 1", "unknown operation 14", "--record");
    expect_error("SKYT\x02", "", "version 2", "version 1");
    expect_error("SKYX", "", "no trace", "--record");
}

TEST(UnitCompactTrace, RefusesWriteAlgorithmsTheMemoryDoesNotHave) {
    for (const WriteAlg alg : {WriteAlg::kPw, WriteAlg::kFnw, WriteAlg::kPwFnw, WriteAlg::kAuto}) {
        const test::TemporaryFolder folder;
        std::vector<TraceRecord> records = some_records();
        records.back().command.write_alg = alg;
        write_trace(folder.path("t"), records);
        const ReadTrace trace = read_all(folder.path("t"));
        EXPECT_EQ(trace.records.size(), records.size() - 1);
        EXPECT_NE(trace.status.message().find(": record 6: write algorithm "), std::string::npos)
            << trace.status.message();
        EXPECT_NE(trace.status.message().find("\nexpected naive or dcw"), std::string::npos);
    }
}

TEST(UnitCompactTrace, RefusesAMemoryOfAnotherShape) {
    const test::TemporaryFolder folder;
    write_trace(folder.path("t"), some_records());
    const Status other = read_all(folder.path("t"), {.geometry = test::geometry(32, 16, kTracks)}).status;
    EXPECT_NE(other.message().find("32 segments of 64 sites"), std::string::npos) << other.message();
    const Status small = read_all(folder.path("t"), {.geometry = test::geometry(64, 32, 100)}).status;
    EXPECT_NE(small.message().find("track 1023 is past the end"), std::string::npos) << small.message();
}

TEST(UnitCompactTrace, AppearsOnlyWhenItIsClosed) {
    const test::TemporaryFolder folder;
    {
        Result<std::unique_ptr<TraceWriter>> writer = TraceWriter::create(folder.path("t"), target().geometry);
        ASSERT_TRUE(writer.ok());
        writer.value()->add(some_records()[0].command, some_records()[0].data);
    }
    EXPECT_TRUE(folder.names().empty());
    write_trace(folder.path("t"), some_records());
    EXPECT_EQ(folder.names(), std::vector<std::string>{"t"});
    EXPECT_FALSE(TraceWriter::create(folder.path("no/t"), target().geometry).ok());
}

TEST(UnitNewFile, RefusesWhatIsThereAndIsNoFile) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(mkfifo(folder.path("pipe").c_str(), 0600), 0);
    const auto refusal = [](const std::string& path) {
        const auto file = NewFile::create(path);
        return file.ok() ? std::string() : file.status().message();
    };
    EXPECT_NE(refusal(folder.path("pipe")).find("is a pipe, not a file\nname a regular file"), std::string::npos);
    EXPECT_NE(refusal("/dev/null").find("is a device, not a file"), std::string::npos);
    EXPECT_NE(refusal(folder.path()).find("is a folder, not a file"), std::string::npos);
    EXPECT_NE(refusal(folder.path("new/")).find("is a folder, not a file"), std::string::npos);
    EXPECT_NE(refusal("").find("is empty"), std::string::npos);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"pipe"});
    EXPECT_TRUE(std::filesystem::is_fifo(folder.path("pipe")));
}

TEST(UnitNewFile, WritesWhatASymlinkNamesAndKeepsTheLink) {
    const test::TemporaryFolder folder;
    const auto write = [](const std::string& path) {
        auto file = NewFile::create(path);
        ASSERT_TRUE(file.ok()) << file.status().message();
        file.value()->write("new");
        EXPECT_TRUE(file.value()->commit().ok());
    };
    std::filesystem::create_directory(folder.path("there"));
    std::filesystem::create_symlink("there/target", folder.path("link"));
    std::filesystem::create_symlink("link", folder.path("link2"));
    write(folder.path("link2"));  // the target does not exist yet
    EXPECT_EQ(test::read_file(folder.path("there/target")), "new");
    ASSERT_EQ(folder.file("there/target", "old"), folder.path("there/target"));
    write(folder.path("link"));
    EXPECT_EQ(test::read_file(folder.path("there/target")), "new");
    EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path("there")), {}), 1);
}

}  // namespace
}  // namespace sky::memory
