#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/tensor_store.hpp"

/// What a direct store writes about itself. All numbers are little-endian, every block and table ends its checksum.
namespace sky::offload {

struct Layout;

inline constexpr uint32_t kMaxDevices = 64;
inline constexpr uint32_t kStoreFormat = 1;
inline constexpr size_t kMaxRunIdBytes = 63;

using Uuid = std::array<uint8_t, 16>;
[[nodiscard]] std::string to_string(const Uuid& uuid);

/// The first block of every device.
struct Superblock {
    Uuid uuid{};         ///< of the store: the same on all of its devices
    std::string run_id;  ///< what the caller calls it; at most kMaxRunIdBytes
    uint32_t device = 0;
    uint32_t devices = 0;
    uint64_t stripe_bytes = 0;
    uint64_t table_bytes = 0;
    uint64_t device_bytes = 0;  ///< that the store uses of this device

    using Block = std::array<std::byte, kBlockBytes>;
    void encode(std::span<std::byte> block) const;
    /// `place` is named in the error.
    static Result<Superblock> decode(std::span<const std::byte> block, const std::string& place);
    /// Whether a block begins like one.
    static bool is_one(std::span<const std::byte> block);
};

enum class StripeState : uint32_t {
    kNever,      ///< nothing was written here yet
    kGood,       ///< its checksum is known
    kUnchecked,  ///< written without a checksum
    kLost,       ///< a write failed, or is under way
};

struct Stripe {
    StripeState state = StripeState::kNever;
    uint32_t checksum = 0;
    uint32_t previous_checksum = 0;  ///< of the write before; tells a stale stripe from a torn one
    uint32_t has_previous = 0;
    uint64_t generation = 0;  ///< that of the tensor when it was written
};

struct TensorRecord {
    TensorSpec spec;
    uint64_t generation = 0;  ///< counts the writes of the tensor
    std::vector<Stripe> stripes;
};

/// The location table. Two copies are kept; a flush overwrites the older one.
struct LocationTable {
    uint64_t sequence = 0;  ///< counts the flushes
    std::vector<TensorRecord> tensors;

    /// Fills all of `bytes`, table_bytes of the layout.
    void encode(const Uuid& uuid, const Layout& layout, std::span<std::byte> bytes) const;
    static Result<LocationTable> decode(std::span<const std::byte> bytes, const Superblock& superblock,
                                        const std::string& place);
};

[[nodiscard]] uint64_t table_bytes_of(std::span<const TensorSpec> tensors, uint64_t stripe_bytes, uint32_t devices);

}  // namespace sky::offload
