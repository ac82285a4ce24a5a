// Question: does every function that programs in C have do what the header says, and refuse with the status it names
// what it says it refuses?
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/support/device.hpp"
#include "tests/support/files.hpp"
#include "tests/unit/c_api_fixture.hpp"
#include "tests/unit/c_header.h"

namespace sky::test {
namespace {

std::string number(uint64_t n) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(n >> 8 * i));
    return bytes;
}

/// The call fails with this status, and the message has these words.
#define EXPECT_REFUSED(call, status, words)                                             \
    do {                                                                                \
        EXPECT_EQ(skytrack_status_name(call), std::string(#status));                    \
        EXPECT_NE(std::string(skytrack_error_message()).find(words), std::string::npos) \
            << "the message is: " << skytrack_error_message();                          \
        EXPECT_EQ(std::string(skytrack_error_message()).find('\n'), std::string::npos); \
    } while (false)

/// A Bε-tree of such small nodes erases few keys at once.
void erase_keys(skytrack_index* index, uint64_t low, uint64_t end, uint64_t step) {
    for (; low < end; low += step) SKY_C_OK(skytrack_index_erase_range(index, low, std::min(low + step, end)));
}

/// An index that is discarded at the end.
struct Opened {
    explicit Opened(const skytrack_config& config) {
        EXPECT_EQ(skytrack_index_create(&config, &index), SKYTRACK_OK) << skytrack_error_message();
    }
    ~Opened() { EXPECT_EQ(skytrack_index_discard(index), SKYTRACK_OK) << skytrack_error_message(); }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    operator skytrack_index*() const { return index; }  // NOLINT(google-explicit-constructor)

    skytrack_index* index = nullptr;
};

TEST(UnitCApi, MeansTheSameInC) {
    EXPECT_EQ(c_config_size(), sizeof(skytrack_config));
    EXPECT_EQ(c_config_end(), offsetof(skytrack_config, inject_fj));
    EXPECT_EQ(c_usage_size(), sizeof(skytrack_usage));
    EXPECT_EQ(c_usage_end(), offsetof(skytrack_usage, words_written));
}

TEST(UnitCApi, NamesEveryStatusAndNoOther) {
    std::set<std::string> names;
    for (skytrack_status status = SKYTRACK_OK; status <= SKYTRACK_BROKEN; ++status)
        names.insert(skytrack_status_name(status));
    EXPECT_EQ(names.size(), 14U);
    EXPECT_EQ(names.count("unknown status"), 0U);
    EXPECT_STREQ(skytrack_status_name(SKYTRACK_BROKEN + 1), "unknown status");
    EXPECT_STREQ(skytrack_status_name(-1), "unknown status");
}

TEST(UnitCApi, BeginsWithTheShippedDevice) {
    skytrack_config config;
    SKY_C_OK(skytrack_config_init(&config, sizeof config, SKYTRACK_KIND_SKYEPS, SKYTRACK_MAPPING_WORD));
    const model::Costs costs = skyrmion_costs();
    EXPECT_EQ(config.shift_ps, costs.shift_ps);
    EXPECT_EQ(config.detect_ps, costs.detect_ps);
    EXPECT_EQ(config.remove_ps, costs.remove_ps);
    EXPECT_EQ(config.inject_ps, costs.inject_ps);
    EXPECT_EQ(config.shift_fj, costs.shift_fj);
    EXPECT_EQ(config.detect_fj, costs.detect_fj);
    EXPECT_EQ(config.remove_fj, costs.remove_fj);
    EXPECT_EQ(config.inject_fj, costs.inject_fj);
    for (const skytrack_mapping mapping : {SKYTRACK_MAPPING_WORD, SKYTRACK_MAPPING_BIT}) {
        SKY_C_OK(skytrack_config_init(&config, sizeof config, SKYTRACK_KIND_SKYEPS, mapping));
        EXPECT_EQ(config.tracks * config.segments * config.sites, uint64_t{8} << 30);
        for (const uint32_t durable : {0U, 1U}) {
            config.durable = durable;
            const Opened index(config);
            SKY_C_OK(put(index, 1, "one"));
            EXPECT_EQ(get(index, 1), "one");
        }
    }
}

TEST(UnitCApi, RefusesAConfigurationThatIsNone) {
    skytrack_config config;
    const auto init = [&](size_t size, skytrack_kind kind, skytrack_mapping mapping) {
        return skytrack_config_init(&config, size, kind, mapping);
    };
    EXPECT_REFUSED(skytrack_config_init(nullptr, sizeof config, 0, 0), SKYTRACK_INVALID_ARGUMENT, "config is NULL");
    EXPECT_REFUSED(init(sizeof config - 4, 0, 0), SKYTRACK_INVALID_ARGUMENT, "compile with the header");
    EXPECT_REFUSED(init(sizeof config, 5, 0), SKYTRACK_INVALID_ARGUMENT, "kind is 5");
    EXPECT_REFUSED(init(sizeof config, 0, 2), SKYTRACK_INVALID_ARGUMENT, "mapping is 2");

    struct Case {
        void (*change)(skytrack_config&);
        skytrack_status status;
        const char* words;
    };
    const Case cases[] = {
        {[](skytrack_config& c) { c.struct_size = 0; }, SKYTRACK_INVALID_ARGUMENT, "the structure has 0 bytes"},
        {[](skytrack_config& c) { c.kind = 77; }, SKYTRACK_INVALID_ARGUMENT, "kind is 77"},
        {[](skytrack_config& c) { c.mapping = 2; }, SKYTRACK_INVALID_ARGUMENT, "mapping is 2"},
        {[](skytrack_config& c) { c.backend = 3; }, SKYTRACK_INVALID_ARGUMENT, "backend is 3"},
        {[](skytrack_config& c) { c.durable = 2; }, SKYTRACK_INVALID_ARGUMENT, "durable is 2"},
        {[](skytrack_config& c) { c.tracks = 0; }, SKYTRACK_BAD_CONFIG, "tracks"},
        {[](skytrack_config& c) { c.tracks = ~uint64_t{0}; }, SKYTRACK_BAD_CONFIG, "tracks is 1844"},
        {[](skytrack_config& c) { c.segments = 65; }, SKYTRACK_BAD_CONFIG, "segments is 65"},
        {[](skytrack_config& c) { c.sites = 32; }, SKYTRACK_BAD_CONFIG, "sites_per_segment is 32"},
        {[](skytrack_config& c) { c.mapping = SKYTRACK_MAPPING_BIT, c.tracks = 100; }, SKYTRACK_BAD_CONFIG, "100"},
        {[](skytrack_config& c) { c.node_tracks = 0; }, SKYTRACK_BAD_CONFIG, "node_tracks is 0"},
        {[](skytrack_config& c) { c.fanout = 17; }, SKYTRACK_BAD_CONFIG, "fanout is 17"},
        {[](skytrack_config& c) { c.max_value_bytes = 4097; }, SKYTRACK_BAD_CONFIG, "at most 4096"},
        {[](skytrack_config& c) { c.index_bits = 31; }, SKYTRACK_BAD_CONFIG, "index_bits is 31"},
        {[](skytrack_config& c) { c.kind = SKYTRACK_KIND_BEPS, c.durable = 1; }, SKYTRACK_BAD_CONFIG,
         "durable needs"},
        {[](skytrack_config& c) { c.shift_ps = 0; }, SKYTRACK_BAD_CONFIG, "shift"},
        {[](skytrack_config& c) { c.inject_fj = 70000; }, SKYTRACK_BAD_CONFIG, "inject"},
        {[](skytrack_config& c) { c.backend = SKYTRACK_BACKEND_RTL, c.segments = 31; }, SKYTRACK_BAD_CONFIG, "31"},
    };
    const TemporaryFolder folder;
    for (const Case& c : cases) {
        SCOPED_TRACE(c.words);
        skytrack_config bad = tiny_config();
        c.change(bad);
        auto* index = reinterpret_cast<skytrack_index*>(&bad);  // must not stay
        EXPECT_EQ(skytrack_index_create(&bad, &index), c.status);
        EXPECT_NE(std::string(skytrack_error_message()).find(c.words), std::string::npos) << skytrack_error_message();
        EXPECT_EQ(index, nullptr);
        if (c.status == SKYTRACK_BAD_CONFIG) bad.durable = 1;
        EXPECT_EQ(skytrack_index_create_store(&bad, folder.path("store").c_str(), &index), c.status);
        EXPECT_EQ(index, nullptr);
    }
    EXPECT_TRUE(folder.names().empty());
}

class UnitCApiOfEach : public ::testing::TestWithParam<std::tuple<skytrack_kind, skytrack_mapping>> {
   protected:
    Opened index_{tiny_config(std::get<0>(GetParam()), std::get<1>(GetParam()))};
};
INSTANTIATE_TEST_SUITE_P(Kind, UnitCApiOfEach,
                         ::testing::Combine(::testing::Range<skytrack_kind>(0, 5),
                                            ::testing::Values(SKYTRACK_MAPPING_WORD, SKYTRACK_MAPPING_BIT)));

TEST_P(UnitCApiOfEach, PutsGetsMergesAndErases) {
    for (uint64_t key = 0; key < 100; ++key) SKY_C_OK(put(index_, key * 3, std::string(key % 17, 'a')));
    SKY_C_OK(put(index_, 3, ""));
    SKY_C_OK(skytrack_index_put(index_, 6, nullptr, 0));
    SKY_C_OK(put(index_, ~uint64_t{0}, "last"));
    EXPECT_EQ(get(index_, 3), "");
    EXPECT_EQ(get(index_, 6), "");
    EXPECT_EQ(get(index_, 9), "aaa");
    EXPECT_EQ(get(index_, 10), std::nullopt);
    EXPECT_EQ(get(index_, ~uint64_t{0}), "last");

    SKY_C_OK(skytrack_index_merge(index_, 10, 40));
    SKY_C_OK(skytrack_index_merge(index_, 10, 2));
    SKY_C_OK(skytrack_index_merge(index_, 11, 0x0102030405060708));
    SKY_C_OK(skytrack_index_merge(index_, 9, ~uint64_t{0}));
    EXPECT_EQ(get(index_, 10), number(42));
    EXPECT_EQ(get(index_, 11), number(0x0102030405060708));
    EXPECT_EQ(get(index_, 9), number(~uint64_t{0}));

    SKY_C_OK(skytrack_index_erase(index_, 9));
    SKY_C_OK(skytrack_index_erase(index_, 1));
    erase_keys(index_, 12, 292, 20);
    SKY_C_OK(skytrack_index_erase_range(index_, 292, 12));
    EXPECT_EQ(get(index_, 9), std::nullopt);
    EXPECT_EQ(get(index_, 12), std::nullopt);
    EXPECT_EQ(get(index_, 291), std::nullopt);
    EXPECT_EQ(get(index_, 294), std::string(98 % 17, 'a'));
    uint64_t entries = 0;
    EXPECT_TRUE(c_walks_to_the_end(index_, &entries));
    EXPECT_EQ(entries, 8U);  // 0, 3, 6, 10, 11, 294, 297, the last
    SKY_C_OK(skytrack_index_commit(index_, 1));
    SKY_C_OK(skytrack_index_verify(index_));
}

TEST_P(UnitCApiOfEach, WritesABatchWholeAndAgain) {
    skytrack_batch* batch = nullptr;
    SKY_C_OK(skytrack_batch_new(&batch));
    SKY_C_OK(put(index_, 5, "old"));
    SKY_C_OK(skytrack_batch_put(batch, 1, "one", 3));
    SKY_C_OK(skytrack_batch_put(batch, 2, nullptr, 0));
    SKY_C_OK(skytrack_batch_merge(batch, 3, 7));
    SKY_C_OK(skytrack_batch_erase(batch, 1));
    SKY_C_OK(skytrack_batch_erase_range(batch, 4, 6));
    SKY_C_OK(skytrack_index_write(index_, batch));
    SKY_C_OK(skytrack_index_write(index_, batch));
    EXPECT_EQ(get(index_, 1), std::nullopt);
    EXPECT_EQ(get(index_, 2), "");
    EXPECT_EQ(get(index_, 3), number(14));
    EXPECT_EQ(get(index_, 5), std::nullopt);

    SKY_C_OK(skytrack_batch_put(batch, 9, "seventeen letters", 17));
    EXPECT_REFUSED(skytrack_index_write(index_, batch), SKYTRACK_TOO_LONG, "17 bytes, expected at most 16");
    EXPECT_EQ(get(index_, 3), number(14));
    SKY_C_OK(skytrack_batch_clear(batch));
    SKY_C_OK(skytrack_index_write(index_, batch));
    EXPECT_EQ(get(index_, 3), number(14));
    skytrack_batch_free(batch);
}

TEST_P(UnitCApiOfEach, WalksEitherWayOverOneState) {
    for (uint64_t key = 10; key <= 500; key += 10) SKY_C_OK(put(index_, key, std::to_string(key)));
    skytrack_snapshot* snapshot = nullptr;
    skytrack_iterator* it = nullptr;
    SKY_C_OK(skytrack_snapshot_new(index_, &snapshot));
    SKY_C_OK(skytrack_iterator_new(index_, snapshot, &it));
    erase_keys(index_, 0, 490, 90);
    SKY_C_OK(put(index_, 500, "new"));

    EXPECT_REFUSED(skytrack_iterator_next(it), SKYTRACK_INVALID_ARGUMENT, "seek");
    SKY_C_OK(skytrack_iterator_first(it));
    EXPECT_EQ(key_at(it), 10U);
    EXPECT_EQ(skytrack_iterator_prev(it), SKYTRACK_NOT_FOUND);
    EXPECT_REFUSED(skytrack_iterator_prev(it), SKYTRACK_INVALID_ARGUMENT, "at no entry");
    SKY_C_OK(skytrack_iterator_seek(it, 101));
    EXPECT_EQ(key_at(it), 110U);
    EXPECT_EQ(value_at(it), "110");
    SKY_C_OK(skytrack_iterator_next(it));
    EXPECT_EQ(key_at(it), 120U);
    SKY_C_OK(skytrack_iterator_seek_back(it, 109));
    EXPECT_EQ(key_at(it), 100U);
    SKY_C_OK(skytrack_iterator_prev(it));
    EXPECT_EQ(key_at(it), 90U);
    EXPECT_EQ(skytrack_iterator_seek(it, 501), SKYTRACK_NOT_FOUND);
    SKY_C_OK(skytrack_iterator_last(it));
    EXPECT_EQ(value_at(it), "500");
    EXPECT_EQ(skytrack_iterator_next(it), SKYTRACK_NOT_FOUND);
    EXPECT_EQ(skytrack_iterator_seek_back(it, 9), SKYTRACK_NOT_FOUND);

    EXPECT_EQ(get(snapshot, 10), "10");
    EXPECT_EQ(get(snapshot, 500), "500");
    EXPECT_EQ(get(snapshot, 11), std::nullopt);
    skytrack_snapshot_free(snapshot);  // the iterator goes on
    SKY_C_OK(skytrack_iterator_seek(it, 200));
    EXPECT_EQ(value_at(it), "200");
    skytrack_iterator_free(it);

    SKY_C_OK(skytrack_iterator_new(index_, nullptr, &it));
    SKY_C_OK(skytrack_iterator_first(it));
    EXPECT_EQ(key_at(it), 490U);
    SKY_C_OK(skytrack_iterator_next(it));
    EXPECT_EQ(value_at(it), "new");
    EXPECT_EQ(skytrack_iterator_next(it), SKYTRACK_NOT_FOUND);
    skytrack_iterator_free(it);
}

TEST(UnitCApi, CountsTheSameOnEveryBackend) {
    std::vector<skytrack_usage> usages;
    for (const skytrack_backend backend : {SKYTRACK_BACKEND_FAST, SKYTRACK_BACKEND_TLM, SKYTRACK_BACKEND_RTL}) {
        skytrack_config config = tiny_config();
        config.tracks = 512;
        config.backend = backend;
        const Opened index(config);
        for (uint64_t key = 0; key < 60; ++key) SKY_C_OK(put(index, key * 7 % 61, "x"));
        EXPECT_EQ(get(index, 7), "x");
        SKY_C_OK(skytrack_index_usage(index, &usages.emplace_back(), sizeof(skytrack_usage)));
    }
    for (const skytrack_usage& usage : usages) {
        EXPECT_GT(usage.model_time_ns, 0);
        EXPECT_EQ(usage.model_time_ns, usages[0].model_time_ns);
        EXPECT_GT(usage.energy_pj, 0);
        EXPECT_EQ(usage.energy_pj, usages[0].energy_pj);
        EXPECT_GT(usage.shifts, 0U);
        EXPECT_EQ(usage.shifts, usages[0].shifts);
        EXPECT_EQ(usage.track_steps, usages[0].track_steps);
        EXPECT_EQ(usage.detects, usages[0].detects);
        EXPECT_EQ(usage.removes, usages[0].removes);
        EXPECT_GT(usage.injects, 0U);
        EXPECT_EQ(usage.injects, usages[0].injects);
        EXPECT_GT(usage.passes, 0U);
        EXPECT_EQ(usage.passes, usages[0].passes);
        EXPECT_GT(usage.words_read, 0U);
        EXPECT_EQ(usage.words_read, usages[0].words_read);
        EXPECT_GT(usage.words_written, 0U);
        EXPECT_EQ(usage.words_written, usages[0].words_written);
    }
}

TEST(UnitCApi, TellsNanosecondsAndPicojoulesOfTheCostsItWasGiven) {
    skytrack_usage usages[2];
    for (const uint32_t factor : {1U, 2U}) {
        skytrack_config config = tiny_config(SKYTRACK_KIND_BPLUS);
        for (uint32_t* cost : {&config.shift_ps, &config.detect_ps, &config.remove_ps, &config.inject_ps,
                               &config.shift_fj, &config.detect_fj, &config.remove_fj, &config.inject_fj})
            *cost *= factor;
        const Opened index(config);
        SKY_C_OK(put(index, 1, "abc"));
        skytrack_usage& usage = usages[factor - 1];
        SKY_C_OK(skytrack_index_usage(index, &usage, sizeof usage));
        // Each of them does one thing at a time, and most of it shifts.
        const double shifting_ns = static_cast<double>(usage.shifts) * config.shift_ps / 1000;
        EXPECT_GT(usage.model_time_ns, shifting_ns);
        EXPECT_LT(usage.model_time_ns, 4 * shifting_ns);
        const auto energy_fj =
            static_cast<double>(usage.track_steps * config.shift_fj + usage.detects * config.detect_fj +
                                usage.removes * config.remove_fj + usage.injects * config.inject_fj);
        EXPECT_DOUBLE_EQ(usage.energy_pj, energy_fj / 1000);
    }
    EXPECT_DOUBLE_EQ(usages[1].energy_pj, 2 * usages[0].energy_pj);
    EXPECT_DOUBLE_EQ(usages[1].model_time_ns, 2 * usages[0].model_time_ns);
}

TEST(UnitCApi, GivesStatisticsAsJson) {
    const Opened index(tiny_config());
    SKY_C_OK(put(index, 1, "abc"));
    char* text = nullptr;
    SKY_C_OK(skytrack_index_statistics(index, &text));
    const auto json = nlohmann::json::parse(text);
    skytrack_free(text);
    EXPECT_EQ(json["index"]["nodes"]["value"], 1);
    EXPECT_EQ(json["index"]["nodes"]["unit"], "nodes");
    EXPECT_TRUE(json["memory"].contains("operations")) << json["memory"].dump();
}

TEST(UnitCApi, TellsAShortBufferWhatItNeeds) {
    const Opened index(tiny_config());
    SKY_C_OK(put(index, 1, "abcdef"));
    char buffer[6] = "#####";
    size_t length = 0;
    EXPECT_REFUSED(skytrack_index_get(index, 1, buffer, 5, &length), SKYTRACK_BUFFER_TOO_SMALL, "longer");
    EXPECT_EQ(length, 6U);
    EXPECT_STREQ(buffer, "#####");
    EXPECT_EQ(skytrack_index_get(index, 1, nullptr, 0, &length), SKYTRACK_BUFFER_TOO_SMALL);
    EXPECT_EQ(length, 6U);
    SKY_C_OK(skytrack_index_get(index, 1, buffer, 6, nullptr));
    EXPECT_EQ(std::string(buffer, 6), "abcdef");
    EXPECT_REFUSED(skytrack_index_get(index, 1, nullptr, 6, &length), SKYTRACK_INVALID_ARGUMENT, "buffer");
    SKY_C_OK(put(index, 2, ""));
    SKY_C_OK(skytrack_index_get(index, 2, nullptr, 0, &length));
    EXPECT_EQ(length, 0U);
}

TEST(UnitCApi, ReadsNumbersAsMergeDoes) {
    EXPECT_EQ(skytrack_number(number(0x8877665544332211).data(), 8), 0x8877665544332211U);
    EXPECT_EQ(skytrack_number("1234567", 7), 0U);
    EXPECT_EQ(skytrack_number(nullptr, 8), 0U);
}

TEST(UnitCApi, RefusesWhatIsTooLong) {
    skytrack_config config = tiny_config();
    config.max_value_bytes = 7;
    const Opened index(config);
    EXPECT_REFUSED(put(index, 1, "12345678"), SKYTRACK_TOO_LONG, "8 bytes, expected at most 7");
    EXPECT_REFUSED(skytrack_index_put(index, 1, "x", SIZE_MAX), SKYTRACK_TOO_LONG, "expected at most 7");
    EXPECT_REFUSED(skytrack_index_merge(index, 1, 1), SKYTRACK_TOO_LONG, "8 bytes, expected at most 7");
    EXPECT_EQ(get(index, 1), std::nullopt);
    skytrack_batch* batch = nullptr;
    SKY_C_OK(skytrack_batch_new(&batch));
    EXPECT_REFUSED(skytrack_batch_put(batch, 1, "x", 4097), SKYTRACK_TOO_LONG, "at most 4096");
    SKY_C_OK(skytrack_batch_merge(batch, 1, 1));
    EXPECT_REFUSED(skytrack_index_write(index, batch), SKYTRACK_TOO_LONG, "at most 7");
    skytrack_batch_free(batch);
}

TEST(UnitCApi, RefusesWhatFindsNoRoom) {
    for (const skytrack_kind kind : {SKYTRACK_KIND_BPLUS, SKYTRACK_KIND_SKYEPS}) {
        skytrack_config config = tiny_config(kind);
        config.tracks = 32;
        const Opened index(config);
        uint64_t key = 0;
        skytrack_status status = SKYTRACK_OK;
        while (status == SKYTRACK_OK && key < 10000) status = put(index, key++, "sixteen letters!");
        EXPECT_REFUSED(status, SKYTRACK_FULL, "full");
        EXPECT_EQ(get(index, key - 1), std::nullopt);
        for (uint64_t before = 0; before + 1 < key; ++before) EXPECT_EQ(get(index, before), "sixteen letters!");
        skytrack_batch* batch = nullptr;
        SKY_C_OK(skytrack_batch_new(&batch));
        for (uint64_t i = 0; i < 2000; ++i) SKY_C_OK(skytrack_batch_put(batch, 20000 + i, "x", 1));
        EXPECT_EQ(skytrack_index_write(index, batch), SKYTRACK_FULL);
        EXPECT_EQ(get(index, 20000), std::nullopt);
        skytrack_batch_free(batch);
        SKY_C_OK(skytrack_index_verify(index));
    }
}

TEST(UnitCApi, TakesNullForAnError) {
    const Opened index(tiny_config());
    const skytrack_config config = tiny_config();
    skytrack_index* made = nullptr;
    uint64_t key = 0;
    size_t length = 0;
    char buffer[8];
    skytrack_config read;
    skytrack_usage usage;
    char* text = nullptr;
    skytrack_snapshot* snapshot = nullptr;
    skytrack_iterator* it = nullptr;
    skytrack_batch* batch = nullptr;
    SKY_C_OK(skytrack_batch_new(&batch));
    const skytrack_status all[] = {
        skytrack_index_create(nullptr, &made),
        skytrack_index_create(&config, nullptr),
        skytrack_index_create_store(nullptr, "x", &made),
        skytrack_index_create_store(&config, nullptr, &made),
        skytrack_index_create_store(&config, "x", nullptr),
        skytrack_index_open_store(nullptr, &made),
        skytrack_index_open_store("x", nullptr),
        skytrack_index_open_image(nullptr, "x", &made),
        skytrack_index_open_image(&config, nullptr, &made),
        skytrack_index_open_image(&config, "x", nullptr),
        skytrack_index_save_image(nullptr, "x"),
        skytrack_index_save_image(index, nullptr),
        skytrack_index_config(nullptr, &read, sizeof read),
        skytrack_index_config(index, nullptr, sizeof read),
        skytrack_index_config(index, &read, 3),
        skytrack_index_put(nullptr, 1, "x", 1),
        skytrack_index_put(index, 1, nullptr, 1),
        skytrack_index_get(nullptr, 1, buffer, sizeof buffer, &length),
        skytrack_index_erase(nullptr, 1),
        skytrack_index_erase_range(nullptr, 1, 2),
        skytrack_index_merge(nullptr, 1, 1),
        skytrack_index_commit(nullptr, 0),
        skytrack_index_write(nullptr, batch),
        skytrack_index_write(index, nullptr),
        skytrack_index_verify(nullptr),
        skytrack_index_usage(nullptr, &usage, sizeof usage),
        skytrack_index_usage(index, nullptr, sizeof usage),
        skytrack_index_usage(index, &usage, sizeof usage + 1),
        skytrack_index_statistics(nullptr, &text),
        skytrack_index_statistics(index, nullptr),
        skytrack_batch_new(nullptr),
        skytrack_batch_clear(nullptr),
        skytrack_batch_put(nullptr, 1, "x", 1),
        skytrack_batch_put(batch, 1, nullptr, 1),
        skytrack_batch_erase(nullptr, 1),
        skytrack_batch_erase_range(nullptr, 1, 2),
        skytrack_batch_merge(nullptr, 1, 1),
        skytrack_snapshot_new(nullptr, &snapshot),
        skytrack_snapshot_new(index, nullptr),
        skytrack_snapshot_get(nullptr, 1, buffer, sizeof buffer, &length),
        skytrack_iterator_new(nullptr, nullptr, &it),
        skytrack_iterator_new(index, nullptr, nullptr),
        skytrack_iterator_first(nullptr),
        skytrack_iterator_last(nullptr),
        skytrack_iterator_seek(nullptr, 1),
        skytrack_iterator_seek_back(nullptr, 1),
        skytrack_iterator_next(nullptr),
        skytrack_iterator_prev(nullptr),
        skytrack_iterator_key(nullptr, &key),
        skytrack_iterator_value(nullptr, buffer, sizeof buffer, &length),
    };
    for (size_t i = 0; i < std::size(all); ++i) EXPECT_EQ(all[i], SKYTRACK_INVALID_ARGUMENT) << i;
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(text, nullptr);
    EXPECT_EQ(snapshot, nullptr);
    EXPECT_EQ(skytrack_index_recovery(nullptr), nullptr);
    SKY_C_OK(skytrack_index_close(nullptr));
    SKY_C_OK(skytrack_index_discard(nullptr));
    skytrack_batch_free(nullptr);
    skytrack_snapshot_free(nullptr);
    skytrack_iterator_free(nullptr);
    skytrack_free(nullptr);
    skytrack_batch_free(batch);
    EXPECT_EQ(it, nullptr);
    uint64_t entries = 1;
    EXPECT_TRUE(c_walks_to_the_end(index, &entries));
    EXPECT_EQ(entries, 0U);
}

TEST(UnitCApi, RefusesHandlesOfOtherIndexesAndIteratorsNowhere) {
    const Opened one(tiny_config());
    const Opened other(tiny_config());
    skytrack_snapshot* snapshot = nullptr;
    skytrack_iterator* it = nullptr;
    uint64_t key = 0;
    SKY_C_OK(skytrack_snapshot_new(one, &snapshot));
    EXPECT_REFUSED(skytrack_iterator_new(other, snapshot, &it), SKYTRACK_INVALID_ARGUMENT, "another index");
    EXPECT_EQ(it, nullptr);
    SKY_C_OK(skytrack_iterator_new(one, snapshot, &it));
    EXPECT_REFUSED(skytrack_iterator_key(it, &key), SKYTRACK_INVALID_ARGUMENT, "at no entry");
    EXPECT_REFUSED(skytrack_iterator_key(it, nullptr), SKYTRACK_INVALID_ARGUMENT, "key is NULL");
    EXPECT_REFUSED(skytrack_iterator_value(it, nullptr, 0, nullptr), SKYTRACK_INVALID_ARGUMENT, "at no entry");
    EXPECT_REFUSED(skytrack_iterator_value(it, nullptr, 1, nullptr), SKYTRACK_INVALID_ARGUMENT, "buffer");
    EXPECT_REFUSED(skytrack_index_close(one), SKYTRACK_IN_USE, "2 snapshots or iterators");
    EXPECT_REFUSED(skytrack_index_discard(one), SKYTRACK_IN_USE, "2 snapshots or iterators");
    SKY_C_OK(put(one, 1, "still there"));
    skytrack_snapshot_free(snapshot);
    EXPECT_REFUSED(skytrack_index_discard(one), SKYTRACK_IN_USE, "1 snapshots or iterators");
    skytrack_iterator_free(it);
}

TEST(UnitCApi, KeepsAMessageForEachThread) {
    EXPECT_REFUSED(skytrack_index_verify(nullptr), SKYTRACK_INVALID_ARGUMENT, "index is NULL");
    std::thread([] {
        EXPECT_STREQ(skytrack_error_message(), "");
        EXPECT_REFUSED(skytrack_batch_clear(nullptr), SKYTRACK_INVALID_ARGUMENT, "batch is NULL");
    }).join();
    EXPECT_STREQ(skytrack_error_message(), "index is NULL");
}

TEST(UnitCApi, LetsThreadsTakeTurns) {
    const Opened index(tiny_config());
    constexpr uint64_t kEach = 200;
    const auto work = [&](uint64_t first) {
        for (uint64_t i = 0; i < kEach; ++i) {
            EXPECT_EQ(skytrack_index_merge(index, i, 1), SKYTRACK_OK) << skytrack_error_message();
            EXPECT_EQ(put(index, first + i, "x"), SKYTRACK_OK) << skytrack_error_message();
            skytrack_snapshot* snapshot = nullptr;
            EXPECT_EQ(skytrack_snapshot_new(index, &snapshot), SKYTRACK_OK) << skytrack_error_message();
            EXPECT_EQ(get(snapshot, first + i), "x");
            skytrack_snapshot_free(snapshot);
        }
    };
    std::thread a(work, 10000);
    std::thread b(work, 20000);
    work(30000);
    a.join();
    b.join();
    for (uint64_t i = 0; i < kEach; ++i) EXPECT_EQ(get(index, i), number(3));
    SKY_C_OK(skytrack_index_verify(index));
}

}  // namespace
}  // namespace sky::test
