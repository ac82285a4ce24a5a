#include "host/regfile/flow_equations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <unordered_map>

namespace sky::regfile {

namespace {

/// Instructions from the entry on as a Markov chain of blocks, solved by taking out block after block: what leads to
/// one leads on to what it leads to. That needs no subtraction but the one of a block's way back to itself.
class FlowEquations {
   public:
    FlowEquations(const Code& code, const Chances& chances) : code_(code), chances_(chances) {}

    Status discover(uint64_t entry) {
        std::vector<uint64_t> waiting{entry};
        while (!waiting.empty()) {
            const uint64_t first = waiting.back();
            waiting.pop_back();
            if (numbers_.contains(first)) continue;
            numbers_[first] = static_cast<uint32_t>(blocks_.size());
            Piece piece;
            piece.first = piece.last = first;
            if (Status status = extend(piece); !status.ok()) return status;
            for (const Chance& chance : piece.jumps) waiting.push_back(chance.to);
            if (piece.falls > 0) waiting.push_back(piece.end);
            blocks_.push_back(std::move(piece));
        }
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
        return {};
    }

    /// Departures of `runs` runs.
    [[nodiscard]] Profile profile(uint64_t entry, uint64_t runs) const {
        Profile out;
        out.entry = entry;
        out.runs = runs;
        double instructions = 0;
        std::map<std::pair<uint64_t, uint64_t>, double> jumps;
        for (uint32_t i = 0; i < blocks_.size(); ++i) {
            const Piece& piece = blocks_[i];
            instructions += frequency_[i] * piece.instructions;
            for (const Chance& chance : piece.jumps)
                jumps[{piece.last, chance.to}] += frequency_[i] * chance.probability;
        }
        const auto times = [runs](double each) {
            return static_cast<uint64_t>(std::llround(each * static_cast<double>(runs)));
        };
        out.instructions = times(instructions);
        for (const auto& [way, each] : jumps)
            if (const uint64_t count = times(each); count != 0)
                out.transfers.push_back(
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
        double falls = 0;  ///< probability that what is next in memory follows
    };

    Status extend(Piece& piece) const {
        for (;;) {
            const std::optional<Operation> operation = code_.at(piece.last);
            if (!operation)
                return Status::error(fmt::format(
                    "the file holds no instruction at {:#x}\nleave out probabilities that lead there", piece.last));
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

    static Status end_with(Piece& piece, const Operation& operation, const Departing* chances) {
        constexpr double kHalf = 0.5;
        double left = 1;
        if (chances != nullptr) {
            left -= chances->ends;
            for (const Chance& chance : chances->to) left -= chance.probability;
            piece.jumps = chances->to;
        } else if (operation.flow == Flow::kBranch) {
            piece.jumps = {{.to = operation.target, .probability = kHalf}};
            left = kHalf;
        } else if (operation.flow == Flow::kJump) {
            piece.jumps = {{.to = operation.target, .probability = 1}};
            left = 0;
        } else if (operation.flow == Flow::kIndirect) {
            return Status::error(
                fmt::format("the indirect jump at {:#x} has no probabilities\nname its targets, each "
                            "with its share, or profile a run",
                            piece.last));
        }
        constexpr double kLeast = 1e-12;
        if (operation.falls_through() && left > kLeast) piece.falls = left;
        return {};
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
                fmt::format("what begins at {:#x} is never left\ngive a branch in that loop a chance to leave it",
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

Result<Profile> solve_flow(const Code& code, uint64_t entry, const Chances& chances, uint64_t runs) {
    FlowEquations equations(code, chances);
    if (Status status = equations.discover(entry); !status.ok()) return status;
    if (Status status = equations.solve(); !status.ok()) return status;
    return equations.profile(entry, runs);
}

}  // namespace sky::regfile
