#include "host/regfile/bank_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace sky::regfile {

namespace {

constexpr uint32_t kRegisters = model::rf::kRegisters;
constexpr uint32_t kMostBanks = 8;
constexpr uint32_t kExchanges = 5'000;
constexpr double kFirstShare = 0.01;  // of all steps: what is accepted at first
constexpr double kLastShare = 1e-5;

class BankSearch {
   public:
    BankSearch(std::span<const WeightedAccesses> programs, uint32_t banks, uint64_t seed)
        : programs_(programs), domains_(kRegisters / banks), random_(seed), at_(identity_placement()) {
        for (uint32_t bank = 0; bank < banks; ++bank) steps_[bank] = steps_of(bank, bank)[0];
    }

    Placement run() {
        const double first = total() * kFirstShare;
        const double cooling = std::pow(kLastShare / kFirstShare, 1.0 / kExchanges);
        double temperature = first;
        std::uniform_real_distribution<double> chance(0, 1);
        Placement best = at_;
        double least = total();
        for (uint32_t i = 0; i < kExchanges; ++i, temperature *= cooling) {
            const double limit = -temperature * std::log(1 - chance(random_));
            exchange(random_() % kRegisters, random_() % kRegisters, limit);
            if (total() >= least) continue;
            least = total();
            best = at_;
        }
        at_ = best;
        for (uint32_t bank = 0; bank < kRegisters / domains_; ++bank) steps_[bank] = steps_of(bank, bank)[0];
        descend();
        return at_;
    }

   private:
    [[nodiscard]] double total() const {
        double sum = 0;
        for (const double steps : steps_) sum += steps;
        return sum;
    }

    /// Exchanges two registers if that makes it worse by less than `limit`.
    bool exchange(uint64_t a, uint64_t b, double limit) {
        if (a == b) return false;
        const uint32_t one = at_[a] / domains_;
        const uint32_t two = at_[b] / domains_;
        std::swap(at_[a], at_[b]);
        const std::array<double, 2> now = steps_of(one, two);
        const double before = steps_[one] + (one == two ? 0 : steps_[two]);
        if (now[0] + now[1] - before < limit) {
            steps_[one] = now[0];
            if (one != two) steps_[two] = now[1];
            return true;
        }
        std::swap(at_[a], at_[b]);
        return false;
    }

    void descend() {
        const double least = -1e-9 * total();  // less is rounding
        for (bool changed = true; changed;) {
            changed = false;
            for (uint32_t a = 0; a < kRegisters; ++a)
                for (uint32_t b = 0; b < a; ++b) changed = exchange(a, b, least) || changed;
        }
    }

    /// Of two banks, or of one and nothing.
    [[nodiscard]] std::array<double, 2> steps_of(uint32_t one, uint32_t two) const {
        // Where each register is: in a lane of its own if it does not count, so that there is nothing to decide.
        std::array<uint8_t, kRegisters> lane{};
        std::array<uint8_t, kRegisters> domain{};
        for (uint32_t reg = 0; reg < kRegisters; ++reg) {
            const uint32_t bank = at_[reg] / domains_;
            lane[reg] = bank == one ? 0 : bank == two ? 1 : 2;
            domain[reg] = static_cast<uint8_t>(lane[reg] == 2 ? 0 : at_[reg] % domains_);
        }
        std::array<double, 2> sum{};
        for (const WeightedAccesses& program : programs_) {
            std::array<int32_t, 3> head{};
            std::array<int64_t, 3> steps{};
            for (const uint8_t reg : program.accesses) {
                const uint8_t l = lane[reg];
                steps[l] += std::abs(int32_t{domain[reg]} - head[l]);
                head[l] = domain[reg];
            }
            for (size_t l = 0; l < sum.size(); ++l) sum[l] += program.weight * static_cast<double>(steps[l]);
        }
        return sum;
    }

    std::span<const WeightedAccesses> programs_;
    uint32_t domains_;
    std::mt19937_64 random_;
    Placement at_;
    std::array<double, kMostBanks> steps_{};
};

}  // namespace

AccessSample::AccessSample(uint64_t total, uint64_t wanted)
    : period_(std::max<uint64_t>(kWindow, total / std::max<uint64_t>(1, wanted / kWindow))) {}

double bank_steps(std::span<const WeightedAccesses> programs, const Placement& placement, uint32_t banks) {
    const uint32_t domains = kRegisters / banks;
    double sum = 0;
    for (const WeightedAccesses& program : programs) {
        std::array<int32_t, kMostBanks> head{};
        int64_t steps = 0;
        for (const uint8_t reg : program.accesses) {
            int32_t& of_bank = head[placement[reg] / domains];
            const auto to = static_cast<int32_t>(placement[reg] % domains);
            steps += std::abs(to - of_bank);
            of_bank = to;
        }
        sum += program.weight * static_cast<double>(steps);
    }
    return sum;
}

Placement find_bank_placement(std::span<const WeightedAccesses> programs, uint32_t banks, uint64_t seed) {
    return BankSearch(programs, banks, seed).run();
}

}  // namespace sky::regfile
