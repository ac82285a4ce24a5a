#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/dtype.hpp"
#include "host/offload/optimizer/adamw.hpp"
#include "host/offload/train/decoder.hpp"

namespace sky::offload {

/// Consecutive compute blocks of the tensors of a use, in host memory.
struct WeightPiece {
    uint64_t first_block = 0;
    uint64_t blocks = 0;
    std::array<const std::byte*, 2> data{};  ///< of each tensor; without gaps
};

/// A gradient on its way from the device.
struct GradientUse {
    uint32_t tensor = 0;
    bool add = false;   ///< to what is there
    bool final = true;  ///< nothing more is added to it in this step
};

/// Room for the gradient of consecutive compute blocks.
struct GradientRoom {
    uint64_t first_block = 0;
    uint64_t blocks = 0;
    float* data = nullptr;
};

/// What is known of all gradients of a step once they have left.
struct GradientSummary {
    double square_sum = 0;
    bool finite = true;
};

/// Where weights, gradients and optimizer states live, and how they come to the device and go from it: the one thing
/// in which the modes of a trainer differ. Calls come from one thread, in the order of pass_of(); anything else is an
/// error. A piece stays until the next one, or the end of its use; a room likewise.
class Residence {
   public:
    virtual ~Residence() = default;
    Residence() = default;
    Residence(const Residence&) = delete;
    Residence& operator=(const Residence&) = delete;

    // Before the first step.
    /// What a tensor begins as; moments are zero.
    using Source = std::function<Status(uint32_t tensor, uint64_t first_element, std::span<float> to)>;
    [[nodiscard]] virtual Status begin(const Source& source) = 0;

    // A pass. `units` of pass_of() in turn.
    [[nodiscard]] virtual Status begin_unit(uint32_t unit) = 0;
    /// The next piece of the use that is next in the unit, from the block behind the last piece, or from 0.
    [[nodiscard]] virtual Result<WeightPiece> next_piece(const Use& use) = 0;
    /// Of unit or use nothing is needed any more.
    [[nodiscard]] virtual Status end_use(const Use& use) = 0;
    [[nodiscard]] virtual Status end_unit(uint32_t unit) = 0;

    [[nodiscard]] virtual Status begin_gradient(const GradientUse& use) = 0;
    /// The next room, from the block behind the last one; as much as there is. What it holds is the sum so far when
    /// the use adds, anything otherwise; the caller leaves in it what is to be kept.
    [[nodiscard]] virtual Result<GradientRoom> next_room() = 0;
    [[nodiscard]] virtual Status end_gradient() = 0;
    /// Adds to single rows of a gradient that is not final: `add` gets the place of each in `rows`, ascending, and
    /// its elements. Final from then on.
    using AddRow = std::function<void(uint64_t entry, std::span<float> values)>;
    [[nodiscard]] virtual Status add_rows(uint32_t tensor, std::span<const uint64_t> rows, const AddRow& add) = 0;
    /// Ends a pass early: whatever was begun is dropped.
    virtual void abandon() = 0;

    // After the last pass of a step.
    [[nodiscard]] virtual Result<GradientSummary> finish_gradients() = 0;
    /// `step.weight_decay` is for tensors with two dimensions.
    [[nodiscard]] virtual Status optimize(const AdamWStep& step) = 0;

    /// The weights as they are, piece by piece, tensor after tensor.
    using Take = std::function<Status(uint32_t tensor, uint64_t first_element, std::span<const float> values)>;
    [[nodiscard]] virtual Status weights(const Take& take) = 0;
    /// Of the device's memory, beside what a pass takes of it.
    [[nodiscard]] virtual uint64_t device_bytes() const { return 0; }
    /// Of the weights as they are computed with.
    [[nodiscard]] virtual Dtype weight_dtype() const = 0;
};

}  // namespace sky::offload
