#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "host/regfile/access_graph.hpp"
#include "host/regfile/labelling.hpp"
#include "sysc/model/regfile/register_file.hpp"

namespace sky::regfile {

using model::rf::Mode;

/// Position of each register in a horizontal array.
using Placement = std::array<uint8_t, model::rf::kRegisters>;
[[nodiscard]] Placement identity_placement();

/// What accesses cost in track-steps: one bank, one port, a lazy head, operands in program order, no forwarding, no
/// operand buffer.
struct CostModel {
    Placement placement = identity_placement();
    uint32_t tracks = 32;           ///< of the file: all of them step in a horizontal access
    uint32_t vertical_access = 31;  ///< track-steps of one, L * (32 / ports - 1), twice that with rewind

    [[nodiscard]] static CostModel of(const model::rf::Shape& shape, const model::rf::Options& options);

    /// From register to register, heads at rest being position 0.
    [[nodiscard]] uint64_t jump(uint8_t from, uint8_t to) const;
    [[nodiscard]] uint64_t from_rest(uint8_t reg) const { return uint64_t{tracks} * placement[reg]; }
    /// H_in: between the accesses of a block, once.
    [[nodiscard]] uint64_t horizontal(std::span<const uint8_t> accesses) const;
    [[nodiscard]] uint64_t vertical(std::span<const uint8_t> accesses) const {
        return uint64_t{vertical_access} * accesses.size();
    }
};

/// What a change of the mode costs in track-steps beyond bringing a horizontal array to rest, in front of a block and
/// behind the access of register `last`.
struct SwitchCost {
    uint64_t to_vertical = 0;
    uint64_t to_horizontal = 0;
};
using SwitchCosts = std::function<SwitchCost(uint8_t last, const AccessGraph::Node& to)>;
[[nodiscard]] SwitchCosts same_everywhere(SwitchCost cost);

/// The choice of a mode for each block: label 0 is horizontal, 1 vertical. A run begins in the mode of its first
/// block, at rest. A change from u to v pays the way of the heads to rest or from there, and switch_cost(v): all
/// tracks of the array come to rest when it switches.
///
/// Blocks in the same horizontal mode pay the jump between them, T |p_u - p_v|, and changes at least T p_u and T p_v;
/// so with switching costs of 0 and more every edge is submodular: T |p_u - p_v| + 0 <= T p_u + T p_v.
[[nodiscard]] Labelling mode_choice(const AccessGraph& graph, const CostModel& model, const SwitchCosts& switch_cost);
/// The same of a file that is horizontal when the run begins: what begins vertical pays for the first change, too, as
/// often as runs begin there.
using BeginCosts = std::function<uint64_t(const AccessGraph::Node& to)>;
void charge_begin(Labelling& choice, const AccessGraph& graph, const BeginCosts& begin_cost);

/// Every block in one mode.
[[nodiscard]] uint64_t static_cost(const AccessGraph& graph, const CostModel& model, Mode mode);

}  // namespace sky::regfile
