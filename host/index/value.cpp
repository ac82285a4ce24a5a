#include "host/index/value.hpp"

namespace sky::index {

void pack(std::span<const std::byte> bytes, Value& value) {
    value.bytes = static_cast<uint32_t>(bytes.size());
    for (uint32_t w = 0; w < value.word_count(); ++w) value.words[w] = 0;
    for (size_t i = 0; i < bytes.size(); ++i)
        value.words[i / kWordBytes] |= std::to_integer<uint64_t>(bytes[i]) << (8 * (i % kWordBytes));
}

Bytes unpack(const Value& value) {
    Bytes bytes(value.bytes);
    for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(value.words[i / kWordBytes] >> (8 * (i % kWordBytes)));
    return bytes;
}

}  // namespace sky::index
