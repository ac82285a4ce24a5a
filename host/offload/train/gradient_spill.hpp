#pragma once

#include <array>
#include <cstdint>
#include <future>
#include <span>

#include "host/offload/train/gradient_sums.hpp"
#include "host/offload/train/staged.hpp"

namespace sky::offload {

/// Gradients on their way to a store through two tiles: one is filled while the other is written. Their squares are
/// summed as they leave.
class GradientSpill {
   public:
    GradientSpill(const Decoder& decoder, TensorStore& store, Workers& workers, std::span<std::byte> memory,
                  uint64_t tile_bytes)
        : decoder_(&decoder),
          store_(&store),
          workers_(&workers),
          memory_(memory),
          tile_bytes_(tile_bytes),
          sums_(decoder) {}
    ~GradientSpill() { abandon(); }
    GradientSpill(const GradientSpill&) = delete;
    GradientSpill& operator=(const GradientSpill&) = delete;

    /// `place` is the tensor's in the store.
    void begin(uint32_t tensor, size_t place);
    [[nodiscard]] Result<GradientRoom> next_room();
    [[nodiscard]] Status end();
    /// Reads what these rows touch, and writes it again.
    [[nodiscard]] Status add_rows(uint32_t tensor, size_t place, std::span<const uint64_t> rows,
                                  const Residence::AddRow& add);
    /// When all of them have been written.
    [[nodiscard]] Result<GradientSummary> finish();
    void abandon();

   private:
    [[nodiscard]] float* tile(uint64_t side) const {
        return reinterpret_cast<float*>(memory_.data() + side * tile_bytes_);
    }
    [[nodiscard]] uint64_t capacity() const { return tile_bytes_ / sizeof(float); }
    [[nodiscard]] const Parameter& parameter() const { return decoder_->parameters[tensor_]; }
    /// Blocks from next_block_ on for which the tile has room.
    [[nodiscard]] uint64_t room() const;
    void take_room();
    Status write(uint64_t elements);
    Status wait(uint64_t side);

    const Decoder* decoder_;
    TensorStore* store_;
    Workers* workers_;
    std::span<std::byte> memory_;
    uint64_t tile_bytes_;
    GradientSums sums_;

    uint32_t tensor_ = 0;
    size_t place_ = 0;
    uint64_t side_ = 0;        // the tile that is filled
    uint64_t base_ = 0;        // element of the tensor with which it begins
    uint64_t filled_ = 0;      // elements in it
    uint64_t next_block_ = 0;  // behind the last room
    uint64_t room_blocks_ = 0;
    std::array<std::future<Status>, 2> writes_;
};

}  // namespace sky::offload
