#pragma once

#include <cstdint>
#include <vector>

#include "sysc/model/random.hpp"

namespace sky::test::rv32 {

/// Random single instructions that change nothing but the registers they may, data memory and harmless csrs, and that
/// either go on to the next one or trap.
class RandomInstruction {
   public:
    /// What programs keep for themselves.
    struct Roles {
        uint32_t short_base = 8;  ///< one of x8 to x15; both point into the middle of 4 KiB of data
        uint32_t base = 3;
        uint32_t outer = 26;  ///< counters of loops
        uint32_t inner = 27;
    };

    RandomInstruction(model::Random& random, bool timing_visible);

    [[nodiscard]] const Roles& roles() const { return roles_; }
    /// Whether x1 holds a return address that is still needed.
    void keep_link(bool keep) { keep_link_ = keep; }

    [[nodiscard]] uint32_t any();
    /// A register that may be overwritten; never x0.
    [[nodiscard]] uint32_t scratch();
    /// Source of a value: any register.
    [[nodiscard]] uint32_t source() { return below(32); }
    [[nodiscard]] static const std::vector<uint32_t>& illegal();

   private:
    [[nodiscard]] uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_.below(bound)); }
    [[nodiscard]] int32_t between(int32_t low, int32_t high) {
        return low + static_cast<int32_t>(below(static_cast<uint32_t>(high - low + 1)));
    }
    [[nodiscard]] uint32_t destination() { return below(16) == 0 ? 0 : scratch(); }
    [[nodiscard]] uint32_t short_scratch();
    [[nodiscard]] uint32_t short_source() { return 8 + below(8); }
    [[nodiscard]] uint32_t arithmetic();
    [[nodiscard]] uint32_t immediate();
    [[nodiscard]] uint32_t multiply();
    [[nodiscard]] uint32_t memory();
    [[nodiscard]] uint32_t compressed();
    [[nodiscard]] uint32_t csr();
    [[nodiscard]] uint32_t system();
    [[nodiscard]] bool reserved(uint32_t reg) const;

    model::Random& random_;
    bool timing_visible_;
    bool keep_link_ = false;
    Roles roles_;
};

}  // namespace sky::test::rv32
