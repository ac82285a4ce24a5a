#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "host/index/index.hpp"
#include "host/index/layout.hpp"

namespace sky::index {

/// A value as the memory holds it: little-endian words, the last one padded with zeros. Room for the longest value
/// there is, so that moving one allocates nothing.
struct Value {
    uint32_t bytes = 0;
    std::array<uint64_t, 512> words;  // NOLINT: only the first word_count() are ever read

    [[nodiscard]] uint32_t word_count() const { return (bytes + kWordBytes - 1) / kWordBytes; }
};

/// `bytes` must fit; the index checks the length against its configuration first.
void pack(std::span<const std::byte> bytes, Value& value);
[[nodiscard]] Bytes unpack(const Value& value);

}  // namespace sky::index
