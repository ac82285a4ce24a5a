// Question: does an index in a folder or an image come back to programs in C as it was committed, and are files that
// are not right refused?
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <tuple>

#include "tests/support/files.hpp"
#include "tests/unit/c_api_fixture.hpp"

namespace sky::test {
namespace {

#define EXPECT_REFUSED(call, status, words)                                             \
    do {                                                                                \
        EXPECT_EQ(skytrack_status_name(call), std::string(#status));                    \
        EXPECT_NE(std::string(skytrack_error_message()).find(words), std::string::npos) \
            << "the message is: " << skytrack_error_message();                          \
    } while (false)

class UnitCApiFiles : public ::testing::TestWithParam<std::tuple<skytrack_kind, skytrack_mapping>> {
   protected:
    void SetUp() override { config_ = tiny_config(std::get<0>(GetParam()), std::get<1>(GetParam()), true); }
    [[nodiscard]] std::string store() const { return folder_.path("store"); }
    [[nodiscard]] std::string image() const { return folder_.path("image.skyi"); }
    void create() { SKY_C_OK(skytrack_index_create_store(&config_, store().c_str(), &index_)); }
    void open() { SKY_C_OK(skytrack_index_open_store(store().c_str(), &index_)); }
    void fill(uint64_t low, uint64_t end) {
        for (uint64_t key = low; key < end; ++key) SKY_C_OK(put(index_, key * 2654435761, std::to_string(key)));
    }
    void expect_keys(uint64_t low, uint64_t end) {
        for (uint64_t key = low; key < end; ++key) EXPECT_EQ(get(index_, key * 2654435761), std::to_string(key));
        SKY_C_OK(skytrack_index_verify(index_));
    }

    TemporaryFolder folder_;
    skytrack_config config_{};
    skytrack_index* index_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Kind, UnitCApiFiles,
                         ::testing::Combine(::testing::Values(SKYTRACK_KIND_BPLUS_PAR, SKYTRACK_KIND_SKYEPS),
                                            ::testing::Values(SKYTRACK_MAPPING_WORD, SKYTRACK_MAPPING_BIT)));

TEST_P(UnitCApiFiles, FindAStoreAsItWasClosed) {
    create();
    EXPECT_STREQ(skytrack_index_recovery(index_), "");
    fill(0, 300);
    SKY_C_OK(skytrack_index_close(index_));
    for (uint64_t round = 0; round < 3; ++round) {
        open();
        EXPECT_STREQ(skytrack_index_recovery(index_), "");
        expect_keys(0, 300 + 10 * round);
        fill(300 + 10 * round, 310 + 10 * round);
        SKY_C_OK(skytrack_index_close(index_));
    }
}

TEST_P(UnitCApiFiles, FindAStoreAsItWasCommitted) {
    create();
    SKY_C_OK(skytrack_index_discard(index_));
    open();
    fill(0, 200);
    SKY_C_OK(skytrack_index_commit(index_, 0));
    fill(200, 400);
    SKY_C_OK(skytrack_index_discard(index_));
    open();
    EXPECT_NE(std::string(skytrack_index_recovery(index_)), "");
    expect_keys(0, 200);
    for (uint64_t key = 200; key < 400; ++key) EXPECT_EQ(get(index_, key * 2654435761), std::nullopt);
    SKY_C_OK(skytrack_index_close(index_));
}

TEST_P(UnitCApiFiles, TellTheConfigurationOfWhatIsOpened) {
    config_.index_bits = 20;
    config_.inject_ps = 1700;
    config_.remove_fj = 0;
    create();
    for (const bool again : {false, true}) {
        if (again) {
            SKY_C_OK(skytrack_index_close(index_));
            open();
        }
        skytrack_config found;
        std::memset(&found, 0xff, sizeof found);
        SKY_C_OK(skytrack_index_config(index_, &found, sizeof found));
        EXPECT_EQ(found.struct_size, sizeof found);
        EXPECT_EQ(found.kind, config_.kind);
        EXPECT_EQ(found.mapping, config_.mapping);
        EXPECT_EQ(found.backend, config_.backend);
        EXPECT_EQ(found.tracks, config_.tracks);
        EXPECT_EQ(found.segments, config_.segments);
        EXPECT_EQ(found.sites, config_.sites);
        EXPECT_EQ(found.node_tracks, config_.node_tracks);
        EXPECT_EQ(found.fanout, config_.fanout);
        EXPECT_EQ(found.max_value_bytes, config_.max_value_bytes);
        EXPECT_EQ(found.index_bits, config_.index_bits);
        EXPECT_EQ(found.durable, 1U);
        EXPECT_EQ(found.shift_ps, config_.shift_ps);
        EXPECT_EQ(found.detect_ps, config_.detect_ps);
        EXPECT_EQ(found.remove_ps, config_.remove_ps);
        EXPECT_EQ(found.inject_ps, config_.inject_ps);
        EXPECT_EQ(found.shift_fj, config_.shift_fj);
        EXPECT_EQ(found.detect_fj, config_.detect_fj);
        EXPECT_EQ(found.remove_fj, config_.remove_fj);
        EXPECT_EQ(found.inject_fj, config_.inject_fj);
    }
    SKY_C_OK(skytrack_index_close(index_));
}

TEST_P(UnitCApiFiles, FindAnImageAsItWasSaved) {
    SKY_C_OK(skytrack_index_create(&config_, &index_));
    fill(0, 300);
    SKY_C_OK(skytrack_index_save_image(index_, image().c_str()));
    fill(300, 310);
    expect_keys(0, 310);
    SKY_C_OK(skytrack_index_close(index_));

    // Kind and shape are those of the image.
    skytrack_config other = config_;
    other.kind = SKYTRACK_KIND_BEPS;
    other.fanout = 1;
    for (const skytrack_backend backend : {SKYTRACK_BACKEND_FAST, SKYTRACK_BACKEND_TLM}) {
        other.backend = backend;
        SKY_C_OK(skytrack_index_open_image(&other, image().c_str(), &index_));
        expect_keys(0, 300);
        EXPECT_EQ(get(index_, uint64_t{300} * 2654435761), std::nullopt);
        skytrack_config found;
        SKY_C_OK(skytrack_index_config(index_, &found, sizeof found));
        EXPECT_EQ(found.kind, config_.kind);
        EXPECT_EQ(found.backend, backend);
        EXPECT_STREQ(skytrack_index_recovery(index_), "");
        SKY_C_OK(skytrack_index_close(index_));
    }
    other.tracks *= 2;
    EXPECT_REFUSED(skytrack_index_open_image(&other, image().c_str(), &index_), SKYTRACK_FILE, "geometry");
    other.sites = 1;
    EXPECT_REFUSED(skytrack_index_open_image(&other, image().c_str(), &index_), SKYTRACK_BAD_CONFIG, "sites");
}

TEST_P(UnitCApiFiles, AreRefusedWhereAnImageCannotBe) {
    SKY_C_OK(skytrack_index_create(&config_, &index_));
    EXPECT_REFUSED(skytrack_index_save_image(index_, folder_.path("no/such/folder").c_str()), SKYTRACK_FILE,
                   "no/such");
    EXPECT_REFUSED(skytrack_index_save_image(index_, ""), SKYTRACK_FILE, "");
    SKY_C_OK(skytrack_index_close(index_));
    config_.durable = 0;
    SKY_C_OK(skytrack_index_create(&config_, &index_));
    EXPECT_REFUSED(skytrack_index_save_image(index_, image().c_str()), SKYTRACK_NOT_DURABLE, "durable");
    SKY_C_OK(skytrack_index_close(index_));
    EXPECT_TRUE(folder_.names().empty());
    EXPECT_REFUSED(skytrack_index_open_image(&config_, image().c_str(), &index_), SKYTRACK_FILE, "image.skyi");
    const std::string text = folder_.file("text", "no image at all");
    EXPECT_REFUSED(skytrack_index_open_image(&config_, text.c_str(), &index_), SKYTRACK_FILE, "text");
    EXPECT_EQ(index_, nullptr);
}

TEST_P(UnitCApiFiles, AreRefusedWhereAStoreCannotBe) {
    EXPECT_REFUSED(skytrack_index_open_store(store().c_str(), &index_), SKYTRACK_NOT_FOUND, "no folder");
    EXPECT_REFUSED(skytrack_index_open_store(folder_.path().c_str(), &index_), SKYTRACK_NOT_FOUND, "no store");
    EXPECT_REFUSED(skytrack_index_create_store(&config_, "", &index_), SKYTRACK_FILE, "empty");
    skytrack_config other = config_;
    other.durable = 0;
    EXPECT_REFUSED(skytrack_index_create_store(&other, store().c_str(), &index_), SKYTRACK_BAD_CONFIG, "durable");
    other = config_;
    other.backend = SKYTRACK_BACKEND_TLM;
    EXPECT_REFUSED(skytrack_index_create_store(&other, store().c_str(), &index_), SKYTRACK_BAD_CONFIG, "FAST");
    EXPECT_TRUE(folder_.names().empty());

    const std::string file = folder_.file("file", "");
    EXPECT_REFUSED(skytrack_index_create_store(&config_, file.c_str(), &index_), SKYTRACK_FILE, "no folder");
    EXPECT_REFUSED(skytrack_index_create_store(&config_, folder_.path().c_str(), &index_), SKYTRACK_FILE,
                   "not empty");

    create();
    skytrack_index* second = nullptr;
    EXPECT_REFUSED(skytrack_index_open_store(store().c_str(), &second), SKYTRACK_FILE, "in use");
    EXPECT_REFUSED(skytrack_index_create_store(&config_, store().c_str(), &second), SKYTRACK_FILE, "store already");
    EXPECT_EQ(second, nullptr);
    SKY_C_OK(skytrack_index_close(index_));
}

TEST_P(UnitCApiFiles, AreRefusedWhenTheyAreDamaged) {
    create();
    fill(0, 50);
    SKY_C_OK(skytrack_index_close(index_));
    const std::string path = store() + "/image";
    std::string bytes = read_file(path);
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_REFUSED(skytrack_index_open_store(store().c_str(), &index_), SKYTRACK_FILE, "image");
    EXPECT_EQ(index_, nullptr);
    EXPECT_EQ(read_file(path), bytes);
}

}  // namespace
}  // namespace sky::test
