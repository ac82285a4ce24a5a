#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/memory/changed_lines.hpp"
#include "host/memory/session.hpp"
#include "host/memory/status.hpp"
#include "sysc/model/track_store.hpp"

/// What a changed line holds, as a journal keeps it; numbers least significant byte first:
///
///     record = row:u32 offset:i16 site:u8 0:u8 mask:u64 flags:u64 word:u64{popcount(mask) * beats_per_segment}
///
/// `offset` and `flags` are those of the whole row, the words those of the segments in the mask, ascending. A record
/// says what is there, not how it changed: replayed twice it does the same.
namespace sky::memory {

/// Appends the record of a line as it is now; nothing for a row that was never touched.
void append_record(const ChangedLine& line, const model::Geometry& geometry, const model::TrackStore& tracks,
                   std::vector<std::byte>& out);

/// Puts the line of the record that `bytes` begin with into the session's rows, which it keeps on the host; returns
/// the bytes of the record. Fails, and changes nothing, when this memory could not have left a line so.
Result<size_t> apply_record(std::span<const std::byte> bytes, MemorySession& session);

}  // namespace sky::memory
