#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "host/index/index.hpp"
#include "tests/support/device.hpp"

namespace sky::test {

/// A fast session and an index on it.
struct IndexOnMemory {
    IndexOnMemory(index::Kind kind, const memory::Geometry& geometry, const index::IndexConfig& config) {
        auto started = memory::MemorySession::start({.geometry = geometry, .timing = skyrmion_timing()});
        if (!started.ok()) throw std::runtime_error(started.status().message());
        session = std::move(started.value());
        auto created = index::Index::create(kind, *session, config);
        if (!created.ok()) throw std::runtime_error(created.status().message());
        tree = std::move(created.value());
    }

    [[nodiscard]] uint64_t stat(const std::string& name) const {
        const stats::Group group = tree->statistics();
        const stats::Value* value = group.find(name);
        if (value == nullptr) throw std::runtime_error("no statistic " + name);
        return std::get<uint64_t>(value->value);
    }

    std::unique_ptr<memory::MemorySession> session;
    std::unique_ptr<index::Index> tree;
};

/// Nodes so small that a few dozen entries make a tree of several levels.
inline constexpr index::IndexConfig kTinyNodes{.node_tracks = 2, .fanout = 4, .max_value_bytes = 8};

/// `bytes` bytes that depend on `salt`.
inline index::Bytes make_value(uint64_t salt, size_t bytes) {
    index::Bytes value(bytes);
    for (size_t i = 0; i < bytes; ++i) value[i] = static_cast<std::byte>(salt * 167 + i * 31 + (salt >> 8));
    return value;
}

}  // namespace sky::test
