// Question: does a trace of operations mean what its lines say, and does a bad line name itself and a good one?
#include <gtest/gtest.h>

#include "host/index/kv_trace.hpp"
#include "tests/support/files.hpp"

namespace sky::index {
namespace {

Result<KvTrace> read(const std::string& text, const std::function<bool()>& go_on = {}) {
    const auto source = memory::ByteSource::of("ops.txt", text);
    EXPECT_TRUE(source.ok());
    return KvTrace::read(*source.value(), 24, go_on);
}

TEST(UnitKvTrace, TakesEveryOperationInItsOrder) {
    const Result<KvTrace> trace = read("insert 5\nupdate 0x10 100\nread 5\r\ndelete\t5\nscan 0\n  scan 0X7 3  ");
    ASSERT_TRUE(trace.ok()) << trace.status().message();
    const std::vector<Operation>& ops = trace.value().operations;
    ASSERT_EQ(ops.size(), 6U);
    const OperationKind kinds[] = {OperationKind::kInsert, OperationKind::kUpdate, OperationKind::kRead,
                                   OperationKind::kErase,  OperationKind::kScan,   OperationKind::kScan};
    const Key keys[] = {5, 16, 5, 5, 0, 7};
    for (size_t i = 0; i < ops.size(); ++i) {
        EXPECT_EQ(ops[i].kind, kinds[i]) << i;
        EXPECT_EQ(ops[i].key, keys[i]) << i;
        EXPECT_EQ(ops[i].record, i + 1) << "its line";
        EXPECT_EQ(ops[i].version, i + 1);
    }
    EXPECT_EQ(ops[0].value_bytes, 24U);
    EXPECT_EQ(ops[1].value_bytes, 100U);
    EXPECT_EQ(ops[4].scan_entries, KvTrace::kScanEntries);
    EXPECT_EQ(ops[5].scan_entries, 3U);
}

TEST(UnitKvTrace, LeavesOutBlankLinesAndComments) {
    const Result<KvTrace> trace = read("\n# read 1\n  \t\nread 2 # the second\n\ndelete 3#x\n");
    ASSERT_TRUE(trace.ok()) << trace.status().message();
    ASSERT_EQ(trace.value().operations.size(), 2U);
    EXPECT_EQ(trace.value().operations[0].record, 4U);
    EXPECT_EQ(trace.value().operations[1].key, 3U);
}

TEST(UnitKvTrace, KnowsItsLongestValueAndWhetherItScans) {
    const KvTrace puts = read("read 1\ninsert 1 7\nupdate 1 4096\nupdate 1 4096\n").value();
    EXPECT_EQ(puts.longest_value_bytes, 4096U);
    EXPECT_EQ(puts.longest_value_line, 3U);
    EXPECT_FALSE(puts.scans);
    const KvTrace reads = read("read 1\nscan 1\n").value();
    EXPECT_EQ(reads.longest_value_line, 0U);
    EXPECT_TRUE(reads.scans);
    EXPECT_EQ(read("insert 1 0\n").value().longest_value_line, 1U);
}

TEST(UnitKvTrace, ReadsPackedFiles) {
    const test::TemporaryFolder folder;
    const auto source = memory::ByteSource::open(folder.file("t.gz", test::gzipped("insert 1\nread 1\n")));
    ASSERT_TRUE(source.ok());
    EXPECT_EQ(KvTrace::read(*source.value(), 8).value().operations.size(), 2U);
}

TEST(UnitKvTrace, RefusesABadLineWithItsPlaceAndAGoodOne) {
    struct Case {
        const char* line;
        const char* what;
        const char* expected;
    };
    const Case cases[] = {
        {"insrt 1", "unknown operation: 'insrt 1'", "insert, read, update, delete or scan"},
        {"Read 1", "unknown operation", "insert, read"},
        {"insert", "the key is missing", "an operation, a key"},
        {"read x", "bad key", "64 bits"},
        {"read -1", "bad key", "64 bits"},
        {"read 0x", "bad key", "64 bits"},
        {"read 18446744073709551616", "bad key", "64 bits"},
        {"insert 1 4097", "bad length of a value", "0 to 4096 bytes"},
        {"update 1 x", "bad length of a value", "0 to 4096 bytes"},
        {"read 1 8", "read takes a key only", "no number behind the key"},
        {"delete 1 8", "delete takes a key only", "no number"},
        {"scan 1 0", "bad length of a scan", "1 to 4294967295"},
        {"insert 1 8 9", "too many fields", "an operation, a key"},
        {"insert 1 \x1b[31m", "'insert 1 ?[31m'", "bytes"},
    };
    for (const Case& c : cases) {
        const Result<KvTrace> trace = read("read 1\n\n" + std::string(c.line) + "\nread 2\n");
        ASSERT_FALSE(trace.ok()) << c.line;
        const std::string message = trace.status().message();
        EXPECT_EQ(message.find("ops.txt:3: "), 0U) << message;
        EXPECT_NE(message.find(c.what), std::string::npos) << message;
        EXPECT_NE(message.find(c.expected, message.find('\n')), std::string::npos) << message;
        EXPECT_NE(message.find("a good line: insert 0x1f40 64"), std::string::npos) << message;
    }
}

TEST(UnitKvTrace, RefusesLinesWithoutAnEndAndTracesWithoutALine) {
    EXPECT_NE(read(std::string(5000, 'a')).status().message().find("ops.txt:1: the line is too long"),
              std::string::npos);
    for (const char* empty : {"", "\n\n", "# nothing"})
        EXPECT_NE(read(empty).status().message().find("ops.txt: the trace is empty"), std::string::npos);
}

TEST(UnitKvTrace, StopsReadingWhenToldTo) {
    std::string text;
    for (int i = 0; i < 70000; ++i) text += "read 1\n";
    EXPECT_TRUE(read(text, [] { return true; }).ok());
    EXPECT_NE(read(text, [] { return false; }).status().message().find("reading was stopped"), std::string::npos);
}

}  // namespace
}  // namespace sky::index
