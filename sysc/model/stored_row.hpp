#pragma once

#include <cstdint>
#include <vector>

namespace sky::model {

/// One row as an image keeps it: everything about it that outlives power.
struct StoredRow {
    uint64_t row = 0;
    int32_t offset = 0;           ///< where the head rests, in sites; 0 is home
    uint64_t flags = 0;           ///< bit g: the word in segment g is kept inverted (flip-n-write)
    std::vector<uint64_t> words;  ///< Geometry::row_words(), in the order of the array's store

    bool operator==(const StoredRow&) const = default;
};

}  // namespace sky::model
