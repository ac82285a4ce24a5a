#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/rv32/guard.hpp"
#include "sysc/model/rv32/retirement.hpp"

namespace sky::regfile {

/// Code that a plan has put beside a program, and what a run with it is watched for.
struct WatchedSegment : ElfFile::Segment {
    /// The mode in which the instruction at an address executes if the plan is followed.
    std::map<uint32_t, model::rf::Mode> modes{};
    /// Instructions of the program that have rftable in the place of mtvec.
    std::set<uint32_t> redirected{};
};

/// Watches what the program does with what the plan needs for itself, which its file may not show: mtvec, returns
/// from traps, the register file and the save page. Such an instruction ends the run, on the model in front of it, on
/// the RTL behind it. And it notes which control registers the program has read while they told of the plan.
class PlanWatch final : public model::rv32::Guard {
   public:
    explicit PlanWatch(WatchedSegment added);

    bool allows(const model::rv32::Insn& insn, uint32_t pc, uint32_t address) override;
    /// Of the RTL. False: allows() was, so the run means nothing.
    bool retired(const model::rv32::Retirement& record);

    /// Why the run was ended, and a remedy; empty: it was not.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// By name of the control register, the first instruction that read it.
    [[nodiscard]] const std::map<std::string, uint32_t>& seen() const { return seen_; }

   private:
    [[nodiscard]] bool inside(uint32_t pc) const { return pc - added_.address < added_.memory_bytes; }
    void follow(const model::rv32::Insn& insn);
    void note(const model::rv32::Insn& insn, uint32_t pc);
    bool refuse(uint32_t pc, const std::string& what, const std::string& remedy);
    [[nodiscard]] bool csr_allowed(const model::rv32::Insn& insn, uint32_t pc);

    const WatchedSegment added_;
    std::string problem_;
    std::map<std::string, uint32_t> seen_;
    bool in_plans_trap_ = false;                           ///< mepc, mcause and mtval are of a migration
    model::rf::Mode mode_ = model::rf::Mode::kHorizontal;  ///< as the records tell
};

}  // namespace sky::regfile
