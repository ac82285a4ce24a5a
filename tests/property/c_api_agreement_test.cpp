// Question: does an index that is used through the C interface answer as a sorted map does, now and at snapshots,
// forward and backward, also after its store was closed, or given up, and opened again?
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>
#include <vector>

#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/c_api_fixture.hpp"

namespace sky::test {
namespace {

using Map = std::map<uint64_t, std::string>;

uint64_t number_of(const std::string& value) { return skytrack_number(value.data(), value.size()); }

std::string bytes_of(uint64_t number) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(number >> 8 * i));
    return bytes;
}

/// An operation, on an index or added to a batch, and what it makes of the map.
struct Write {
    enum class What : uint8_t { kPut, kErase, kMerge, kEraseRange };
    What what;
    uint64_t key;
    std::string value;
    uint64_t number;

    [[nodiscard]] skytrack_status to(skytrack_index* index) const {
        switch (what) {
            case What::kPut: return skytrack_index_put(index, key, value.data(), value.size());
            case What::kErase: return skytrack_index_erase(index, key);
            case What::kMerge: return skytrack_index_merge(index, key, number);
            case What::kEraseRange: break;
        }
        return skytrack_index_erase_range(index, key, key + number % 8);
    }
    [[nodiscard]] skytrack_status to(skytrack_batch* batch) const {
        switch (what) {
            case What::kPut: return skytrack_batch_put(batch, key, value.data(), value.size());
            case What::kErase: return skytrack_batch_erase(batch, key);
            case What::kMerge: return skytrack_batch_merge(batch, key, number);
            case What::kEraseRange: break;
        }
        return skytrack_batch_erase_range(batch, key, key + number % 8);
    }
    /// `before`: the map in front of the batch, whose keys a range erases.
    void to(Map& map, const Map& before) const {
        switch (what) {
            case What::kPut: map[key] = value; break;
            case What::kErase: map.erase(key); break;
            case What::kMerge: map[key] = bytes_of(number_of(map[key]) + number); break;
            case What::kEraseRange:
                for (auto it = before.lower_bound(key); it != before.end() && it->first < key + number % 8; ++it)
                    map.erase(it->first);
        }
    }
};

class PropertyCApi : public ::testing::TestWithParam<std::tuple<skytrack_kind, skytrack_mapping>> {
   protected:
    struct State {
        skytrack_snapshot* snapshot;
        Map map;
    };

    void SetUp() override {
        config_ = tiny_config(std::get<0>(GetParam()), std::get<1>(GetParam()), durable());
        config_.tracks *= 4;
        if (durable())
            SKY_C_OK(skytrack_index_create_store(&config_, store().c_str(), &index_));
        else
            SKY_C_OK(skytrack_index_create(&config_, &index_));
    }
    void TearDown() override {
        drop_states();
        SKY_C_OK(skytrack_index_close(index_));
    }

    [[nodiscard]] static bool durable() {
        const skytrack_kind kind = std::get<0>(GetParam());
        return kind == SKYTRACK_KIND_BPLUS_PAR || kind == SKYTRACK_KIND_SKYEPS;
    }
    [[nodiscard]] std::string store() const { return folder_.path("store"); }
    uint64_t draw(uint64_t below) { return std::uniform_int_distribution<uint64_t>(0, below - 1)(random_); }

    Write draw_write() {
        const auto what = static_cast<Write::What>(draw(10) < 6 ? 0 : 1 + draw(3));
        return {what, draw(300), std::string(draw(config_.max_value_bytes + 1), static_cast<char>('a' + draw(26))),
                random_()};
    }
    void write() {
        const Write write = draw_write();
        SKY_C_OK(write.to(index_));
        write.to(map_, Map(map_));
    }
    void write_batch() {
        skytrack_batch* batch = nullptr;
        SKY_C_OK(skytrack_batch_new(&batch));
        const Map before = map_;
        uint64_t ranges = 0;
        for (uint64_t n = draw(5); n > 0; --n) {
            const Write write = draw_write();
            if (write.what == Write::What::kEraseRange && ++ranges > 1) continue;
            SKY_C_OK(write.to(batch));
            write.to(map_, before);
        }
        const skytrack_status status = skytrack_index_write(index_, batch);
        if (status == SKYTRACK_FULL) map_ = before;  // too many for such small nodes
        EXPECT_TRUE(status == SKYTRACK_OK || status == SKYTRACK_FULL) << skytrack_error_message();
        skytrack_batch_free(batch);
    }
    void take_state() {
        skytrack_snapshot* snapshot = nullptr;
        SKY_C_OK(skytrack_snapshot_new(index_, &snapshot));
        states_.push_back({snapshot, map_});
    }
    void drop_states() {
        for (const State& state : states_) skytrack_snapshot_free(state.snapshot);
        states_.clear();
    }

    /// One walk, that turns now and then.
    static void expect_walk(skytrack_iterator* it, const Map& map, std::mt19937_64& random) {
        auto at = map.lower_bound(random() % 320);
        skytrack_status status = skytrack_iterator_seek(it, at == map.end() ? 400 : at->first);
        for (int steps = 0; at != map.end() && steps < 60; ++steps) {
            ASSERT_EQ(status, SKYTRACK_OK) << skytrack_error_message();
            ASSERT_EQ(key_at(it), at->first);
            ASSERT_EQ(value_at(it), at->second);
            if (random() % 4 != 0) {
                ++at;
                status = skytrack_iterator_next(it);
            } else if (at != map.begin()) {
                --at;
                status = skytrack_iterator_prev(it);
            }
        }
        ASSERT_EQ(status == SKYTRACK_NOT_FOUND, at == map.end());
    }
    static void expect_all(skytrack_iterator* it, const Map& map) {
        auto forward = map.begin();
        skytrack_status status = SKYTRACK_OK;
        for (status = skytrack_iterator_first(it); status == SKYTRACK_OK; status = skytrack_iterator_next(it)) {
            ASSERT_NE(forward, map.end());
            ASSERT_EQ(key_at(it), forward->first);
            ASSERT_EQ(value_at(it), forward++->second);
        }
        ASSERT_EQ(status, SKYTRACK_NOT_FOUND) << skytrack_error_message();
        ASSERT_EQ(forward, map.end());
        auto backward = map.rbegin();
        for (status = skytrack_iterator_last(it); status == SKYTRACK_OK; status = skytrack_iterator_prev(it))
            ASSERT_EQ(key_at(it), backward++->first);
        ASSERT_EQ(backward, map.rend());
    }
    void expect_state(skytrack_snapshot* snapshot, const Map& map) {
        skytrack_iterator* it = nullptr;
        SKY_C_OK(skytrack_iterator_new(index_, snapshot, &it));
        expect_all(it, map);
        for (int i = 0; i < 3; ++i) expect_walk(it, map, random_);
        skytrack_iterator_free(it);
        for (int i = 0; i < 20; ++i) {
            const uint64_t key = draw(310);
            const auto found = map.find(key);
            const std::optional<std::string> value = snapshot != nullptr ? get(snapshot, key) : get(index_, key);
            ASSERT_EQ(value, found == map.end() ? std::nullopt : std::optional(found->second)) << key;
        }
    }
    void reopen() {
        const bool gives_up = draw(2) == 0;
        if (gives_up) {
            SKY_C_OK(skytrack_index_commit(index_, 0));
            for (uint64_t n = draw(30); n > 0; --n) SKY_C_OK(draw_write().to(index_));
            SKY_C_OK(skytrack_index_discard(index_));
        } else {
            SKY_C_OK(skytrack_index_close(index_));
        }
        SKY_C_OK(skytrack_index_open_store(store().c_str(), &index_));
    }

    TemporaryFolder folder_;
    skytrack_config config_{};
    skytrack_index* index_ = nullptr;
    Map map_;
    std::vector<State> states_;
    std::mt19937_64 random_{seed()};
};
INSTANTIATE_TEST_SUITE_P(Kind, PropertyCApi,
                         ::testing::Combine(::testing::Range<skytrack_kind>(0, 5),
                                            ::testing::Values(SKYTRACK_MAPPING_WORD, SKYTRACK_MAPPING_BIT)));

TEST_P(PropertyCApi, AnswersAsASortedMapDoes) {
    for (int round = 0; round < 12 && !HasFatalFailure(); ++round) {
        for (uint64_t n = draw(200); n > 0; --n) draw(5) == 0 ? write_batch() : write();
        take_state();
        for (uint64_t n = draw(100); n > 0; --n) write();
        for (const State& state : states_) expect_state(state.snapshot, state.map);
        expect_state(nullptr, map_);
        SKY_C_OK(skytrack_index_verify(index_));
        if (draw(3) != 0) continue;
        drop_states();
        SKY_C_OK(skytrack_index_verify(index_));
        if (durable()) reopen();
        expect_state(nullptr, map_);
    }
}

}  // namespace
}  // namespace sky::test
