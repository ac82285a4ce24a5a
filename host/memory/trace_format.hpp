#pragma once

#include <array>
#include <cstdint>

/// The compact trace, written by TraceWriter and read by CompactTraceReader:
///
///     trace  = "SKYT" version:u8 varint(sites_per_segment) varint(segments) record* end
///     record = (op | write_alg << 4):u8 varint(row) varint(seg_mask) varint(word)*
///     end    = 0xff varint(number of records) crc32:u32
///
/// A record has Command::data_beats() words, in mask order. varint: 7 bits a byte, least significant first,
/// high bit set in all but the last byte; at most 10 bytes. crc32: zlib's, little endian, over every byte
/// before it. A trace without its end, or with anything behind it, is damaged.
namespace sky::memory::trace_format {

inline constexpr std::array<char, 4> kMagic{'S', 'K', 'Y', 'T'};
inline constexpr uint8_t kVersion = 1;
inline constexpr uint8_t kEnd = 0xff;
inline constexpr unsigned kWriteAlgShift = 4;
inline constexpr uint8_t kOpMask = 0x0f;
inline constexpr unsigned kVarintBits = 7;
inline constexpr unsigned kMaxVarintBytes = 10;

}  // namespace sky::memory::trace_format
