#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "host/index/skytrack_index.h"

namespace sky::test {

/// A call that must go well.
#define SKY_C_OK(call) ASSERT_EQ((call), SKYTRACK_OK) << skytrack_error_message()

/// Nodes so small that a few dozen entries make a tree of several levels, on a small memory.
inline skytrack_config tiny_config(skytrack_kind kind = SKYTRACK_KIND_SKYEPS,
                                   skytrack_mapping mapping = SKYTRACK_MAPPING_WORD, bool durable = false) {
    skytrack_config config;
    EXPECT_EQ(skytrack_config_init(&config, sizeof config, kind, mapping), SKYTRACK_OK) << skytrack_error_message();
    config.tracks = mapping == SKYTRACK_MAPPING_BIT ? 64 * 256 : 4096;
    config.node_tracks = 2;
    config.fanout = 4;
    config.max_value_bytes = 16;
    config.durable = durable ? 1 : 0;
    return config;
}

/// What is read by `get(buffer, capacity, length)`; nullopt: SKYTRACK_NOT_FOUND.
template <typename Get>
std::optional<std::string> read_value(Get&& get) {
    char buffer[4096];
    size_t length = 1;
    const skytrack_status status = get(buffer, sizeof buffer, &length);
    if (status == SKYTRACK_OK) return std::string(buffer, length);
    EXPECT_EQ(status, SKYTRACK_NOT_FOUND) << skytrack_error_message();
    EXPECT_EQ(length, 0U);
    return std::nullopt;
}

inline std::optional<std::string> get(skytrack_index* index, uint64_t key) {
    return read_value(
        [&](void* b, size_t n, size_t* length) { return skytrack_index_get(index, key, b, n, length); });
}

inline std::optional<std::string> get(skytrack_snapshot* snapshot, uint64_t key) {
    return read_value(
        [&](void* b, size_t n, size_t* length) { return skytrack_snapshot_get(snapshot, key, b, n, length); });
}

inline std::string value_at(skytrack_iterator* it) {
    return read_value([&](void* b, size_t n, size_t* length) { return skytrack_iterator_value(it, b, n, length); })
        .value_or("(none)");
}

inline uint64_t key_at(skytrack_iterator* it) {
    uint64_t key = 0;
    EXPECT_EQ(skytrack_iterator_key(it, &key), SKYTRACK_OK) << skytrack_error_message();
    return key;
}

inline skytrack_status put(skytrack_index* index, uint64_t key, const std::string& value) {
    return skytrack_index_put(index, key, value.data(), value.size());
}

}  // namespace sky::test
