#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "host/memory/random.hpp"
#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/direct_store.hpp"

// What tests of tensor stores share.
namespace sky::offload {

inline std::unique_ptr<DirectStore> made(const std::vector<TensorSpec>& tensors, const DirectOptions& options) {
    Result<std::unique_ptr<DirectStore>> store = DirectStore::make(tensors, options);
    EXPECT_TRUE(store.ok()) << store.status().message();
    return store.ok() ? std::move(store.value()) : nullptr;
}

inline std::unique_ptr<DirectStore> opened(const DirectOptions& options) {
    Result<std::unique_ptr<DirectStore>> store = DirectStore::open(options);
    EXPECT_TRUE(store.ok()) << store.status().message();
    return store.ok() ? std::move(store.value()) : nullptr;
}

inline void fill(std::span<std::byte> bytes, uint64_t seed) {
    memory::Random random(seed);
    for (size_t at = 0; at + sizeof(uint64_t) <= bytes.size(); at += sizeof(uint64_t)) {
        const uint64_t word = random.next();
        std::memcpy(bytes.data() + at, &word, sizeof word);
    }
}

inline AlignedBuffer filled(uint64_t bytes, uint64_t seed) {
    AlignedBuffer buffer(bytes);
    fill(buffer.span(), seed);
    return buffer;
}

inline bool equal(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sky::offload
