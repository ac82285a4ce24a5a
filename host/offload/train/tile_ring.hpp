#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <vector>

#include "host/offload/train/staged.hpp"

namespace sky::offload {

/// Tiles of weights: one computed with, one to follow, four being read.
inline constexpr uint64_t kRingTiles = 6;

/// What of a tensor comes in one tile: whole compute blocks, and what lies around them up to whole stripes.
struct TileLoad {
    uint32_t tensor = 0;
    uint64_t first_block = 0;
    uint64_t blocks = 0;
    uint64_t offset = 0;  ///< in the tensor's bytes, a multiple of a stripe
    uint64_t bytes = 0;   ///< to be read; padded
    uint64_t before = 0;  ///< of them, those before the first block
};

/// The loads of a tensor in tiles of that many bytes.
[[nodiscard]] std::vector<TileLoad> tile_loads(const Parameter& parameter, uint32_t tensor, uint64_t tile_bytes);
/// The least tile that has room for any compute block of a decoder.
[[nodiscard]] uint64_t least_tile_bytes(const Decoder& decoder);

/// Reads tensors tile by tile into a ring, as far ahead as it has room.
class TileRing {
   public:
    TileRing(TensorStore& store, std::span<std::byte> memory, uint64_t tile_bytes)
        : store_(&store), memory_(memory), tile_bytes_(tile_bytes), reads_(kRingTiles) {}
    ~TileRing() { clear(); }
    TileRing(const TileRing&) = delete;
    TileRing& operator=(const TileRing&) = delete;

    /// What is loaded from here on, in this order. The ring is empty before.
    void begin(std::span<const TileLoad> loads, const std::vector<size_t>& places);
    /// Waits for the load that is `ahead` behind the oldest one that is not released.
    struct Tile {
        const TileLoad* load = nullptr;
        const std::byte* data = nullptr;  ///< of its first block
    };
    [[nodiscard]] Result<Tile> get(uint64_t ahead);
    /// The oldest ones are done with.
    void release(uint64_t tiles);
    /// Waits for what is under way, and drops it.
    void clear();
    [[nodiscard]] bool finished() const { return released_ == loads_.size(); }

   private:
    void fetch();
    [[nodiscard]] std::byte* slot(uint64_t load) const { return memory_.data() + load % kRingTiles * tile_bytes_; }

    TensorStore* store_;
    std::span<std::byte> memory_;
    uint64_t tile_bytes_;
    std::span<const TileLoad> loads_;
    const std::vector<size_t>* places_ = nullptr;
    std::vector<std::future<Status>> reads_;
    uint64_t started_ = 0;
    uint64_t released_ = 0;
};

}  // namespace sky::offload
