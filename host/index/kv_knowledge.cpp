#include "host/index/kv_knowledge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "host/memory/random.hpp"

namespace sky::index {

KvKnowledge::KvKnowledge(std::vector<Key> loaded) : loaded_(std::move(loaded)) {
    std::sort(loaded_.begin(), loaded_.end());
}

KvKnowledge::Digest KvKnowledge::digest_of(std::span<const std::byte> value) {
    Digest digest{.bytes = static_cast<uint32_t>(value.size())};
    for (size_t i = 0; i < value.size();) {
        uint64_t word = 0;
        const size_t end = std::min(value.size(), i + sizeof word);
        for (size_t shift = 0; i < end; ++i, shift += 8) word |= std::to_integer<uint64_t>(value[i]) << shift;
        digest.ones += static_cast<uint32_t>(std::popcount(word));
        digest.hash = memory::mix64(digest.hash ^ word);
    }
    return digest;
}

bool KvKnowledge::is_loaded(Key key) const { return std::binary_search(loaded_.begin(), loaded_.end(), key); }

bool KvKnowledge::is_erased(Key key) const {
    const auto found = known_.find(key);
    return found != known_.end() && !found->second;
}

void KvKnowledge::put(Key key, std::span<const std::byte> value) { known_[key] = digest_of(value); }

void KvKnowledge::erase(Key key) { known_[key] = std::nullopt; }

std::string KvKnowledge::check_get(Key key, const std::optional<Bytes>& answer) {
    const std::optional<Digest> digest = answer ? std::optional(digest_of(*answer)) : std::nullopt;
    const auto found = known_.find(key);
    if (found == known_.end()) {
        if (!answer && is_loaded(key)) return "found nothing, and the key was loaded";
        known_.emplace(key, digest);
        return {};
    }
    if (found->second == digest) return {};
    if (!answer) return "found nothing";
    return found->second ? "returned another value than was put or read before" : "found a value where none is";
}

std::string KvKnowledge::check_scan(Key low, uint32_t entries, const std::vector<Entry>& answer) {
    if (answer.size() > entries) return fmt::format("has {} entries, expected at most {}", answer.size(), entries);
    for (size_t i = 0; i < answer.size(); ++i) {
        if (answer[i].first < low || (i > 0 && answer[i].first <= answer[i - 1].first))
            return fmt::format("has key {:#018x} as entry {}, which is out of order", answer[i].first, i + 1);
        if (const std::string wrong = check_get(answer[i].first, answer[i].second); !wrong.empty())
            return fmt::format("at entry {}, key {:#018x}, {}", i + 1, answer[i].first, wrong);
    }
    if (entries == 0) return {};
    // A whole answer says nothing of what lies behind it.
    const Key last = answer.size() == entries ? answer.back().first : std::numeric_limits<Key>::max();
    const auto lacks = [&](Key key) {
        return !std::binary_search(answer.begin(), answer.end(), Entry(key, {}),
                                   [](const Entry& a, const Entry& b) { return a.first < b.first; });
    };
    const auto complaint = [](Key key) { return fmt::format("lacks key {:#018x}, which is there", key); };
    for (auto at = std::lower_bound(loaded_.begin(), loaded_.end(), low); at != loaded_.end() && *at <= last; ++at)
        if (lacks(*at) && !is_erased(*at)) return complaint(*at);
    for (auto at = known_.lower_bound(low); at != known_.end() && at->first <= last; ++at)
        if (at->second && lacks(at->first)) return complaint(at->first);
    return {};
}

int64_t KvKnowledge::most_ones(Key key, uint32_t value_bytes) const {
    const auto found = known_.find(key);
    if (found != known_.end() && !found->second) return 0;
    const int64_t of_value = found != known_.end() ? found->second->ones : int64_t{8} * value_bytes;
    return std::popcount(key) + of_value;
}

}  // namespace sky::index
