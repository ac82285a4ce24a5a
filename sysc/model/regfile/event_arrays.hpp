#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sysc/model/regfile/accesses.hpp"
#include "sysc/model/regfile/bank_heads.hpp"
#include "sysc/model/regfile/pass_heads.hpp"

/// The arrays by closed formulas, one step a request: what Front asks for.
namespace sky::model::rf {

using Values = std::array<uint64_t, kRegisters>;

/// What is common: heads come to rest after a reset.
class Homing {
   public:
    void reset() { homing_ = true; }
    /// Cycles until all heads are at rest, if they have to be.
    template <typename Heads>
    uint32_t come_home(Heads& heads, Counters& counters) {
        if (!homing_) return 0;
        homing_ = false;
        const uint32_t cycles = heads.away();
        heads.return_home(cycles, counters);
        return cycles;
    }
    template <typename Heads>
    [[nodiscard]] bool coming_home(const Heads& heads) const {
        return homing_ && heads.away() != 0;
    }
    /// Of that many idle cycles; returns those that are left.
    template <typename Heads>
    uint64_t idle(uint64_t cycles, Heads& heads, Counters& counters) {
        if (!homing_) return cycles;
        const uint64_t needed = std::min<uint64_t>(cycles, heads.away());
        heads.return_home(needed, counters);
        homing_ = heads.away() != 0;
        return cycles - needed;
    }

   private:
    bool homing_ = false;
};

class FlipFlopArray {
   public:
    FlipFlopArray(const Shape& shape, const Options& /*options*/) : width_(shape.width) {}

    static uint32_t come_home() { return 0; }
    [[nodiscard]] static bool coming_home() { return false; }
    uint32_t request(const Accesses& accesses, const Ahead& /*ahead*/, ReadData& data) {
        if (accesses.wants(kWrite)) values_[accesses.reg[kWrite]] = accesses.data;
        if (accesses.wants(kRead1)) data[kRead1] = values_[accesses.reg[kRead1]];
        if (accesses.wants(kRead2)) data[kRead2] = values_[accesses.reg[kRead2]];
        const uint32_t written = accesses.want & 1;
        const uint32_t read = (accesses.want >> kRead1 & 1) + (accesses.want >> kRead2 & 1);
        count(counters, Counter::kBitReads, uint64_t{read} * width_);
        count(counters, Counter::kBitWrites, uint64_t{written} * width_);
        count(counters, Counter::kAccesses, read + written);
        return 1;
    }
    void idle(uint64_t /*cycles*/, const Ahead& /*ahead*/) {}
    static uint32_t switch_mode(Mode /*mode*/, const Ahead& /*ahead*/) { return 1; }
    [[nodiscard]] static Mode mode() { return Mode::kHorizontal; }
    void place(uint32_t /*reg*/, uint32_t /*position*/) {}
    void reset() {}
    [[nodiscard]] static bool machine_check() { return false; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const { return values_[reg]; }
    void poke(uint32_t reg, uint64_t value) { values_[reg] = value; }

    Counters counters{};

   private:
    uint32_t width_;
    Values values_{};
};

class HorizontalArray {
   public:
    HorizontalArray(const Shape& shape, const Options& options) : heads_(shape, options, shape.banks) {}

    uint32_t come_home() { return homing_.come_home(heads_, counters); }
    [[nodiscard]] bool coming_home() const { return homing_.coming_home(heads_); }
    uint32_t request(const Accesses& accesses, const Ahead& ahead, ReadData& data) {
        const uint32_t cycles = heads_.run(accesses, data, values_, counters);
        heads_.finish(cycles, ahead, counters);
        return cycles;
    }
    void idle(uint64_t cycles, const Ahead& ahead) {
        heads_.idle(homing_.idle(cycles, heads_, counters), ahead, counters);
    }
    uint32_t switch_mode(Mode /*mode*/, const Ahead& ahead) {
        heads_.idle(1, ahead, counters);
        return 1;
    }
    [[nodiscard]] static Mode mode() { return Mode::kHorizontal; }
    void place(uint32_t reg, uint32_t position) { heads_.place(reg, position); }
    void reset() { homing_.reset(); }
    [[nodiscard]] static bool machine_check() { return false; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const { return values_[heads_.position(reg)]; }
    void poke(uint32_t reg, uint64_t value) { values_[heads_.position(reg)] = value; }

    Counters counters{};

   private:
    BankHeads heads_;
    Homing homing_;
    Values values_{};  // by position
};

class VerticalArray {
   public:
    VerticalArray(const Shape& shape, const Options& options) : heads_(shape, options) {}

    uint32_t come_home() { return homing_.come_home(heads_, counters); }
    [[nodiscard]] bool coming_home() const { return homing_.coming_home(heads_); }
    uint32_t request(const Accesses& accesses, const Ahead& /*ahead*/, ReadData& data) {
        const uint32_t cycles = heads_.run(accesses, data, values_, counters);
        heads_.finish(cycles, counters);
        return cycles;
    }
    void idle(uint64_t cycles, const Ahead& /*ahead*/) {
        heads_.idle(homing_.idle(cycles, heads_, counters), counters);
    }
    uint32_t switch_mode(Mode /*mode*/, const Ahead& /*ahead*/) {
        heads_.idle(1, counters);
        return 1;
    }
    [[nodiscard]] static Mode mode() { return Mode::kVertical; }
    void place(uint32_t /*reg*/, uint32_t /*position*/) {}
    void reset() { homing_.reset(); }
    [[nodiscard]] static bool machine_check() { return false; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const { return values_[reg]; }
    void poke(uint32_t reg, uint64_t value) { values_[reg] = value; }

    Counters counters{};

   private:
    PassHeads heads_;
    Homing homing_;
    Values values_{};  // by register
};

/// One array either way. Its bits are held as the values they mean in the present mode.
class DynamicArray {
   public:
    DynamicArray(const Shape& shape, const Options& options)
        : width_(shape.width), bank_(shape, options, 1), passes_(shape, options) {}

    uint32_t come_home() {
        return mode_ == Mode::kHorizontal ? homing_.come_home(bank_, counters) : homing_.come_home(passes_, counters);
    }
    [[nodiscard]] bool coming_home() const {
        return mode_ == Mode::kHorizontal ? homing_.coming_home(bank_) : homing_.coming_home(passes_);
    }
    uint32_t request(const Accesses& accesses, const Ahead& ahead, ReadData& data) {
        if (mode_ == Mode::kHorizontal) {
            const uint32_t cycles = bank_.run(accesses, data, values_, counters);
            bank_.finish(cycles, ahead, counters);
            return cycles;
        }
        const uint32_t cycles = passes_.run(accesses, data, values_, counters);
        passes_.finish(cycles, counters);
        return cycles;
    }
    void idle(uint64_t cycles, const Ahead& ahead) {
        if (mode_ == Mode::kHorizontal)
            bank_.idle(homing_.idle(cycles, bank_, counters), ahead, counters);
        else
            passes_.idle(homing_.idle(cycles, passes_, counters), counters);
    }
    /// All tracks come to rest, then the same bits mean other values: those of the transposed matrix.
    uint32_t switch_mode(Mode mode, const Ahead& ahead) {
        if (mode == mode_) {
            idle(1, ahead);
            return 1;
        }
        const uint32_t cycles = std::max(bank_.away(), passes_.away());  // those of the other mode are at rest
        bank_.return_home(cycles, counters);
        passes_.return_home(cycles, counters);
        transpose();
        mode_ = mode;
        count(counters, Counter::kSwitches, 1);
        return std::max(cycles, 1U);
    }
    [[nodiscard]] Mode mode() const { return mode_; }
    void place(uint32_t reg, uint32_t position) { bank_.place(reg, position); }
    void reset() { homing_.reset(); }
    [[nodiscard]] static bool machine_check() { return false; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const { return values_[where(reg)]; }
    void poke(uint32_t reg, uint64_t value) { values_[where(reg)] = value; }

    Counters counters{};

   private:
    [[nodiscard]] uint32_t where(uint32_t reg) const {
        return mode_ == Mode::kHorizontal ? bank_.position(reg) : reg;
    }
    /// Horizontal, bit b of domain d is on track b; vertical, bit b of register r on track L r + b / 32, domain b
    /// mod 32.
    void transpose() {
        const Values before = values_;
        const uint32_t lanes = width_ / kRegisters;
        values_.fill(0);
        for (uint32_t reg = 0; reg < kRegisters; ++reg) {
            for (uint32_t bit = 0; bit < width_; ++bit) {
                const uint32_t track = lanes * reg + bit / kRegisters;
                const uint32_t domain = bit % kRegisters;
                if (mode_ == Mode::kHorizontal)
                    values_[reg] |= (before[domain] >> track & 1) << bit;
                else
                    values_[domain] |= (before[reg] >> bit & 1) << track;
            }
        }
    }

    uint32_t width_;
    BankHeads bank_;
    PassHeads passes_;
    Homing homing_;
    Mode mode_ = Mode::kHorizontal;
    Values values_{};
};

/// An array of each. Which one a register is in follows from its last write.
class DualArray {
   public:
    DualArray(const Shape& shape, const Options& options) : bank_(shape, options, 1), passes_(shape, options) {}

    uint32_t come_home() { return homing_.come_home(*this, counters); }
    [[nodiscard]] bool coming_home() const { return homing_.coming_home(*this); }
    [[nodiscard]] uint32_t away() const { return std::max(bank_.away(), passes_.away()); }
    void return_home(uint64_t cycles, Counters& to) {
        bank_.return_home(cycles, to);
        passes_.return_home(cycles, to);
    }
    uint32_t request(const Accesses& accesses, const Ahead& ahead, ReadData& data) {
        uint32_t vertical = 0;  // accesses of the vertical array
        for (const uint32_t access : {kWrite, kRead1, kRead2})
            if (goes_vertical(accesses, access)) vertical |= bit_of(access);
        Accesses part = accesses;
        part.want = accesses.want & ~vertical;
        uint32_t cycles = bank_.run(part, data, by_position_, counters);
        part.want = accesses.want & vertical;
        cycles = std::max(cycles, passes_.run(part, data, by_register_, counters));
        bank_.finish(cycles, horizontal_only(ahead), counters);
        passes_.finish(cycles, counters);
        if (accesses.wants(kWrite)) {
            const uint32_t reg = 1U << accesses.reg[kWrite];
            in_vertical_ = mode_ == Mode::kVertical ? in_vertical_ | reg : in_vertical_ & ~reg;
        }
        return cycles;
    }
    void idle(uint64_t cycles, const Ahead& ahead) {
        cycles = homing_.idle(cycles, *this, counters);
        bank_.idle(cycles, horizontal_only(ahead), counters);
        passes_.idle(cycles, counters);
    }
    uint32_t switch_mode(Mode mode, const Ahead& ahead) {
        idle(1, ahead);
        if (mode != mode_) count(counters, Counter::kSwitches, 1);
        mode_ = mode;
        return 1;
    }
    [[nodiscard]] Mode mode() const { return mode_; }
    void place(uint32_t reg, uint32_t position) { bank_.place(reg, position); }
    void reset() { homing_.reset(); }
    [[nodiscard]] static bool machine_check() { return false; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const {
        return is_vertical(reg) ? by_register_[reg] : by_position_[bank_.position(reg)];
    }
    void poke(uint32_t reg, uint64_t value) {
        (is_vertical(reg) ? by_register_[reg] : by_position_[bank_.position(reg)]) = value;
    }

    Counters counters{};

   private:
    [[nodiscard]] bool is_vertical(uint32_t reg) const { return (in_vertical_ >> reg & 1) != 0; }
    [[nodiscard]] bool goes_vertical(const Accesses& accesses, uint32_t access) const {
        const uint8_t reg = accesses.reg[access];
        if (access == kWrite || (accesses.wants(kWrite) && accesses.reg[kWrite] == reg))
            return mode_ == Mode::kVertical;
        return is_vertical(reg);
    }
    [[nodiscard]] Ahead horizontal_only(const Ahead& ahead) const {
        Ahead left = ahead;
        if (mode_ == Mode::kVertical) left.want &= ~bit_of(kWrite);
        for (const uint32_t access : {kRead1, kRead2})
            if (is_vertical(ahead.reg[access])) left.want &= ~bit_of(access);
        return left;
    }

    BankHeads bank_;
    PassHeads passes_;
    Homing homing_;
    Mode mode_ = Mode::kHorizontal;
    uint32_t in_vertical_ = 0;
    Values by_position_{};
    Values by_register_{};
};

}  // namespace sky::model::rf
