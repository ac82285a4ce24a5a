#include "host/regfile/access_graph.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "host/regfile/block_graph.hpp"

namespace sky::regfile {

namespace {

using Flows = std::map<uint32_t, uint64_t>;  // by node, ascending

uint64_t total(const Flows& flows) {
    return std::accumulate(flows.begin(), flows.end(), uint64_t{0},
                           [](uint64_t sum, const auto& flow) { return sum + flow.second; });
}

uint64_t share(uint64_t of, uint64_t part, uint64_t whole) {
    return static_cast<uint64_t>(static_cast<double>(of) * static_cast<double>(part) / static_cast<double>(whole));
}

/// The flows between nodes, from which those without accesses are taken out one by one.
class Contraction {
   public:
    explicit Contraction(size_t nodes) : in_(nodes), out_(nodes) {}

    void add(uint32_t from, uint32_t to, uint64_t count) {
        if (count == 0) return;
        in_[to][from] += count;
        if (from != AccessGraph::kStart) out_[from][to] += count;
        if (from == AccessGraph::kStart) start_[to] += count;
    }

    /// Joins the flows into `node` with those out of it; what does not go on has ended there.
    void take_out(uint32_t node) {
        in_[node].erase(node);
        out_[node].erase(node);
        const Flows in = std::move(in_[node]);
        const Flows out = std::move(out_[node]);
        in_[node].clear();
        out_[node].clear();
        for (const auto& [from, count] : in) (from == AccessGraph::kStart ? start_ : out_[from]).erase(node);
        for (const auto& [to, count] : out) in_[to].erase(node);
        divide(in, out);
    }

    [[nodiscard]] const Flows& out(uint32_t node) const { return out_[node]; }
    [[nodiscard]] const Flows& start() const { return start_; }
    [[nodiscard]] uint64_t guessed() const { return guessed_; }

   private:
    void divide(const Flows& in, const Flows& out) {
        uint64_t coming = total(in);
        const bool all_go_on = coming == total(out);
        if (in.size() > 1 && (out.size() > 1 || !all_go_on)) guessed_ += coming;
        Flows rooms = out;
        for (const auto& [from, count] : in) {
            uint64_t left = count;
            for (auto& [to, room] : rooms) {
                const uint64_t part = coming == 0 ? 0 : std::min({room, left, share(room, count, coming)});
                pass(from, to, part, left, room);
            }
            // What rounding has left, wherever there is room.
            for (auto& [to, room] : rooms)
                if (all_go_on || coming - count < total(rooms)) pass(from, to, std::min(room, left), left, room);
            coming -= count;
        }
    }
    void pass(uint32_t from, uint32_t to, uint64_t count, uint64_t& left, uint64_t& room) {
        left -= count;
        room -= count;
        add(from, to, count);
    }

    std::vector<Flows> in_;
    std::vector<Flows> out_;
    Flows start_;
    uint64_t guessed_ = 0;
};

}  // namespace

AccessGraph AccessGraph::make(const BlockGraph& blocks) {
    const BlockGraph::Graph& graph = blocks.graph();
    const auto size = static_cast<uint32_t>(boost::num_vertices(graph));
    Contraction flows(size);
    for (const BlockGraph::Start& start : blocks.starts())
        flows.add(kStart, static_cast<uint32_t>(start.at), start.count);
    for (const auto& edge : boost::make_iterator_range(boost::edges(graph)))
        flows.add(static_cast<uint32_t>(boost::source(edge, graph)),
                  static_cast<uint32_t>(boost::target(edge, graph)), graph[edge].count);
    std::vector<uint32_t> kept;
    for (uint32_t v = 0; v < size; ++v) {
        if (graph[v].accesses.empty()) {
            flows.take_out(v);
        } else {
            kept.push_back(v);
        }
    }
    std::stable_sort(kept.begin(), kept.end(),
                     [&graph](uint32_t a, uint32_t b) { return graph[a].first < graph[b].first; });

    AccessGraph out;
    std::vector<uint32_t> number(size);
    for (const uint32_t v : kept) {
        number[v] = static_cast<uint32_t>(out.nodes.size());
        out.nodes.push_back({.pc = graph[v].first,
                             .count = graph[v].count,
                             .instructions = graph[v].instructions,
                             .accesses = graph[v].accesses});
    }
    for (const auto& [to, count] : flows.start()) out.edges.push_back({kStart, number[to], count});
    for (const uint32_t v : kept)
        for (const auto& [to, count] : flows.out(v)) out.edges.push_back({number[v], number[to], count});
    out.guessed = flows.guessed();
    std::sort(out.edges.begin(), out.edges.end(),
              [](const Edge& a, const Edge& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
    return out;
}

uint64_t AccessGraph::accesses() const {
    uint64_t sum = 0;
    for (const Node& node : nodes) sum += node.count * node.accesses.size();
    return sum;
}

AccessGraph::ByRegister AccessGraph::by_register() const {
    ByRegister out{};
    for (const Node& node : nodes)
        for (const uint8_t reg : node.accesses) out[reg] += node.count;
    return out;
}

}  // namespace sky::regfile
