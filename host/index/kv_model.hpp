#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "host/index/index.hpp"

namespace sky::index {

/// What an index must hold: which value was last put under each key. In the memory of the host, about 50 bytes a
/// key.
class KvModel {
   public:
    /// Which value: see fill_value().
    struct Put {
        uint32_t version = 0;
        uint32_t bytes = 0;
    };

    /// `seed` of the values. Only an `ordered` one, which is slower, can check scans.
    KvModel(uint64_t seed, bool ordered);

    void put(Key key, Put put);
    void erase(Key key);
    [[nodiscard]] std::optional<Put> find(Key key) const;

    /// Empty when `answer` is what a scan from `low` on has to give, else what is wrong with it.
    [[nodiscard]] std::string check_scan(Key low, uint32_t entries, const std::vector<Entry>& answer) const;

   private:
    using Unordered = std::unordered_map<Key, Put>;
    using Ordered = std::map<Key, Put>;

    uint64_t seed_;
    std::variant<Unordered, Ordered> puts_;
};

}  // namespace sky::index
