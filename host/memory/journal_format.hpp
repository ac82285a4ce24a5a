#pragma once

#include <cstdint>
#include <string_view>

/// The journal of a store, written by JournalWriter and read by JournalReader; numbers least significant byte first:
///
///     journal = "SKYJ" version:u32 generation:u64 crc:u32 group*
///     group   = "SKYG" crc:u32 sequence:u64 bytes:u64 records_crc:u32 byte{bytes}
///
/// `generation` is that of the image to which the groups are to be added. `sequence` counts the groups from 0. Each
/// crc is zlib's crc32: of the header before it; of generation, sequence, bytes and records_crc; of the records. What
/// the bytes are: line_records.hpp. A group counts as a whole or not at all.
namespace sky::memory::journal_format {

inline constexpr std::string_view kMagic = "SKYJ";
inline constexpr std::string_view kGroupMagic = "SKYG";
inline constexpr uint32_t kVersion = 1;
inline constexpr uint64_t kHeaderBytes = 20;
inline constexpr uint64_t kGroupHeaderBytes = 28;

}  // namespace sky::memory::journal_format
