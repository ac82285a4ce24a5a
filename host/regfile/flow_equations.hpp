#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"

namespace sky::regfile {

struct Chance {
    uint64_t to = 0;
    double probability = 0;
};
/// Where an instruction goes how often, of those times it is executed. What is left falls through.
struct Departing {
    std::vector<Chance> to;
    double ends = 0;  ///< the run ends behind it
};
using Chances = std::map<uint64_t, Departing>;  ///< by the pc of the instruction

/// Those of a run: what a simulation knows about a program's branches and indirect jumps.
[[nodiscard]] Chances chances_of(const BlockGraph& blocks, const Profile& profile);

/// A profile made of probabilities alone: frequencies f solve f(b) = f of the entry + the sum of f(p) times the
/// probability of each edge from p to b. Counts are those of `runs` runs, rounded, so it has no end. A conditional
/// branch that is not in `chances` is taken half of the times. Errors: an indirect jump is not in them, or the run
/// would never end.
[[nodiscard]] Result<Profile> solve_flow(const Code& code, uint64_t entry, const Chances& chances, uint64_t runs);

}  // namespace sky::regfile
