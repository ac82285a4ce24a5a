#include "host/regfile/block_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "host/memory/printable.hpp"

namespace sky::regfile {

/// Frequencies follow from departures alone: what comes to an address goes on to the next instruction, but for those
/// that depart from it. Falling through only leads to higher addresses, so one pass over them is enough.
class BlockGraphBuilder {
   public:
    BlockGraphBuilder(const Code& code, const Profile& profile) : code_(code), profile_(profile) {}

    Result<BlockGraph> build() {
        arrive(profile_.entry, profile_.runs);
        for (const Passage& entry : profile_.entries) arrive(entry.at, entry.count);
        for (const Passage& exit : profile_.exits) left_[exit.at] = exit.count;
        for (const Transfer& t : profile_.transfers) {
            // An interrupt may lead to code of another file.
            if (t.kind != Departure::kInterrupt || code_.at(t.to)) arrive(t.to, t.count);
            (t.kind == Departure::kInterrupt ? interrupted_ : departed_)[t.from].push_back(&t);
            if (t.kind == Departure::kInterrupt) arrive(t.from, 0);
            if (t.kind == Departure::kTrap) out_.traps_ += t.count;
            if (t.kind == Departure::kInterrupt) out_.interrupts_ += t.count;
        }
        if (profile_.next) arrive(*profile_.next, 0);
        while (!coming_.empty()) {
            const auto [pc, count] = *coming_.begin();
            coming_.erase(coming_.begin());
            if (Status status = begin_at(pc, count); !status.ok()) return status;
        }
        for (const auto& [from, to, count] : edges_) join(from, to, count);
        for (const auto& [from, to, count] : ends_) add_last_reads(from, to, count);
        if (profile_.exact() && executed_ - out_.traps_ != profile_.instructions)
            return does_not_fit(fmt::format("its departures make {} instructions, it says that {} were executed",
                                            executed_ - out_.traps_, profile_.instructions));
        out_.starts_.push_back({.at = vertices_.at(profile_.entry), .count = profile_.runs});
        for (const Passage& entry : profile_.entries)
            out_.starts_.push_back({.at = vertices_.at(entry.at), .count = entry.count});
        return std::move(out_);
    }

   private:
    using Vertex = BlockGraph::Vertex;
    using Departures = std::unordered_map<uint64_t, std::vector<const Transfer*>>;
    static constexpr uint32_t kCoreBits = 32;
    struct Edge {
        Vertex from;
        uint64_t to;  // pc
        uint64_t count;
    };

    void arrive(uint64_t pc, uint64_t count) { coming_[pc] += count; }

    [[nodiscard]] Status does_not_fit(const std::string& what) const {
        return Status::error(fmt::format(
            "the profile does not fit the program: {}\nmake a new one: skytrack rf profile {} --output FILE", what,
            memory::printable_name(profile_.program.empty() ? "ELF" : profile_.program)));
    }

    Vertex add(const Block& block) { return boost::add_vertex(block, out_.graph_); }

    /// Those who come to `pc`: some may be interrupted there, one may be the end of the run, the others execute it.
    Status begin_at(uint64_t pc, uint64_t count) {
        uint64_t left = count;
        const auto interrupts = interrupted_.find(pc);
        const bool ends = profile_.next == pc;
        if (interrupts == interrupted_.end() && !ends) return count == 0 ? Status() : block_at(pc, count);
        const Vertex gate = add({.first = pc, .last = pc, .end = pc, .count = count, .accesses = {}});
        vertices_[pc] = gate;
        if (interrupts != interrupted_.end())
            for (const Transfer* t : interrupts->second) {
                edges_.push_back({gate, t->to, t->count});
                if (Status status = take(left, t->count, pc); !status.ok()) return status;
            }
        if (ends) {
            if (Status status = take(left, 1, pc); !status.ok()) return status;
            add_last_reads(gate, pc, 1);
        }
        if (left == 0) return {};
        const Vertex next = boost::num_vertices(out_.graph_);
        if (Status status = block_at(pc, left); !status.ok()) return status;
        vertices_[pc] = gate;
        add_edge(gate, next, left);
        return {};
    }

    void add_last_reads(Vertex behind, uint64_t pc, uint64_t count) {
        const std::optional<Operation> operation = code_.at(pc);
        if (!operation || operation->reads == 0) return;
        const auto reads = operation->read_list();
        const Vertex last =
            add({.first = pc, .last = pc, .end = pc, .count = count, .accesses = {reads.begin(), reads.end()}});
        add_edge(behind, last, count);
    }

    Status take(uint64_t& left, uint64_t count, uint64_t pc) {
        if (count > left && profile_.exact())
            return does_not_fit(fmt::format("more of its run leaves the instruction at {:#x} than comes to it", pc));
        left -= std::min(left, count);
        return {};
    }

    Status block_at(uint64_t pc, uint64_t count) {
        const Vertex vertex = add({.first = pc, .count = count, .accesses = {}});
        vertices_[pc] = vertex;
        Block& block = out_.graph_[vertex];
        for (uint64_t at = pc;;) {
            const std::optional<Operation> operation = code_.at(at);
            if (!operation) return does_not_fit(fmt::format("the file holds no instruction at {:#x}", at));
            const auto accesses = operation->access_list();
            block.accesses.insert(block.accesses.end(), accesses.begin(), accesses.end());
            block.last = at;
            block.end = at + operation->length;
            ++block.instructions;
            executed_ += count;
            const auto departures = departed_.find(at);
            const bool departs = departures != departed_.end();
            const auto leaving = left_.find(at);
            const bool leaves = leaving != left_.end();
            if (departs || leaves || operation->ends_block() || coming_.contains(block.end)) {
                uint64_t left = count;
                if (leaves) {
                    if (Status status = take(left, leaving->second, at); !status.ok()) return status;
                    // A program for the core ends by a store; what is behind it has been read by then.
                    if (profile_.estimated && code_.width() == kCoreBits && operation->flow == Flow::kNext)
                        ends_.push_back({vertex, block.end, leaving->second});
                }
                if (departs)
                    for (const Transfer* t : departures->second) {
                        if (t->kind == Departure::kJump && !can_go(*operation, block, t->to))
                            return does_not_fit(
                                fmt::format("the instruction at {:#x} cannot go to {:#x}", at, t->to));
                        edges_.push_back({vertex, t->to, t->count});
                        if (Status status = take(left, t->count, at); !status.ok()) return status;
                    }
                if (left == 0) return {};
                if (!operation->falls_through()) {
                    if (!profile_.exact()) return {};
                    return does_not_fit(
                        fmt::format("the instruction at {:#x} was executed more often than left", at));
                }
                edges_.push_back({vertex, block.end, left});
                arrive(block.end, left);
                return {};
            }
            at = block.end;
        }
    }

    [[nodiscard]] static bool can_go(const Operation& operation, const Block& block, uint64_t to) {
        switch (operation.flow) {
            case Flow::kNext: return to == block.end;  // fence.i
            case Flow::kBranch:
            case Flow::kJump: return to == operation.target;
            default: return true;
        }
    }

    void join(Vertex from, uint64_t to, uint64_t count) {
        const auto found = vertices_.find(to);
        if (found != vertices_.end()) add_edge(from, found->second, count);
    }
    void add_edge(Vertex from, Vertex to, uint64_t count) {
        const auto [edge, there] = boost::edge(from, to, out_.graph_);
        if (there) {
            out_.graph_[edge].count += count;
        } else {
            boost::add_edge(from, to, BlockEdge{.count = count}, out_.graph_);
        }
    }

    const Code& code_;
    const Profile& profile_;
    BlockGraph out_;
    std::map<uint64_t, uint64_t> coming_;  // addresses that begin a block, and how often one comes there
    Departures departed_;
    Departures interrupted_;
    std::unordered_map<uint64_t, uint64_t> left_;  // exits
    std::unordered_map<uint64_t, Vertex> vertices_;
    std::vector<Edge> edges_;
    std::vector<Edge> ends_;  // of runs, to what has been read behind them
    uint64_t executed_ = 0;
};

Result<BlockGraph> BlockGraph::make(const Code& code, const Profile& profile) {
    return BlockGraphBuilder(code, profile).build();
}

std::vector<Block> BlockGraph::blocks() const {
    std::vector<Block> out;
    for (const Vertex v : boost::make_iterator_range(boost::vertices(graph_))) out.push_back(graph_[v]);
    std::stable_sort(out.begin(), out.end(), [](const Block& a, const Block& b) { return a.first < b.first; });
    return out;
}

}  // namespace sky::regfile
