#include "host/memory/trace.hpp"

#include <fmt/format.h>

#include "host/memory/compact_trace.hpp"
#include "host/memory/text_trace.hpp"
#include "host/memory/trace_format.hpp"

namespace sky::memory {

Result<std::unique_ptr<TraceReader>> TraceReader::open(const std::string& path, const TraceTarget& target) {
    Result<std::unique_ptr<ByteSource>> source = ByteSource::open(path);
    if (!source.ok()) return source.status();
    ByteSource& bytes = *source.value();
    const int first = bytes.peek();
    if (!bytes.status().ok()) return bytes.status();
    if (first < 0)
        return Status::error(fmt::format("{}: the trace is empty\nexpected at least one line, for example: {}",
                                         bytes.name(), TextTraceReader::kGoodLine));
    // A text line begins with a digit or with NVMV, never with the S of the compact trace.
    if (first == trace_format::kMagic[0]) return CompactTraceReader::open(std::move(source.value()), target);
    return TextTraceReader::open(std::move(source.value()), target);
}

}  // namespace sky::memory
