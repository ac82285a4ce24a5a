// labelling.hpp: minimum_cut(), with the maximum flow of Boost.Graph.
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <stdexcept>

#include "host/regfile/labelling.hpp"

namespace sky::regfile {

namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::bidirectionalS>;

struct FlowVertex {
    boost::default_color_type color{};
    Traits::edge_descriptor predecessor;
    int64_t distance = 0;
};
struct FlowEdge {
    int64_t capacity = 0;
    int64_t residual = 0;
    Traits::edge_descriptor reverse;
};
using FlowGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, FlowVertex, FlowEdge>;

/// A node on the source's side of the cut has label 0: then its edge to the sink is paid, else the one from the
/// source.
class CutGraph {
   public:
    explicit CutGraph(const Labelling& problem)
        : nodes_(problem.nodes.size()), graph_(nodes_ + 2), extra_for_one_(nodes_) {
        for (size_t i = 0; i < nodes_; ++i) extra_for_one_[i] = problem.nodes[i].cost[1] - problem.nodes[i].cost[0];
        for (const Labelling::Edge& edge : problem.edges) add(edge);
        for (size_t i = 0; i < nodes_; ++i) {
            if (extra_for_one_[i] > 0) join(source(), i, extra_for_one_[i], 0);
            if (extra_for_one_[i] < 0) join(i, sink(), -extra_for_one_[i], 0);
        }
    }

    Labels cut() {
        boost::boykov_kolmogorov_max_flow(
            graph_, boost::get(&FlowEdge::capacity, graph_), boost::get(&FlowEdge::residual, graph_),
            boost::get(&FlowEdge::reverse, graph_), boost::get(&FlowVertex::predecessor, graph_),
            boost::get(&FlowVertex::color, graph_), boost::get(&FlowVertex::distance, graph_),
            boost::get(boost::vertex_index, graph_), source(), sink());
        Labels labels(nodes_);
        // Black is what the source still reaches.
        for (size_t i = 0; i < nodes_; ++i) labels[i] = graph_[i].color == boost::black_color ? 0 : 1;
        return labels;
    }

   private:
    [[nodiscard]] size_t source() const { return nodes_; }
    [[nodiscard]] size_t sink() const { return nodes_ + 1; }

    /// c00 + (c10 - c00) x_u + (c11 - c10) x_v + (c01 + c10 - c00 - c11) (1 - x_u) x_v; the last factor is a
    /// capacity.
    void add(const Labelling::Edge& edge) {
        const auto& c = edge.cost;
        if (!edge.submodular()) throw std::invalid_argument("a minimum cut needs submodular edges");
        extra_for_one_[edge.from] += c[1][0] - c[0][0];
        extra_for_one_[edge.to] += c[1][1] - c[1][0];
        join(edge.from, edge.to, c[0][1] + c[1][0] - c[0][0] - c[1][1], 0);
    }

    void join(size_t from, size_t to, int64_t capacity, int64_t back) {
        const auto there = boost::add_edge(from, to, FlowEdge{.capacity = capacity, .reverse = {}}, graph_).first;
        const auto again = boost::add_edge(to, from, FlowEdge{.capacity = back, .reverse = {}}, graph_).first;
        graph_[there].reverse = again;
        graph_[again].reverse = there;
    }

    size_t nodes_;
    FlowGraph graph_;
    std::vector<int64_t> extra_for_one_;  // what label 1 costs more than label 0
};

}  // namespace

Labels minimum_cut(const Labelling& problem) {
    if (problem.nodes.empty()) return {};
    return CutGraph(problem).cut();
}

}  // namespace sky::regfile
