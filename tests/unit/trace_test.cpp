// Question: does a compact trace give back exactly the requests that were written, and is every damage named?
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "host/memory/compact_trace.hpp"
#include "tests/property/check_property.hpp"
#include "tests/unit/trace_reading.hpp"

namespace sky::memory {
namespace {

std::vector<TraceRecord> some_records() {
    return {{{.op = Op::kWrite, .write_alg = WriteAlg::kNaive, .row = 3, .seg_mask = 0x80000001}, {~uint64_t{0}, 5}},
            {{.op = Op::kRead, .row = 1023, .seg_mask = 0xff}, {}},
            {{.op = Op::kBarrier}, {}},
            {{.op = Op::kScan, .row = 2, .seg_mask = 1}, {1, uint64_t{1} << 63}},
            {{.op = Op::kErase, .row = 0, .seg_mask = 0xffffffff}, {}},
            {{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 128, .seg_mask = 2}, {0}}};
}

void write_trace(const std::string& path, const std::vector<TraceRecord>& records) {
    Result<std::unique_ptr<TraceWriter>> writer = TraceWriter::create(path, trace_target().geometry);
    ASSERT_TRUE(writer.ok());
    for (const TraceRecord& record : records) writer.value()->add(record.command, record.data);
    const Status status = writer.value()->close();
    ASSERT_TRUE(status.ok()) << status.message();
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
    const auto with = [&](size_t at, char byte) {
        std::string bad = sound;
        bad[at] = byte;
        return bad;
    };
    constexpr size_t kFirst = 9;  // where the first record begins: op and algorithm, site, row, mask
    expect_error(sound.substr(0, sound.size() - 4), ": record 7", "truncated", "--record");
    expect_error(sound + "x", ": record 7", "garbage after the end", "--record");
    expect_error(with(sound.size() - 1, static_cast<char>(sound.back() ^ 1)), ": record 7", "bad checksum",
                 "--record");
    expect_error(with(kFirst, 0x0e), ": record 1, byte 10", "unknown operation 14", "--record");
    expect_error(with(kFirst, 0x61), ": record 1", "unknown write algorithm 6", "--record");
    expect_error(with(kFirst + 1, 1), ": record 1", "site 1 is past 0", "--record");
    expect_error(sound.substr(0, kFirst) + std::string("\x01\x00\x03\x00", 4), ": record 1", "mask is empty",
                 "--record");
    expect_error(sound.substr(0, kFirst) + std::string("\x01\x00\x03\x80\x80\x80\x80\x10", 8), ": record 1",
                 "segment mask 0x100000000 names a segment past 31", "--record");
    expect_error(sound.substr(0, kFirst) + std::string(2, '\0') + std::string(11, '\xff'), ": record 1",
                 "longer than 64 bits", "--record");
    expect_error("SKYT\x01", "", "version 1", "version 2");
    expect_error("SKYX", "", "no trace", "--record");
    expect_error("SKYT", ": record 1, byte 4", "truncated", "--record");
    expect_error(sound.substr(0, kFirst) + "\xff" + sound.substr(kFirst + 1), "", "the trace is empty", "--record");
}

TEST(UnitCompactTrace, RefusesWordsThatDoNotFit) {
    const test::TemporaryFolder folder;
    const Geometry narrow = test::geometry(16, 32, kTraceTracks);
    Result<std::unique_ptr<TraceWriter>> writer = TraceWriter::create(folder.path("t"), narrow);
    ASSERT_TRUE(writer.ok());
    writer.value()->add({.op = Op::kWrite, .row = 3, .seg_mask = 1}, std::vector<uint64_t>{0xfedc1234});
    ASSERT_TRUE(writer.value()->close().ok());
    const ReadTrace trace = read_all(folder.path("t"), {.geometry = narrow});
    ASSERT_TRUE(trace.status.ok()) << trace.status.message();
    EXPECT_EQ(trace.records[0].data, std::vector<uint64_t>{0x1234});  // as the memory keeps it
    std::string wide = test::read_file(folder.path("t"));
    wide.replace(13, 3, "\x80\x80\x04");
    expect_error(wide, ": record 1", "data word 0x10000 has more than 16 bits", "--record", {.geometry = narrow});
}

Geometry bit_interleaved() {
    Geometry geometry = test::geometry(64, 16, uint64_t{512} * 256);
    geometry.tracks_per_row = 512;
    return geometry;
}

TEST(UnitCompactTrace, GivesBackAnyCommandOfAnyArray) {
    const test::TemporaryFolder folder;
    test::check_property(100, [&] {
        Geometry geometry = *rc::gen::element(trace_target().geometry, bit_interleaved(), test::geometry(7, 64, 9));
        geometry.flag_site = geometry.mapping() == Mapping::kWord && *rc::gen::arbitrary<bool>();
        if (geometry.flag_site) ++geometry.overhead_sites;
        const uint32_t sites = geometry.mapping() == Mapping::kWord ? 1 : geometry.sites_per_segment;
        const auto records = *rc::gen::container<std::vector<TraceRecord>>(rc::gen::exec([=] {
            TraceRecord record;
            record.command = {.op = static_cast<Op>(*rc::gen::inRange(0, 5)),
                              .write_alg = static_cast<WriteAlg>(*rc::gen::inRange(0, 6)),
                              .site = static_cast<uint8_t>(*rc::gen::inRange(0U, sites)),
                              .row = static_cast<uint32_t>(*rc::gen::inRange(uint64_t{0}, geometry.rows())),
                              .seg_mask = (*rc::gen::arbitrary<uint64_t>() & geometry.segment_mask()) | 1};
            record.data.resize(record.command.data_beats(geometry));
            for (uint64_t& beat : record.data) beat = *rc::gen::arbitrary<uint64_t>() & geometry.word_mask();
            return record;
        }));
        RC_PRE(!records.empty());
        const std::string path = folder.path(*rc::gen::element<std::string>("t", "t.gz", "t.zst"));
        auto writer = TraceWriter::create(path, geometry);
        for (const TraceRecord& record : records) writer.value()->add(record.command, record.data);
        const Status closed = writer.value()->close();
        if (!closed.ok()) RC_FAIL(closed.message());
        const ReadTrace trace = read_all(path, {.geometry = geometry});
        if (!trace.status.ok()) RC_FAIL(trace.status.message());
        RC_ASSERT(trace.records.size() == records.size());
        for (size_t i = 0; i < records.size(); ++i) {
            RC_ASSERT(trace.records[i].command == records[i].command);
            RC_ASSERT(trace.records[i].data == records[i].data);
        }
    });
}

TEST(UnitCompactTrace, IsPackedAsItsNameSays) {
    const test::TemporaryFolder folder;
    for (const char* name : {"t", "t.gz", "t.zst"}) write_trace(folder.path(name), some_records());
    const std::string plain = test::read_file(folder.path("t"));
    EXPECT_EQ(plain.substr(0, 5), "SKYT\x02");
    EXPECT_EQ(test::read_file(folder.path("t.gz")).substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(test::read_file(folder.path("t.zst")).substr(0, 4), "\x28\xb5\x2f\xfd");
    for (const char* name : {"t.gz", "t.zst"}) {
        auto source = ByteSource::open(folder.path(name));
        ASSERT_TRUE(source.ok());
        std::string unpacked(plain.size() + 1, '\0');
        unpacked.resize(source.value()->read(unpacked));
        EXPECT_EQ(unpacked, plain) << name;
    }
}

TEST(UnitCompactTrace, RefusesAMemoryOfAnotherShape) {
    const test::TemporaryFolder folder;
    write_trace(folder.path("t"), some_records());
    const auto refusal = [&](const Geometry& geometry) {
        return read_all(folder.path("t"), {.geometry = geometry}).status;
    };
    const std::string recorded = "recorded on tracks of 32 segments of 64 sites, this memory has ";
    const std::string options =
        "use --set device.segments=32 --set device.sites_per_segment=64 --set device.tracks_per_row=1 "
        "--set device.flag_site=false";
    expect_message(refusal(test::geometry(32, 16, kTraceTracks)), folder.path("t"),
                   recorded + "16 segments of 32 sites", options);
    Geometry geometry = test::geometry(64, 32, kTraceTracks);
    geometry.flag_site = true;
    expect_message(refusal(geometry), folder.path("t"), recorded + "32 segments of 64 sites with a flag site",
                   options);
    geometry = test::geometry(64, 32, uint64_t{512} * 4);
    geometry.tracks_per_row = 512;
    expect_message(refusal(geometry), folder.path("t"), "64 sites, 512 tracks a row", options);
    expect_message(refusal(test::geometry(64, 32, 100)), folder.path("t") + ": record 2", "row 1023 is past the end",
                   "expected less than 100; set device.tracks");
}

TEST(UnitCompactTrace, AppearsOnlyWhenItIsClosed) {
    const test::TemporaryFolder folder;
    {
        Result<std::unique_ptr<TraceWriter>> writer = TraceWriter::create(folder.path("t"), trace_target().geometry);
        ASSERT_TRUE(writer.ok());
        writer.value()->add(some_records()[0].command, some_records()[0].data);
    }
    EXPECT_TRUE(folder.names().empty());
    write_trace(folder.path("t"), some_records());
    EXPECT_EQ(folder.names(), std::vector<std::string>{"t"});
    EXPECT_FALSE(TraceWriter::create(folder.path("no/t"), trace_target().geometry).ok());
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
