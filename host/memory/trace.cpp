#include "host/memory/trace.hpp"

#include <fmt/format.h>

#include "host/memory/compact_trace.hpp"
#include "host/memory/text_trace.hpp"
#include "host/memory/trace_format.hpp"

namespace sky::memory {

Result<std::unique_ptr<TraceReader>> TraceReader::open(const std::string& path, const TraceTarget& target) {
    Result<std::unique_ptr<ByteSource>> source = ByteSource::open(path);
    if (!source.ok()) return source.status();
    return open(std::move(source.value()), target);
}

Result<std::unique_ptr<TraceReader>> TraceReader::open(std::unique_ptr<ByteSource> source,
                                                       const TraceTarget& target) {
    // The rest is the reader's to check; the S alone may begin the ST of a text trace.
    const bool compact = source->starts_with(trace_format::kMagic.substr(0, 2));
    if (!source->status().ok()) return source->status();
    if (source->peek() < 0)
        return Status::error(fmt::format("{}: the trace is empty\nexpected at least one line, for example: {}",
                                         source->name(), good_lines()));
    if (compact) return CompactTraceReader::open(std::move(source), target);
    return TextTraceReader::open(std::move(source), target);
}

}  // namespace sky::memory
