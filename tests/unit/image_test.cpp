// Question: does an image give back exactly the rows that were saved, and is every damaged or foreign one refused
// before a row of it is seen?
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "host/memory/image.hpp"
#include "tests/property/check_property.hpp"
#include "tests/unit/trace_reading.hpp"

namespace sky::memory {
namespace {

Geometry flagged() {
    Geometry geometry = test::geometry(32, 8, 100);
    geometry.flag_site = true;
    geometry.overhead_sites = 33;
    return geometry;
}

Geometry bit_interleaved() {
    Geometry geometry = test::geometry(4, 2, uint64_t{128} * 50);
    geometry.tracks_per_row = 128;
    return geometry;
}

std::vector<StoredRow> some_rows() {
    return {{.row = 0, .offset = 0, .flags = 0, .words = std::vector<uint64_t>(8, 0)},
            {.row = 7, .offset = -33, .flags = 0x81, .words = {1, 2, 3, 4, 5, 6, 7, 0xffffffff}},
            {.row = 99, .offset = 33, .flags = 0, .words = std::vector<uint64_t>(8, 0x80000001)}};
}

void save(const std::string& path, const Geometry& geometry, const std::vector<StoredRow>& rows) {
    auto writer = ImageWriter::create(path, geometry);
    ASSERT_TRUE(writer.ok());
    for (const StoredRow& row : rows) writer.value()->add(row);
    const Status status = writer.value()->close();
    ASSERT_TRUE(status.ok()) << status.message();
}

struct ReadImage {
    std::vector<StoredRow> rows;
    Status status;
};

ReadImage load(const std::string& path, const Geometry& geometry) {
    auto reader = ImageReader::open(path, geometry);
    if (!reader.ok()) return {{}, reader.status()};
    ReadImage image;
    for (StoredRow row;;) {
        const Result<bool> more = reader.value()->next(row);
        image.status = more.status();
        if (!more.ok() || !more.value()) break;
        image.rows.push_back(row);
    }
    EXPECT_EQ(image.rows.size(), reader.value()->rows());
    return image;
}

std::string sound_image() {
    const test::TemporaryFolder folder;
    save(folder.path("i"), flagged(), some_rows());
    return test::read_file(folder.path("i"));
}

void expect_refused(const std::string& content, const std::string& place, const std::string& what,
                    const std::string& remedy, const Geometry& geometry = flagged()) {
    const test::TemporaryFolder folder;
    expect_message(ImageReader::open(folder.file("i", content), geometry).status(), folder.path("i") + place, what,
                   remedy);
}

TEST(UnitImage, GivesBackAnyRowsOfAnyArray) {
    const test::TemporaryFolder folder;
    test::check_property(100, [&] {
        const Geometry geometry = *rc::gen::element(flagged(), bit_interleaved(), test::geometry(64, 64, 70));
        std::vector<StoredRow> rows;
        for (uint64_t row = 0; row < geometry.rows(); ++row) {
            if (*rc::gen::inRange(0, 4) != 0) continue;
            const auto overhead = static_cast<int32_t>(geometry.overhead_sites);
            rows.push_back({.row = row,
                            .offset = *rc::gen::inRange(-overhead, overhead + 1),
                            .flags = geometry.flag_site ? *rc::gen::inRange<uint64_t>(0, 256) : 0,
                            .words = {}});
            const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
            for (uint64_t w = 0; w < geometry.row_words(); ++w)
                rows.back().words.push_back(seed * (2 * w + 1) & geometry.word_mask());
        }
        const std::string path = folder.path(*rc::gen::element<std::string>("i", "i.gz", "i.zst"));
        save(path, geometry, rows);
        const ReadImage image = load(path, geometry);
        if (!image.status.ok()) RC_FAIL(image.status.message());
        RC_ASSERT(image.rows == rows);
    });
}

TEST(UnitImage, LoadsIntoAMemoryWithOtherTracksThatHoldsEveryRow) {
    const test::TemporaryFolder folder;
    Geometry geometry = flagged();
    save(folder.path("i"), geometry, {some_rows()[0], some_rows()[1]});
    for (const uint64_t tracks : {uint64_t{8}, uint64_t{1} << 32}) {
        geometry.tracks = tracks;
        EXPECT_EQ(load(folder.path("i"), geometry).rows.size(), 2U) << tracks;
    }
    geometry.tracks = 7;
    expect_message(ImageReader::open(folder.path("i"), geometry).status(), folder.path("i"),
                   "row 7 is past the end of the memory, which has 7 rows", "--set device.tracks=8 or more");
    save(folder.path("b"), bit_interleaved(), {{.row = 49, .words = std::vector<uint64_t>(16, 1)}});
    Geometry small = bit_interleaved();
    small.tracks = uint64_t{128} * 49;
    expect_message(ImageReader::open(folder.path("b"), small).status(), folder.path("b"), "row 49 is past the end",
                   "--set device.tracks=6400 or more");
}

TEST(UnitImage, NamesTheSettingsThatMatchWhenTheMemoryHasAnotherShape) {
    const std::string options =
        "use --set device.segments=8 --set device.sites_per_segment=32 --set device.tracks_per_row=1 "
        "--set device.flag_site=true --set device.overhead_sites=33";
    const std::string saved = "an image of 8 segments of 32 sites with a flag site, 33 of overhead at each end; ";
    expect_refused(sound_image(), "", saved + "this memory has 32 segments of 64 sites, 64 of overhead", options,
                   test::geometry(64, 32, 100));
    Geometry geometry = flagged();
    geometry.overhead_sites = 40;
    expect_refused(sound_image(), "", "with a flag site, 40 of overhead", options, geometry);
    expect_refused(sound_image(), "", "4 sites, 128 tracks a row", options, bit_interleaved());
}

TEST(UnitImage, NoticesEveryTruncationAndEveryFlippedBitBeforeItGivesARow) {
    const std::string sound = sound_image();
    const auto refused = [&](const std::string& content) {
        return !ImageReader::open(std::move(ByteSource::of("bad", content).value()), flagged()).ok();
    };
    ASSERT_FALSE(refused(sound));
    for (size_t length = 0; length < sound.size(); ++length)
        EXPECT_TRUE(refused(sound.substr(0, length))) << "cut to " << length;
    for (size_t bit = 0; bit < 8 * sound.size(); ++bit) {
        std::string flipped = sound;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_TRUE(refused(flipped)) << "bit " << bit;
    }
    EXPECT_TRUE(refused(sound + '\0'));
}

TEST(UnitImage, NamesPlaceAndRemedyOfADamage) {
    const std::string sound = sound_image();
    const std::string again = "nothing was changed; copy the file again or save it again";
    const auto with = [&](size_t at, const std::string& bytes) {
        std::string bad = sound;
        return bad.replace(at, bytes.size(), bytes);
    };
    constexpr size_t kFirst = 10;  // where the first row begins: tag, row, offset, flags, words
    constexpr size_t kRowBytes = 4 + 64;
    constexpr size_t kSecond = kFirst + kRowBytes;
    expect_refused("", "", "this is no image", "name an image");
    expect_refused("SKYT\x02", "", "this is no image: it does not begin with SKYI", "name an image");
    expect_refused("SKYI\x03", "", "version 3 of the image", "expected version 1 or 2; save it again");
    expect_refused("SKYI", ": stored row 1, byte 4", "truncated", again);
    expect_refused(sound.substr(0, kSecond + 9), ": stored row 2, byte", "truncated", again);
    expect_refused(with(kFirst, "\x02"), ": stored row 1, byte 11", "unknown tag 0x02", again);
    expect_refused(with(kSecond + 1, std::string(1, '\0')), ": stored row 2", "row 0 comes after row 0", again);
    expect_refused(with(kSecond + 2, "\x44"), ": stored row 2", "row 7 rests at offset 34, past the 33 sites", again);
    expect_refused(with(kFirst + 3, std::string("\x80\x02", 2)), ": stored row 1", "row 0 has flags 0x100", again);
    expect_refused(with(kFirst + 8, "\x01"), ": stored row 1", "row 0 has the word 0x100000000 of more than 32 bits",
                   again);
    expect_refused(with(kFirst + 1, "\x80\x80\x80\x80\x10"), ": stored row 1", "row 4294967296 is no row", again);
    expect_refused(with(kFirst + 2, "\x80\x80\x80\x80\x20"), ": stored row 1", "offset 8589934592 is none", again);
    expect_refused(with(kFirst + 1, std::string(11, '\xff')), ": stored row 1", "longer than 64 bits", again);
    expect_refused(with(sound.size() - 1, std::string(1, static_cast<char>(sound.back() ^ 1))), ": stored row 4",
                   "bad checksum", again);
    expect_refused(sound + "x", ": stored row 4", "garbage after the end", again);
    std::string packed_image = packed(sound, ".zst");
    expect_refused(packed_image.substr(0, packed_image.size() - 1), "", "the zstd data is truncated", "zstd -t");
    packed_image.back() = static_cast<char>(packed_image.back() ^ 1);
    expect_refused(packed_image, "", "the zstd data is damaged", "zstd -t");
}

TEST(UnitImage, RefusesAnEndThatCountsOtherRows) {
    // A sound checksum over a wrong count: the end of one image behind the rows of another.
    const test::TemporaryFolder folder;
    save(folder.path("i"), flagged(), {some_rows()[0]});
    const std::string one = test::read_file(folder.path("i"));
    auto out = SummedWriter::create(folder.path("bad"));
    out.value()->bytes(one.substr(0, one.size() - 6));
    out.value()->byte(0xff);
    out.value()->varint(2);
    ASSERT_TRUE(out.value()->end().ok());
    expect_message(ImageReader::open(folder.path("bad"), flagged()).status(), folder.path("bad") + ": stored row 2",
                   "the end counts 2 rows, 1 were read", "save it again");
}

TEST(UnitImage, RefusesWhatIsNoRegularFile) {
    const test::TemporaryFolder folder;
    const std::string pipe = folder.path("pipe");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    // Opened for reading and writing, a pipe waits for nobody.
    const int held = open(pipe.c_str(), O_RDWR);
    ASSERT_EQ(write(held, "SKYI", 4), 4);
    expect_message(ImageReader::open(pipe, flagged()).status(), pipe, "a pipe or device cannot be",
                   "name a regular file");
    close(held);
    expect_message(ImageReader::open(folder.path(), flagged()).status(), "'" + folder.path(), "is a folder",
                   "name a file");
    expect_message(ImageReader::open(folder.path("none"), flagged()).status(), "cannot open '", "No such file",
                   "name an existing file");
}

TEST(UnitImage, GoesOnWithTheFileItCheckedWhenTheNameGetsAnother) {
    const test::TemporaryFolder folder;
    save(folder.path("i"), flagged(), some_rows());
    auto reader = ImageReader::open(folder.path("i"), flagged());
    ASSERT_TRUE(reader.ok());
    save(folder.path("i"), flagged(), {});
    StoredRow row;
    for (const StoredRow& expected : some_rows()) {
        ASSERT_TRUE(reader.value()->next(row).value());
        EXPECT_EQ(row, expected);
    }
    EXPECT_FALSE(reader.value()->next(row).value());
}

TEST(UnitImage, AppearsOnlyWhenItIsClosedAndIsTheSameForTheSameRows) {
    const test::TemporaryFolder folder;
    {
        auto writer = ImageWriter::create(folder.path("i"), flagged());
        writer.value()->add(some_rows()[0]);
    }
    EXPECT_TRUE(folder.names().empty());
    for (const char* name : {"a", "b"}) save(folder.path(name), flagged(), some_rows());
    EXPECT_EQ(test::read_file(folder.path("a")), test::read_file(folder.path("b")));
    EXPECT_FALSE(ImageWriter::create(folder.path("no/i"), flagged()).ok());
}

TEST(UnitImage, TakesNoRowThatTheArrayCannotHave) {
    const test::TemporaryFolder folder;
    auto writer = ImageWriter::create(folder.path("i"), flagged());
    const auto refused = [&](uint64_t row, int32_t offset, uint64_t flags, std::vector<uint64_t> words) {
        EXPECT_THROW(writer.value()->add({.row = row, .offset = offset, .flags = flags, .words = std::move(words)}),
                     std::invalid_argument);
    };
    const std::vector<uint64_t> words(8, 1);
    refused(100, 0, 0, words);
    refused(1, 34, 0, words);
    refused(1, 0, 0x100, words);
    refused(1, 0, 0, std::vector<uint64_t>(7, 1));
    refused(1, 0, 0, std::vector<uint64_t>(8, uint64_t{1} << 32));
    writer.value()->add({.row = 5, .words = words});
    refused(5, 0, 0, words);
    refused(4, 0, 0, words);
    ASSERT_TRUE(writer.value()->close().ok());
    EXPECT_EQ(load(folder.path("i"), flagged()).rows.size(), 1U);
}

}  // namespace
}  // namespace sky::memory
