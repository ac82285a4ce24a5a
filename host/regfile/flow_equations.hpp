#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"

namespace sky::regfile {

class BlockGraph;

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

/// A profile made of probabilities, and what they did not say.
struct SolvedFlow {
    Profile profile;
    std::vector<uint64_t> unknown_calls;  ///< through a register, to nobody knows where: passed over
    std::vector<uint64_t> unknown_jumps;  ///< the same without a way back: taken as returns
};

/// Frequencies f solve f(b) = f of the entry + the sum of f(p) times the probability of each edge from p to b. Counts
/// are those of `runs` runs, rounded, so it has no end.
///
/// A conditional branch that is not in `chances` is taken half of the times, and a run ends where an instruction
/// jumps to itself. Unless returns (`jalr x0` through x1 or x5) or direct calls are in them, a call goes to its
/// function and comes back behind the call, if that function can return at all; how many of its returns come from
/// which of its return instructions is divided in proportion. Errors: the run would never end, or goes where there is
/// no code.
[[nodiscard]] Result<SolvedFlow> solve_flow(const Code& code, uint64_t entry, const Chances& chances, uint64_t runs);

}  // namespace sky::regfile
