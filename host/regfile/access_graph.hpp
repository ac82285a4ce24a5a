#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace sky::regfile {

class BlockGraph;

/// Blocks with register accesses and how often a run went from one to another, past any without: what the cost of a
/// register file depends on.
struct AccessGraph {
    /// Where the run comes from before its first access: heads at rest.
    static constexpr uint32_t kStart = std::numeric_limits<uint32_t>::max();

    struct Node {
        uint64_t pc = 0;
        uint64_t count = 0;
        uint64_t instructions = 0;      ///< of one execution; 0: the reads behind the end of the run
        std::vector<uint8_t> accesses;  ///< at least one

        [[nodiscard]] uint8_t first() const { return accesses.front(); }
        [[nodiscard]] uint8_t last() const { return accesses.back(); }
    };
    struct Edge {
        uint32_t from = kStart;
        uint32_t to = 0;
        uint64_t count = 0;
    };

    std::vector<Node> nodes;  ///< by ascending pc
    std::vector<Edge> edges;  ///< sorted by from, then to
    /// Passages through blocks without accesses that several edges enter and leave: who went where is not known, and
    /// was divided in proportion. 0: exact.
    uint64_t guessed = 0;

    [[nodiscard]] static AccessGraph make(const BlockGraph& blocks);

    [[nodiscard]] uint64_t accesses() const;
    /// Those of each register.
    using ByRegister = std::array<uint64_t, 32>;
    [[nodiscard]] ByRegister by_register() const;
};

}  // namespace sky::regfile
