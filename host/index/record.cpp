#include "host/index/record.hpp"

#include <algorithm>

namespace sky::index {

void Records::set_value(Record& record, const Value& value) {
    record.value = static_cast<uint32_t>(words.size());
    record.bytes = static_cast<uint16_t>(value.bytes);
    record.indexed = false;
    record.has_value = true;
    for (uint32_t w = 0; w < value.word_count(); ++w) words.push_back(value.words[w]);
}

void Records::append(const Records& from, Record record) {
    if (!record.indexed) {
        const std::span<const uint64_t> value = from.value_words(record);
        record.value = static_cast<uint32_t>(words.size());
        words.insert(words.end(), value.begin(), value.end());
    }
    list.push_back(record);
}

void Records::get_value(const Record& record, Value& value) const {
    value.bytes = record.bytes;
    const std::span<const uint64_t> from = value_words(record);
    std::copy(from.begin(), from.end(), value.words.begin());
}

}  // namespace sky::index
