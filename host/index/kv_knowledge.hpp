#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/index/index.hpp"

namespace sky::index {

/// What a run knows of a map that earlier runs have changed: that the loaded keys are there, what the run itself has
/// put and erased, and what it has read. In the memory of the host, 8 bytes a loaded key and about 80 each that
/// was read or put.
class KvKnowledge {
   public:
    /// In any order.
    explicit KvKnowledge(std::vector<Key> loaded);

    void put(Key key, std::span<const std::byte> value);
    void erase(Key key);

    /// Empty when `answer` agrees with what is known, which then is one more; else what is wrong with it.
    [[nodiscard]] std::string check_get(Key key, const std::optional<Bytes>& answer);
    /// The same for a scan from `low` on: it ascends, has at most `entries`, lacks no key that is known to be there,
    /// has none that was erased, and ends early only at the end.
    [[nodiscard]] std::string check_scan(Key low, uint32_t entries, const std::vector<Entry>& answer);

    /// Of what lies under the key, which has at most `value_bytes`: the ones of key and value, at most.
    [[nodiscard]] int64_t most_ones(Key key, uint32_t value_bytes) const;

   private:
    /// Enough of a value to know it again; one of up to 8 bytes exactly.
    struct Digest {
        uint64_t hash = 0;
        uint32_t bytes = 0;
        uint32_t ones = 0;

        bool operator==(const Digest&) const = default;
    };
    [[nodiscard]] static Digest digest_of(std::span<const std::byte> value);
    [[nodiscard]] bool is_loaded(Key key) const;
    [[nodiscard]] bool is_erased(Key key) const;

    std::vector<Key> loaded_;                     // ascending
    std::map<Key, std::optional<Digest>> known_;  // none: it was erased, or read and not there
};

}  // namespace sky::index
