#include "host/regfile/plan_watch.hpp"

#include <fmt/format.h>

#include <utility>

#include "sysc/model/rv32/csr_file.hpp"
#include "sysc/model/rv32/decode.hpp"
#include "sysc/model/rv32/memory_map.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;

using model::rv32::Insn;
using model::rv32::MemoryMap;
using model::rv32::Op;

constexpr const char* kWithout = "run it without --plan, or with --apply side";

/// Registers that hold something else with a plan than without; nullptr: any other.
const char* told_by(uint32_t number, bool in_plans_trap) {
    switch (number) {
        case csr::kMstatus: return "mstatus";
        case csr::kMie: return "mie";
        case csr::kMip: return "mip";
        case csr::kMepc: return in_plans_trap ? "mepc" : nullptr;
        case csr::kMcause: return in_plans_trap ? "mcause" : nullptr;
        case csr::kMtval: return in_plans_trap ? "mtval" : nullptr;
        case csr::kMinstret:
        case csr::kMinstreth: return "minstret";
        case csr::kInstret:
        case csr::kInstreth: return "instret";
        default: return nullptr;
    }
}

}  // namespace

PlanWatch::PlanWatch(WatchedSegment added) : Guard(model::rv32::SideTable(added.modes)), added_(std::move(added)) {}

bool PlanWatch::refuse(uint32_t pc, const std::string& what, const std::string& remedy) {
    problem_ = fmt::format("the instruction at {:#010x} {}\n{}", pc, what, remedy);
    return false;
}

void PlanWatch::follow(const Insn& insn) {
    // The way on to the program's own handler reads its address; a migration ends with mret.
    if (insn.op == Op::kMret) in_plans_trap_ = true;
    if (!model::rv32::is_csr(insn.op)) return;
    const auto number = static_cast<uint32_t>(insn.imm);
    if (number == csr::kRftable) in_plans_trap_ = false;
    if (number == csr::kRfmode && insn.op == Op::kCsrrwi) mode_ = static_cast<model::rf::Mode>(insn.bits >> 15 & 1);
}

void PlanWatch::note(const Insn& insn, uint32_t pc) {
    const char* const name = told_by(static_cast<uint32_t>(insn.imm), in_plans_trap_);
    if (name != nullptr && insn.rd != 0) seen_.emplace(name, pc);
}

bool PlanWatch::csr_allowed(const Insn& insn, uint32_t pc) {
    const auto number = static_cast<uint32_t>(insn.imm);
    if (number == csr::kMtvec)
        return refuse(
            pc,
            "uses mtvec, which the plan has taken over, and neither the program's calls nor the profiled run "
            "lead to it: the run was ended",
            "make the plan of a run that comes there, or run with --apply side");
    const bool redirected = number == csr::kRftable && added_.redirected.contains(pc);
    if (number >= csr::kRfmode && number <= csr::kRfmiss && !redirected)
        return refuse(pc, "drives the register file, which the plan does: the run was ended", kWithout);
    note(insn, pc);
    return true;
}

bool PlanWatch::allows(const Insn& insn, uint32_t pc, uint32_t address) {
    if (inside(pc)) {
        follow(insn);
        return true;
    }
    if (model::rv32::is_csr(insn.op)) return csr_allowed(insn, pc);
    if (model::rv32::is_load(insn.op) || model::rv32::is_store(insn.op)) {
        if (address < MemoryMap::kSavePageBase || address % model::rv32::access_bytes(insn.op) != 0) return true;
        return refuse(pc,
                      fmt::format("{} {:#010x} in the save page, where migrations keep registers: the run was ended",
                                  model::rv32::is_load(insn.op) ? "reads" : "writes", address),
                      kWithout);
    }
    if (insn.op == Op::kMret)
        return refuse(pc,
                      "returns from a trap, between which and migrations a plan cannot mediate: the run was ended",
                      kWithout);
    if (model::rv32::hinted_mode(insn))
        return refuse(pc, "is a hint that is not the plan's: the run was ended", kWithout);
    return true;
}

bool PlanWatch::retired(const model::rv32::Retirement& record) {
    executes(record.pc, mode_);
    if (record.trap || !problem_.empty()) return problem_.empty();
    const Insn insn = model::rv32::decode(record.insn);
    return model::rv32::hinted_mode(insn) == mode_ || allows(insn, record.pc, record.mem_address);
}

}  // namespace sky::regfile
