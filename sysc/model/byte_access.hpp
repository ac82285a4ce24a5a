#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "sysc/model/command.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pin_driver.hpp"

namespace sky::model {

/// Runs one request to its end. The result is valid until the next call.
using Execute = std::function<const Finished&(const Command&, std::span<const uint64_t>)>;

/// Byte access above requests, little endian, word-based address map: one READ per track, or one WRITE per track
/// after a READ of the words it covers in part (read-modify-write). The range must be in_range(). Stops at the
/// first request that is refused and returns its status.
[[nodiscard]] RspStatus load_bytes(const Geometry& geometry, const Execute& execute, uint64_t address,
                                   std::span<std::byte> bytes);
/// Adds the tracks that needed a read-modify-write to `read_modify_writes`.
[[nodiscard]] RspStatus store_bytes(const Geometry& geometry, const Execute& execute, WriteAlg alg, uint64_t address,
                                    std::span<const std::byte> bytes, uint64_t& read_modify_writes);

}  // namespace sky::model
