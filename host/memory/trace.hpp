#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/memory/array_shape.hpp"
#include "host/memory/byte_source.hpp"
#include "host/memory/session.hpp"

namespace sky::memory {

/// One request of a trace.
struct TraceRecord {
    Command command;
    std::vector<uint64_t> data;  ///< command.data_beats(geometry) words
};

/// What a trace has to fit.
struct TraceTarget {
    Geometry geometry;
    WriteAlg write_alg = WriteAlg::kDcw;  ///< of writes in text traces, which do not name one
    /// Asked where a trace may go on for long without a request; true ends the reading with an error. Empty: no.
    std::function<bool()> stop{};
    ShapingOptions shaping{};  ///< for the remedy when a trace does not fit
};

/// Reads a trace from a file or a pipe, plain, gzip or zstd, request by request in constant memory. The formats
/// are told apart by their content. Arrival times are not replayed: requests come as fast as the memory takes
/// them.
class TraceReader {
   public:
    /// `path` "-" is standard input. Fails when there is nothing to read.
    static Result<std::unique_ptr<TraceReader>> open(const std::string& path, const TraceTarget& target);
    static Result<std::unique_ptr<TraceReader>> open(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    virtual ~TraceReader() = default;
    TraceReader(const TraceReader&) = delete;
    TraceReader& operator=(const TraceReader&) = delete;

    /// The next request; false at the end of a sound trace. Errors name the path and the line or record, and
    /// what was expected.
    virtual Result<bool> next(TraceRecord& record) = 0;
    /// Whether the trace names the algorithm of each write itself.
    [[nodiscard]] virtual bool names_write_alg() const = 0;

   protected:
    TraceReader() = default;
};

}  // namespace sky::memory
