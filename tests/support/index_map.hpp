#pragma once

#include <cstdint>
#include <cstring>
#include <map>

#include "host/index/index.hpp"

namespace sky::test {

/// What an index must equal.
using Map = std::map<index::Key, index::Bytes>;

inline index::Bytes make_operand(uint64_t number) {
    index::Bytes operand(sizeof number);
    std::memcpy(operand.data(), &number, sizeof number);
    return operand;
}

inline void apply(const index::WriteBatch::Operation& operation, Map& map) {
    using What = index::WriteBatch::What;
    const auto as_number = [](const index::Bytes& bytes) {
        uint64_t number = 0;
        if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
        return number;
    };
    switch (operation.what) {
        case What::kPut: map[operation.key] = operation.value; break;
        case What::kErase: map.erase(operation.key); break;
        case What::kMerge: {
            index::Bytes& value = map[operation.key];
            value = make_operand(as_number(value) + as_number(operation.value));
            break;
        }
        case What::kEraseRange:
            if (operation.key < operation.end)
                map.erase(map.lower_bound(operation.key), map.lower_bound(operation.end));
            break;
    }
}

/// All operations of a batch, in their order.
inline void apply(const index::WriteBatch& batch, Map& map) {
    for (const index::WriteBatch::Operation& operation : batch.operations()) apply(operation, map);
}

}  // namespace sky::test
