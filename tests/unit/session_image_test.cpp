// Question: does an image of a session hold what outlives power and nothing else, and does a session take only what
// its controller could have left?
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "host/memory/image.hpp"
#include "host/memory/session.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"

namespace sky::memory {
namespace {

SessionConfig config(ReturnPolicy return_policy = ReturnPolicy::kHome) {
    return {.backend = Backend::kFast,
            .geometry = test::geometry(64, 32, 16),
            .timing = test::skyrmion_timing(),
            .policy = {.return_policy = return_policy},
            .outstanding = 8};
}

std::unique_ptr<MemorySession> start(const SessionConfig& config) {
    auto session = MemorySession::start(config);
    if (!session.ok()) throw std::runtime_error(session.status().message());
    return std::move(session.value());
}

std::vector<StoredRow> rows_of(MemorySession& session) {
    std::vector<StoredRow> rows;
    session.each_row([&](const StoredRow& row) { rows.push_back(row); });
    return rows;
}

void save(const std::string& path, const Geometry& geometry, const std::vector<StoredRow>& rows) {
    auto writer = ImageWriter::create(path, geometry);
    for (const StoredRow& row : rows) writer.value()->add(row);
    ASSERT_TRUE(writer.value()->close().ok());
}

StoredRow row_at(uint64_t row, int32_t offset) {
    return {.row = row, .offset = offset, .words = std::vector<uint64_t>(32, 5)};
}

TEST(UnitSessionImage, LeavesOutRowsThatAreAsIfUntouched) {
    const auto home = start(config());
    (void)home->read_word(3, 0);
    home->write_word(9, 1, 7, WriteAlg::kDcw);
    home->write_word(2, 1, 0, WriteAlg::kDcw);
    home->write_word(4, 1, 7, WriteAlg::kDcw);
    const std::vector<StoredRow> rows = rows_of(*home);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].row, 4U);
    EXPECT_EQ(rows[1].row, 9U);
    EXPECT_EQ(rows[1].words[1], 7U);

    const auto stay = start(config(ReturnPolicy::kStay));
    (void)stay->read_word(3, 0);
    ASSERT_EQ(rows_of(*stay).size(), 1U) << "a row that rests away from home is not as if untouched";
    EXPECT_EQ(rows_of(*stay)[0].offset, 64);
}

TEST(UnitSessionImage, RunsWhatIsUnderWayToItsEnd) {
    const test::TemporaryFolder folder;
    const auto session = start(config());
    const uint64_t word = 42;
    for (uint32_t row = 0; row < 5; ++row)
        session->submit({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = row, .seg_mask = 1}, {&word, 1});
    ASSERT_TRUE(session->save_image(folder.path("i")).ok());
    EXPECT_EQ(session->counters()[Counter::kWordsWritten], 5U);
    EXPECT_TRUE(session->poll().has_value());
    const auto loaded = start(config());
    ASSERT_TRUE(loaded->load_image(folder.path("i")).ok());
    EXPECT_EQ(loaded->counters(), Counters{}) << "loading costs no model time";
    for (uint32_t row = 0; row < 5; ++row) EXPECT_EQ(loaded->read_word(row, 0), 42U);
}

TEST(UnitSessionImage, IsLoadedBeforeTheFirstRequestAndOnce) {
    const test::TemporaryFolder folder;
    save(folder.path("i"), config().geometry, {row_at(1, 0)});
    const auto asked = start(config());
    (void)asked->read_word(0, 0);
    EXPECT_THROW((void)asked->load_image(folder.path("i")), std::logic_error);
    const auto loaded = start(config());
    EXPECT_TRUE(loaded->load_image(folder.path("i")).ok());
    EXPECT_THROW((void)loaded->load_image(folder.path("i")), std::logic_error);
}

TEST(UnitSessionImage, ThatIsDamagedOrForeignChangesNothing) {
    const test::TemporaryFolder folder;
    save(folder.path("sound"), config().geometry, {row_at(1, 0), row_at(2, 0)});
    save(folder.path("foreign"), test::geometry(64, 16, 16), {});
    const std::string sound = test::read_file(folder.path("sound"));
    const std::string damaged = folder.file("damaged", sound.substr(0, sound.size() - 1));
    const auto session = start(config());
    for (const std::string& path : {damaged, folder.path("foreign"), folder.path("none")}) {
        const Status status = session->load_image(path);
        EXPECT_FALSE(status.ok()) << path;
        EXPECT_NE(status.message().find(path), std::string::npos) << status.message();
    }
    EXPECT_FALSE(session->load_image(folder.path("sound"), [] { return true; }).ok()) << "stopped";
    EXPECT_TRUE(rows_of(*session).empty());
    EXPECT_TRUE(session->load_image(folder.path("sound")).ok());
    EXPECT_EQ(rows_of(*session).size(), 2U);
}

TEST(UnitSessionImage, HasNoRowThatTheControllerCouldNotHaveLeft) {
    const test::TemporaryFolder folder;
    const auto why = [&](const SessionConfig& to, const StoredRow& row) {
        const std::string path = folder.path("i");
        Geometry geometry = to.geometry;
        geometry.tracks = 1'000'000;
        save(path, geometry, {row});
        const std::string message = start(to)->load_image(path).message();
        return message.find(path + ": ") == 0 ? message.substr(path.size() + 2) : message;
    };
    const SessionConfig stay = config(ReturnPolicy::kStay);
    EXPECT_EQ(why(stay, row_at(1, 0)), "");
    EXPECT_EQ(why(stay, row_at(1, 64)), "");
    EXPECT_EQ(why(stay, row_at(1, 13)), "") << "a scan that stopped early";
    EXPECT_EQ(why(stay, row_at(1, -1)),
              "row 1 rests at offset -1, where the controller leaves none\nexpected one from 0 to 64");
    EXPECT_EQ(why(config(), row_at(1, 64)),
              "row 1 rests at offset 64, but the return policy of this memory is home\nuse --set "
              "controller.return_policy=stay");
    EXPECT_NE(why(stay, row_at(16, 0)).find("row 16 is past the end of the memory"), std::string::npos);
    SessionConfig rtl = stay;
    rtl.backend = Backend::kRtl;
    rtl.geometry.tracks = 1'000'000;
    EXPECT_EQ(why(rtl, row_at(2000, 0)),
              "row 2000 is past the end of the Verilated array, which has 1024 rows\nuse --backend fast or tlm");
}

}  // namespace
}  // namespace sky::memory
