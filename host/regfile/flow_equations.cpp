#include "host/regfile/flow_equations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <unordered_map>

#include "host/regfile/block_graph.hpp"

namespace sky::regfile {

namespace {

constexpr double kNothing = 1e-12;

/// Whether it goes back to whoever has called.
bool is_return(const Operation& operation) {
    return operation.flow == Flow::kIndirect && !operation.writes && operation.reads == 1 &&
           (operation.accesses[0] == 1 || operation.accesses[0] == 5);
}

/// Whether the probabilities say where returns and direct calls go, as those of a run do.
bool names_returns(const Code& code, const Chances& chances) {
    return std::any_of(chances.begin(), chances.end(), [&code](const auto& one) {
        const std::optional<Operation> operation = code.at(one.first);
        return operation && (is_return(*operation) || (operation->flow == Flow::kJump && operation->writes));
    });
}

/// Instructions from the entry on as a Markov chain of blocks, solved by taking out block after block: what leads to
/// one leads on to what it leads to. That needs no subtraction but the one of a block's way back to itself. A call
/// leads to its function and to what is behind it, both.
class FlowEquations {
   public:
    FlowEquations(const Code& code, const Chances& chances)
        : code_(code), chances_(chances), by_calls_(!names_returns(code, chances)) {}

    Status discover(uint64_t entry) {
        std::vector<uint64_t> waiting{entry};
        while (!waiting.empty()) {
            const uint64_t first = waiting.back();
            waiting.pop_back();
            if (numbers_.contains(first)) continue;
            numbers_[first] = static_cast<uint32_t>(blocks_.size());
            Piece piece;
            piece.first = piece.last = first;
            extend(piece);
            for (const Chance& chance : piece.jumps) waiting.push_back(chance.to);
            if (piece.falls > 0) waiting.push_back(piece.end);
            blocks_.push_back(std::move(piece));
        }
        if (!blocks_[0].problem.empty()) return Status::error(blocks_[0].problem);
        find_returns();
        end_closed_loops();
        return {};
    }

    Status solve() {
        const auto size = static_cast<uint32_t>(blocks_.size());
        to_.resize(size);
        from_.resize(size);
        for (uint32_t i = 0; i < size; ++i) {
            for (const Chance& chance : blocks_[i].jumps) add(i, numbers_.at(chance.to), chance.probability);
            if (blocks_[i].falls > 0) add(i, numbers_.at(blocks_[i].end), blocks_[i].falls);
        }
        std::vector<uint32_t> order;
        std::set<std::pair<size_t, uint32_t>> degrees;
        for (uint32_t i = 1; i < size; ++i) degrees.emplace(degree(i), i);
        while (!degrees.empty()) {
            const uint32_t block = degrees.begin()->second;
            degrees.erase(degrees.begin());
            std::set<uint32_t> around;
            for (const auto& [other, p] : to_[block]) around.insert(other);
            for (const auto& [other, p] : from_[block]) around.insert(other);
            around.erase(block);
            around.erase(0);
            for (const uint32_t other : around) degrees.erase({degree(other), other});
            if (Status status = take_out(block); !status.ok()) return status;
            for (const uint32_t other : around) degrees.emplace(degree(other), other);
            order.push_back(block);
        }
        frequency_.assign(size, 0);
        if (Status status = returns(0); !status.ok()) return status;
        frequency_[0] = 1 / (1 - back_[0]);
        for (size_t last = order.size(); last > 0; --last) {
            const uint32_t block = order[last - 1];
            double sum = 0;
            for (const auto& [other, p] : into_[block]) sum += frequency_[other] * p;
            frequency_[block] = sum / (1 - back_[block]);
        }
        for (uint32_t i = 0; i < size; ++i)
            if (frequency_[i] > kNothing && !blocks_[i].problem.empty()) return Status::error(blocks_[i].problem);
        return {};
    }

    /// Departures of `runs` runs.
    [[nodiscard]] SolvedFlow solved(uint64_t entry, uint64_t runs) const {
        SolvedFlow out;
        out.profile.entry = entry;
        out.profile.runs = runs;
        out.profile.estimated = true;
        const auto times = [runs](double each) {
            return static_cast<uint64_t>(std::llround(each * static_cast<double>(runs)));
        };
        double instructions = 0;
        Jumps jumps;
        for (uint32_t i = 0; i < blocks_.size(); ++i) {
            const Piece& piece = blocks_[i];
            instructions += frequency_[i] * piece.instructions;
            for (const Chance& chance : piece.jumps)
                jumps[{piece.last, chance.to}] += frequency_[i] * chance.probability;
            if (const uint64_t ends = times(frequency_[i] * piece.ends); ends != 0)
                out.profile.exits.push_back({.at = piece.last, .count = ends});
            if (!piece.unknown || frequency_[i] <= kNothing) continue;
            (piece.call ? out.unknown_calls : out.unknown_jumps).push_back(piece.last);
            if (piece.call) jumps[{piece.last, piece.end}] += frequency_[i];
        }
        add_returns(jumps);
        std::sort(out.profile.exits.begin(), out.profile.exits.end(),
                  [](const Passage& a, const Passage& b) { return a.at < b.at; });
        out.profile.instructions = times(instructions);
        for (const auto& [way, each] : jumps)
            if (const uint64_t count = times(each); count != 0)
                out.profile.transfers.push_back(
                    {.kind = Departure::kJump, .from = way.first, .to = way.second, .count = count});
        return out;
    }

   private:
    struct Piece {
        uint64_t first = 0;
        uint64_t last = 0;
        uint64_t end = 0;
        double instructions = 0;
        std::vector<Chance> jumps;
        double ends = 0;
        double falls = 0;      ///< probability that what is next in memory follows; of a call, that it returns
        bool call = false;     ///< comes back behind itself
        bool returns = false;  ///< goes back to the caller
        bool unknown = false;  ///< goes nobody knows where
        bool told = false;     ///< its probabilities are given
        std::string problem;   ///< if it is executed
    };
    using Jumps = std::map<std::pair<uint64_t, uint64_t>, double>;

    void extend(Piece& piece) const {
        for (;;) {
            const std::optional<Operation> operation = code_.at(piece.last);
            if (!operation) {
                piece.problem = fmt::format(
                    "the file holds no instruction at {:#x}\nleave out probabilities that lead there", piece.last);
                return;
            }
            piece.end = piece.last + operation->length;
            ++piece.instructions;
            const auto chances = chances_.find(piece.last);
            if (chances == chances_.end() && !operation->ends_block()) {
                piece.last = piece.end;
                continue;
            }
            return end_with(piece, *operation, chances == chances_.end() ? nullptr : &chances->second);
        }
    }

    void end_with(Piece& piece, const Operation& operation, const Departing* chances) const {
        constexpr double kHalf = 0.5;
        const bool jump = operation.flow == Flow::kJump || operation.flow == Flow::kIndirect;
        double left = 1;
        piece.call = by_calls_ && jump && operation.writes;
        piece.told = chances != nullptr;
        if (chances != nullptr) {
            piece.ends = chances->ends;
            left -= chances->ends;
            for (const Chance& chance : chances->to) left -= chance.probability;
            piece.jumps = chances->to;
        } else if (operation.flow == Flow::kBranch) {
            piece.jumps = {{.to = operation.target, .probability = kHalf}};
            left = kHalf;
        } else if (operation.flow == Flow::kJump) {
            if (operation.target != piece.last) piece.jumps = {{.to = operation.target, .probability = 1}};
        } else if (operation.flow == Flow::kIndirect) {
            piece.returns = by_calls_ && !operation.writes;
            piece.unknown = !is_return(operation);
            if (!by_calls_ && piece.unknown)
                piece.problem = fmt::format(
                    "the indirect jump at {:#x} has no probabilities, though returns have\nname its targets, each "
                    "with its share, or leave the returns out, too",
                    piece.last);
        }
        if (piece.call || (operation.falls_through() && left > kNothing)) piece.falls = piece.call ? 1 : left;
    }

    /// Which pieces can come to a return of their function; a call does not fall through for ever if its function
    /// never returns.
    void find_returns() {
        std::vector<bool> can(blocks_.size());
        const auto returns = [&](uint64_t pc) { return bool{can[numbers_.at(pc)]}; };
        const auto share = [&](const Piece& call) {
            if (call.unknown) return 1.0;
            double sum = 0;
            for (const Chance& chance : call.jumps) sum += returns(chance.to) ? chance.probability : 0;
            return sum;
        };
        for (bool changed = true; changed;) {
            changed = false;
            for (size_t last = blocks_.size(); last > 0; --last) {
                const Piece& piece = blocks_[last - 1];
                bool now = piece.returns;
                if (piece.falls > 0) now = now || (returns(piece.end) && (!piece.call || share(piece) > 0));
                if (!piece.call)
                    for (const Chance& chance : piece.jumps) now = now || returns(chance.to);
                changed = changed || now != can[last - 1];
                can[last - 1] = now;
            }
        }
        for (Piece& piece : blocks_)
            if (piece.call) piece.falls = share(piece);
    }

    /// A program that is over waits for ever: what comes to blocks that lead to each other and nowhere else, and of
    /// which nobody has said so, ends there.
    void end_closed_loops() {
        boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> graph(blocks_.size());
        for (uint32_t i = 0; i < blocks_.size(); ++i) {
            for (const Chance& chance : blocks_[i].jumps) boost::add_edge(i, numbers_.at(chance.to), graph);
            if (blocks_[i].falls > 0) boost::add_edge(i, numbers_.at(blocks_[i].end), graph);
        }
        std::vector<int> loop(blocks_.size());
        const int loops = boost::strong_components(
            graph, boost::make_iterator_property_map(loop.begin(), boost::get(boost::vertex_index, graph)));
        std::vector<bool> closed(static_cast<size_t>(loops), true);
        for (uint32_t i = 0; i < blocks_.size(); ++i) {
            const auto own = static_cast<size_t>(loop[i]);
            if (blocks_[i].told || blocks_[i].returns) closed[own] = false;
            for (const auto edge : boost::make_iterator_range(boost::out_edges(i, graph)))
                if (loop[boost::target(edge, graph)] != loop[i]) closed[own] = false;
        }
        for (uint32_t i = 0; i < blocks_.size(); ++i) {
            if (!closed[static_cast<size_t>(loop[i])]) continue;
            blocks_[i].jumps.clear();
            blocks_[i].falls = 0;
        }
    }

    /// The returns of the function at `entry`, without those of what it calls.
    [[nodiscard]] std::vector<uint32_t> returns_of(uint32_t entry) const {
        std::set<uint32_t> seen{entry};
        std::vector<uint32_t> waiting{entry};
        std::vector<uint32_t> out;
        const auto visit = [&](uint64_t pc) {
            const uint32_t number = numbers_.at(pc);
            if (seen.insert(number).second) waiting.push_back(number);
        };
        while (!waiting.empty()) {
            const uint32_t number = waiting.back();
            const Piece& piece = blocks_[number];
            waiting.pop_back();
            if (piece.returns) out.push_back(number);
            if (piece.falls > 0) visit(piece.end);
            if (!piece.call)
                for (const Chance& chance : piece.jumps) visit(chance.to);
        }
        return out;
    }

    void add_returns(Jumps& jumps) const {
        std::map<uint64_t, std::map<uint64_t, double>> callers;  // of a function: where it returns, and how often
        for (uint32_t i = 0; i < blocks_.size(); ++i)
            if (blocks_[i].call && blocks_[i].falls > 0)
                for (const Chance& chance : blocks_[i].jumps)
                    callers[chance.to][blocks_[i].end] += frequency_[i] * chance.probability;
        for (const auto& [function, places] : callers) {
            const std::vector<uint32_t> returns = returns_of(numbers_.at(function));
            double all = 0;
            for (const uint32_t one : returns) all += frequency_[one];
            if (all <= 0) continue;
            for (const uint32_t one : returns)
                for (const auto& [place, count] : places)
                    jumps[{blocks_[one].last, place}] += count * frequency_[one] / all;
        }
    }

    void add(uint32_t from, uint32_t to, double p) {
        to_[from][to] += p;
        from_[to][from] += p;
    }
    [[nodiscard]] size_t degree(uint32_t block) const { return to_[block].size() * from_[block].size(); }

    Status returns(uint32_t block) {
        const auto loop = to_[block].find(block);
        const double back = loop == to_[block].end() ? 0 : loop->second;
        constexpr double kMost = 1 - 1e-14;
        if (back > kMost)
            return Status::error(
                fmt::format("what begins at {:#x} is never left, or calls itself for ever\ngive a branch there a "
                            "smaller chance to stay, or an instruction one to end the run",
                            blocks_[block].first));
        back_[block] = back;
        return {};
    }

    Status take_out(uint32_t block) {
        if (Status status = returns(block); !status.ok()) return status;
        const double stays = 1 / (1 - back_[block]);
        from_[block].erase(block);
        to_[block].erase(block);
        into_[block] = from_[block];
        for (const auto& [from, p] : from_[block]) {
            to_[from].erase(block);
            for (const auto& [to, q] : to_[block]) add(from, to, p * stays * q);
        }
        for (const auto& [to, q] : to_[block]) from_[to].erase(block);
        to_[block].clear();
        return {};
    }

    using Row = std::map<uint32_t, double>;
    const Code& code_;
    const Chances& chances_;
    bool by_calls_;              // returns follow from calls
    std::vector<Piece> blocks_;  // the entry first
    std::unordered_map<uint64_t, uint32_t> numbers_;
    std::vector<Row> to_;
    std::vector<Row> from_;
    std::unordered_map<uint32_t, Row> into_;  // of a block when it was taken out
    std::unordered_map<uint32_t, double> back_;
    std::vector<double> frequency_;
};

}  // namespace

Chances chances_of(const BlockGraph& blocks, const Profile& profile) {
    std::unordered_map<uint64_t, uint64_t> executed;  // by the pc of a last instruction
    for (const Block& block : blocks.blocks())
        if (block.instructions != 0) executed[block.last] += block.count;
    const auto share = [&executed](uint64_t count, uint64_t pc) {
        return static_cast<double>(count) / static_cast<double>(executed.at(pc));
    };
    Chances out;
    for (const Transfer& t : profile.transfers)
        if (t.kind != Departure::kInterrupt)
            out[t.from].to.push_back({.to = t.to, .probability = share(t.count, t.from)});
    for (const auto& [last, count] : executed) out.try_emplace(last);
    for (const Block& block : blocks.blocks())
        if (block.instructions != 0 && profile.next && block.end == *profile.next) {
            out[block.last].ends = share(profile.runs, block.last);
            break;
        }
    return out;
}

Result<SolvedFlow> solve_flow(const Code& code, uint64_t entry, const Chances& chances, uint64_t runs) {
    FlowEquations equations(code, chances);
    if (Status status = equations.discover(entry); !status.ok()) return status;
    if (Status status = equations.solve(); !status.ok()) return status;
    return equations.solved(entry, runs);
}

}  // namespace sky::regfile
