#include "host/memory/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace sky::memory {

size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.size(); ++j) {
            const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
    constexpr size_t kMaxWord = 64;
    if (word.size() > kMaxWord) return {};
    const auto begins = std::find_if(candidates.begin(), candidates.end(),
                                     [&](const std::string& x) { return !word.empty() && x.starts_with(word); });
    if (begins != candidates.end()) return *begins;
    std::string best;
    size_t least = std::max<size_t>(3, word.size() / 3 + 1);  // further away is not near
    for (const std::string& candidate : candidates) {
        const size_t distance = edit_distance(word, candidate);
        if (distance >= least || distance >= std::max(word.size(), candidate.size())) continue;
        least = distance;
        best = candidate;
    }
    return best;
}

}  // namespace sky::memory
