#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/index/operation.hpp"
#include "host/memory/byte_source.hpp"
#include "host/memory/status.hpp"

namespace sky::index {

/// The operations of a trace file, 32 bytes each: it is read to its end before the first one runs, so that a bad
/// line costs nothing, and the index can be made for the longest value.
///
///     insert|update KEY [BYTES]   put of a value of that length; of whatever key, there or not
///     read|delete KEY             the key need not be there
///     scan KEY [ENTRIES]          from KEY on to the end of the key space
///
/// One operation a line; numbers are decimal or in hex behind 0x. Blank lines and what stands behind a # are left
/// out. The values themselves are made up: fill_value() with the number of the operation, from 1, as version.
struct KvTrace {
    static constexpr uint32_t kScanEntries = 100;     ///< of a scan that says none
    static constexpr uint32_t kMaxValueBytes = 4096;  ///< that a line may name; the index may hold less

    std::string name;  ///< as messages may show it
    std::vector<Operation> operations;
    uint32_t longest_value_bytes = 0;
    uint64_t longest_value_line = 0;  ///< 0 when nothing is put
    bool scans = false;

    /// `value_bytes`: of puts that say none. `go_on` is asked now and then; false ends with an error. Errors name
    /// file and line, show it, and give a good one.
    static Result<KvTrace> read(memory::ByteSource& source, uint32_t value_bytes,
                                const std::function<bool()>& go_on = {});
};

}  // namespace sky::index
