#include "host/regfile/bank_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <utility>

namespace sky::regfile {

namespace {

constexpr uint32_t kRegisters = model::rf::kRegisters;
constexpr uint32_t kMostBanks = 8;
constexpr double kStepShare = 0.05;  // what a step counts beside a stall
constexpr uint32_t kStepExchanges = 2'000;
constexpr uint32_t kStallExchanges = 1'500;

/// Heads of all banks under the requests of one program.
class Heads {
   public:
    Heads(const Placement& placement, uint32_t banks) {
        const uint32_t domains = kRegisters / banks;
        for (uint32_t reg = 0; reg < kRegisters; ++reg) {
            bank_[reg] = static_cast<uint8_t>(placement[reg] / domains);
            domain_[reg] = static_cast<int8_t>(placement[reg] % domains);
        }
    }

    /// Steps of one request; path_ says how long each head was under way.
    uint32_t go(const SampledRequest& request) {
        path_ = {};
        uint32_t steps = 0;
        if (request.write != 0) steps += go(request.write);
        uint8_t first = request.read1;
        uint8_t second = request.read2;
        if (second != 0 && bank_[first] == bank_[second] && way(second) < way(first)) std::swap(first, second);
        if (first != 0) steps += go(first);
        if (second != 0) steps += go(second);
        return steps;
    }

    [[nodiscard]] uint32_t longest() const { return *std::max_element(path_.begin(), path_.end()); }

    /// In the cycles of the last request that they did not need, heads go to the first access of the next one.
    void preshift(const SampledRequest& next) {
        const uint32_t cycles = longest() + 1;
        uint32_t moved = 0;
        for (const uint8_t reg : {next.write, next.read1, next.read2}) {
            const uint32_t bank = bank_[reg];
            if (reg == 0 || (moved >> bank & 1) != 0) continue;
            moved |= 1U << bank;
            const auto free = static_cast<int32_t>(cycles - path_[bank]);
            head_[bank] += std::clamp(domain_[reg] - head_[bank], -free, free);
        }
    }

   private:
    [[nodiscard]] uint32_t way(uint8_t reg) const {
        return static_cast<uint32_t>(std::abs(domain_[reg] - head_[bank_[reg]]));
    }
    uint32_t go(uint8_t reg) {
        const uint32_t steps = way(reg);
        path_[bank_[reg]] = static_cast<uint8_t>(path_[bank_[reg]] + steps);
        head_[bank_[reg]] = domain_[reg];
        return steps;
    }

    std::array<uint8_t, kRegisters> bank_{};
    std::array<int8_t, kRegisters> domain_{};
    std::array<int32_t, kMostBanks> head_{};
    std::array<uint8_t, kMostBanks> path_{};
};

uint64_t steps_of(std::span<const SampledRequest> requests, Heads heads) {
    uint64_t steps = 0;
    for (const SampledRequest& request : requests) steps += heads.go(request);
    return steps;
}

uint64_t stalls_of(std::span<const SampledRequest> requests, Heads heads) {
    uint64_t stalls = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
        heads.go(requests[i]);
        stalls += heads.longest();
        if (i + 1 < requests.size() && requests[i + 1].announced) heads.preshift(requests[i + 1]);
    }
    return stalls;
}

/// Simulated annealing, then descent: exchanges of two registers' positions.
template <typename Cost>
Placement improve(Placement at, const Cost& cost, uint32_t exchanges, std::mt19937_64& random) {
    constexpr double kFirstShare = 0.01;  // of the cost: what is accepted at first
    constexpr double kLastShare = 1e-5;
    double now = cost(at);
    Placement best = at;
    double least = now;
    const auto exchange = [&](uint64_t a, uint64_t b, double limit) {
        std::swap(at[a], at[b]);
        const double then = cost(at);
        if (then - now >= limit) {
            std::swap(at[a], at[b]);
            return false;
        }
        now = then;
        return true;
    };
    std::uniform_real_distribution<double> chance(0, 1);
    double temperature = now * kFirstShare;
    const double cooling = std::pow(kLastShare / kFirstShare, 1.0 / exchanges);
    for (uint32_t i = 0; i < exchanges; ++i, temperature *= cooling) {
        const uint64_t a = random() % kRegisters;
        const uint64_t b = random() % kRegisters;
        if (a == b || !exchange(a, b, -temperature * std::log(1 - chance(random)))) continue;
        if (now >= least) continue;
        least = now;
        best = at;
    }
    at = best;
    now = least;
    const double rounding = -1e-9 * now;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t a = 0; a < kRegisters; ++a)
            for (uint32_t b = 0; b < a; ++b) changed = exchange(a, b, rounding) || changed;
    }
    return at;
}

}  // namespace

BankCost bank_cost(std::span<const WeightedRequests> programs, const Placement& placement, uint32_t banks) {
    BankCost out;
    const Heads heads(placement, banks);
    for (const WeightedRequests& program : programs) {
        out.steps += program.weight * static_cast<double>(steps_of(program.requests, heads));
        out.stalls += program.weight * static_cast<double>(stalls_of(program.requests, heads));
    }
    return out;
}

Placement find_bank_placement(std::span<const WeightedRequests> programs, uint32_t banks, uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto steps = [&](const Placement& placement) {
        double sum = 0;
        const Heads heads(placement, banks);
        for (const WeightedRequests& program : programs)
            sum += program.weight * static_cast<double>(steps_of(program.requests, heads));
        return sum;
    };
    const auto both = [&](const Placement& placement) {
        const BankCost cost = bank_cost(programs, placement, banks);
        return cost.stalls + kStepShare * cost.steps;
    };
    const Placement fewest = improve(identity_placement(), steps, kStepExchanges, random);
    return improve(fewest, both, kStallExchanges, random);
}

}  // namespace sky::regfile
