#pragma once

#include <cstdint>
#include <string_view>

/// The compact trace, written by TraceWriter and read by CompactTraceReader:
///
///     trace  = "SKYT" version:u8 shape record* end
///     shape  = varint(sites_per_segment) varint(segments) varint(tracks_per_row) flag_site:u8
///     record = (op | write_alg << 4):u8 site:u8 varint(row) varint(seg_mask) varint(data beat)*
///     end    = 0xff varint(number of records) checksum
///
/// A record has Command::data_beats() beats. For varint and checksum see summed_stream.hpp. A trace without its end,
/// or with anything behind it, is damaged.
namespace sky::memory::trace_format {

inline constexpr std::string_view kMagic = "SKYT";
inline constexpr uint8_t kVersion = 2;
inline constexpr uint8_t kEnd = 0xff;
inline constexpr unsigned kWriteAlgShift = 4;
inline constexpr uint8_t kOpMask = 0x0f;

}  // namespace sky::memory::trace_format
