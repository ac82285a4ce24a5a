#pragma once

#include <cstdint>
#include <string_view>

/// An image of the memory's state, written by ImageWriter and read by ImageReader:
///
///     image = "SKYI" version:u8 shape varint(overhead_sites) label? row* end
///     shape = varint(sites_per_segment) varint(segments) varint(tracks_per_row) flag_site:u8
///     label = varint(bytes) byte{bytes}        in version 2 only: text of whoever saved it
///     row   = 0x01 varint(row) varint(offset, zigzag) varint(flags) word{Geometry::row_words()}
///     end   = 0xff varint(number of rows) checksum
///
/// Rows ascend, each is there once at most; one that is not there was never touched. For varint, word and checksum
/// see summed_stream.hpp; zigzag counts 0, -1, 1, -2, ... as 0, 1, 2, 3, ... An image without its end, or with
/// anything behind it, is damaged.
namespace sky::memory::image_format {

inline constexpr std::string_view kMagic = "SKYI";
inline constexpr uint8_t kVersion = 1;
inline constexpr uint8_t kLabelledVersion = 2;
inline constexpr uint8_t kRow = 0x01;
inline constexpr uint8_t kEnd = 0xff;

}  // namespace sky::memory::image_format
