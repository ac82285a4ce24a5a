#pragma once

#include <cstdint>

#include "host/index/index.hpp"

namespace sky::index {

enum class OperationKind : uint8_t {
    kInsert,           ///< put of a new key
    kRead,             ///< get
    kUpdate,           ///< put of a key that is there
    kScan,             ///< range from a key on, to the end of the key space
    kReadModifyWrite,  ///< get, then put of the same key
    kErase,
};
[[nodiscard]] const char* to_string(OperationKind kind);
[[nodiscard]] constexpr bool puts_a_value(OperationKind kind) {
    return kind == OperationKind::kInsert || kind == OperationKind::kUpdate ||
           kind == OperationKind::kReadModifyWrite;
}

/// One operation of a load: a YCSB workload or a trace.
struct Operation {
    OperationKind kind = OperationKind::kRead;
    Key key = 0;                ///< of a scan the first one
    uint64_t record = 0;        ///< number of the record in YCSB; of an operation of a trace its line
    uint32_t version = 0;       ///< of the value put; in YCSB also of the value that a read must find
    uint32_t value_bytes = 0;   ///< the same for its length
    uint32_t scan_entries = 0;  ///< how many a scan asks for
};

/// The value of one version of a key: uniform bytes that depend on (seed, key, version) only.
void fill_value(uint64_t seed, Key key, uint32_t version, Bytes& bytes);

}  // namespace sky::index
