#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"

namespace sky::regfile {

/// Instructions that a run executed always one after the other, entered at the first.
struct Block {
    uint64_t first = 0;  ///< pc of the first and the last instruction
    uint64_t last = 0;
    uint64_t end = 0;           ///< behind the last one; equal to `first` of a block without instructions
    uint64_t instructions = 0;  ///< 0: where interrupts or the end of the run took some of those who came this far
    uint64_t count = 0;         ///< how often it was executed
    std::vector<uint8_t> accesses;
};

/// How often a run went from one block straight on to another.
struct BlockEdge {
    uint64_t count = 0;
};

/// The blocks and edges of a run, with their frequencies. What was never executed is not in it. Blocks are cut where
/// the run jumped to and from, so one may be several of the file's.
class BlockGraph {
   public:
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Block, BlockEdge>;
    using Vertex = Graph::vertex_descriptor;

    /// Errors: the profile is not one of this program. The last block of a whole run are the reads of the instruction
    /// behind its end: the core has made them by then.
    [[nodiscard]] static Result<BlockGraph> make(const Code& code, const Profile& profile);

    [[nodiscard]] const Graph& graph() const { return graph_; }
    /// By ascending address.
    [[nodiscard]] std::vector<Block> blocks() const;
    /// Where runs come in from outside, and how often: at the entry, and where code of other files returns to.
    struct Start {
        Vertex at = 0;
        uint64_t count = 0;
    };
    [[nodiscard]] const std::vector<Start>& starts() const { return starts_; }
    [[nodiscard]] uint64_t traps() const { return traps_; }
    [[nodiscard]] uint64_t interrupts() const { return interrupts_; }

   private:
    friend class BlockGraphBuilder;
    Graph graph_;
    std::vector<Start> starts_;
    uint64_t traps_ = 0;
    uint64_t interrupts_ = 0;
};

}  // namespace sky::regfile
