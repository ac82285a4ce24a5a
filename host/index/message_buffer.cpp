#include "host/index/message_buffer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sky::index {

std::vector<Message> MessageBuffer::read_keys(WordIo& io, Cause cause) const {
    std::vector<Message> messages;
    messages.reserve(by_age_.size());
    for (const uint16_t slot : by_age_) messages.push_back({key(io, slot, cause), tags_[slot].sequence, slot});
    return messages;
}

void MessageBuffer::add(WordIo& io, Key key, const Value& value, MessageTag tag, Cause cause) {
    const uint32_t slot = slots_.add(io, key, value, cause);
    tags_[slot] = tag;
    const auto after = std::upper_bound(by_age_.begin(), by_age_.end(), tag.sequence,
                                        [&](uint64_t s, uint16_t other) { return s < tags_[other].sequence; });
    by_age_.insert(after, static_cast<uint16_t>(slot));
}

void MessageBuffer::release(uint32_t slot) {
    slots_.release(slot);
    by_age_.erase(std::find(by_age_.begin(), by_age_.end(), static_cast<uint16_t>(slot)));
}

void MessageBuffer::move(WordIo& io, const Message& message, MessageBuffer& to, Cause read_cause, Cause write_cause) {
    Value value;
    read_value(io, message.slot, value, read_cause);
    to.add(io, message.key, value, tags_[message.slot], write_cause);
    release(message.slot);
}

std::string MessageBuffer::verify(WordIo& io, Key low, Key high) const {
    if (std::string why = slots_.verify(by_age_); !why.empty()) return why;
    for (size_t i = 1; i < by_age_.size(); ++i)
        if (tags_[by_age_[i - 1]].sequence >= tags_[by_age_[i]].sequence)
            return fmt::format("message {} by age is not older than the next one", i - 1);
    for (const uint16_t slot : by_age_) {
        const Key here = key(io, slot, Cause::kVerify);
        if (here < low || here > high)
            return fmt::format("message key {:#x} is outside [{:#x}, {:#x}]", here, low, high);
    }
    return {};
}

}  // namespace sky::index
