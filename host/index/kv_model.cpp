#include "host/index/kv_model.hpp"

#include <fmt/format.h>

#include "host/index/operation.hpp"

namespace sky::index {

KvModel::KvModel(uint64_t seed, bool ordered) : seed_(seed) {
    if (ordered) puts_.emplace<Ordered>();
}

void KvModel::put(Key key, Put put) {
    std::visit([&](auto& puts) { puts[key] = put; }, puts_);
}

void KvModel::erase(Key key) {
    std::visit([&](auto& puts) { puts.erase(key); }, puts_);
}

std::optional<KvModel::Put> KvModel::find(Key key) const {
    return std::visit(
        [&](const auto& puts) -> std::optional<Put> {
            const auto found = puts.find(key);
            if (found == puts.end()) return std::nullopt;
            return found->second;
        },
        puts_);
}

std::string KvModel::check_scan(Key low, uint32_t entries, const std::vector<Entry>& answer) const {
    const auto& puts = std::get<Ordered>(puts_);
    auto expected = puts.lower_bound(low);
    uint32_t checked = 0;
    Bytes bytes;
    for (; checked < entries && expected != puts.end(); ++checked, ++expected) {
        const auto& [key, put] = *expected;
        if (checked == answer.size())
            return fmt::format("ended after {} entries; the next one is key {:#018x}", checked, key);
        if (answer[checked].first != key)
            return fmt::format("has key {:#018x} as entry {} and not {:#018x}", answer[checked].first, checked + 1,
                               key);
        bytes.resize(put.bytes);
        fill_value(seed_, key, put.version, bytes);
        if (answer[checked].second != bytes)
            return fmt::format("has another value than was put at entry {}, key {:#018x}", checked + 1, key);
    }
    if (answer.size() == checked) return {};
    return fmt::format("has {} entries, expected {}", answer.size(), checked);
}

}  // namespace sky::index
