#pragma once

#include "host/memory/status.hpp"
#include "host/regfile/profile.hpp"
#include "sysc/model/rv32/retirement.hpp"

namespace sky::regfile {

/// Tells an observer of the departures that a stream of retirements contains.
class RetiredFlow {
   public:
    explicit RetiredFlow(model::rv32::FlowObserver& observer) : observer_(observer) {}

    void retired(const model::rv32::Retirement& record);
    [[nodiscard]] uint64_t instructions() const { return instructions_; }  ///< traps not counted
    [[nodiscard]] uint32_t next() const { return next_; }                  ///< pc

   private:
    model::rv32::FlowObserver& observer_;
    uint64_t instructions_ = 0;
    uint32_t next_ = 0;
};

/// profile_program() on the Verilated system with flip-flops for registers, by its retirement port: the same profile,
/// of a program that does not look at the time.
[[nodiscard]] Result<ProfileRun> profile_on_rtl(const ElfFile& elf, const ProfileConfig& config);

}  // namespace sky::regfile
