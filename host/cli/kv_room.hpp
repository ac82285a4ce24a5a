#pragma once

#include <cstdint>
#include <vector>

#include "host/cli/config.hpp"
#include "host/cli/kv_note.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// device.tracks and index.index_bits with room for twice the records of a load, where those of the configuration
/// have not; nothing where they have.
[[nodiscard]] std::vector<Assignment> room_for(const KvNote& note, const Config& config);

/// Fails, with the number, when the memory cannot hold the records however well they are packed.
Status check_room(const KvNote& note, const Config& config);

/// For who finds the memory of a store full: more tracks than it has, with room for twice the records.
[[nodiscard]] uint64_t more_tracks(const KvNote& note, const memory::Geometry& geometry);

}  // namespace sky::cli
