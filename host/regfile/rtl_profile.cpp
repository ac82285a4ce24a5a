#include "host/regfile/rtl_profile.hpp"

#include <fmt/format.h>

#include "host/memory/printable.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/program_run.hpp"
#include "sysc/model/rv32/decode.hpp"

namespace sky::regfile {

namespace {

using model::rv32::Insn;
using model::rv32::Op;
using model::rv32::Retirement;

bool taken(Op op, uint32_t a, uint32_t b) {
    switch (op) {
        case Op::kBeq: return a == b;
        case Op::kBne: return a != b;
        case Op::kBlt: return static_cast<int32_t>(a) < static_cast<int32_t>(b);
        case Op::kBge: return static_cast<int32_t>(a) >= static_cast<int32_t>(b);
        case Op::kBltu: return a < b;
        default: return a >= b;
    }
}

/// Whether the instruction sent the run elsewhere, be it to the next one in memory.
bool departs(const Retirement& record) {
    const Insn insn = model::rv32::decode(record.insn);
    if (record.next_pc != record.pc + insn.length) return true;
    if (model::rv32::is_branch(insn.op))
        return insn.imm == insn.length && taken(insn.op, record.rs1_value, record.rs2_value);
    return insn.op == Op::kJal || insn.op == Op::kJalr || insn.op == Op::kMret || insn.op == Op::kFenceI;
}

}  // namespace

void RetiredFlow::retired(const Retirement& record) {
    if (record.interrupt) observer_.departs(Departure::kInterrupt, next_, record.pc);
    if (record.trap) {
        observer_.departs(Departure::kTrap, record.pc, record.next_pc);
    } else {
        ++instructions_;
        if (departs(record)) observer_.departs(Departure::kJump, record.pc, record.next_pc);
    }
    next_ = record.next_pc;
}

Result<ProfileRun> profile_on_rtl(const ElfFile& elf, const ProfileConfig& config) {
    constexpr uint64_t kForEver = uint64_t{1} << 62;
    TransferCounts counts;
    RetiredFlow flow(counts);
    ProfileRun out;
    Status unchanged;
    const auto finish = [&](const RunConfig::ReadMemory& read) {
        Profile& profile = out.profile;
        profile = {.program = elf.path(),
                   .entry = elf.entry(),
                   .next = flow.next(),
                   .instructions = flow.instructions(),
                   .transfers = counts.sorted()};
        const Code code(elf);
        const Result<BlockGraph> graph = BlockGraph::make(code, profile);
        unchanged = graph.ok() ? check_code(elf, graph.value(), code, read) : not_in_file(elf, graph.status());
    };
    const RunConfig run{.backend = Backend::kRtl,
                        .max_cycles = kForEver,
                        .console = config.console,
                        .advance = [&](uint64_t) { return !config.advance || config.advance(flow.instructions()); },
                        .on_retire =
                            [&](const Retirement& record) {
                                flow.retired(record);
                                return flow.instructions() < config.max_instructions;
                            },
                        .at_end = finish};
    const Result<RunResult> ran = run_program(elf, run);
    if (!ran.ok()) return ran.status();
    const auto refuse = [&elf](const std::string& what) {
        return Status::error(fmt::format("cannot profile '{}': {}", memory::printable_name(elf.path()), what));
    };
    out.stopped = ran.value().end == End::kInterrupted;
    if (out.stopped && flow.instructions() >= config.max_instructions)
        return refuse(
            fmt::format("it did not end within {} instructions; the next one would be at {:#x}\ngive it more with "
                        "--max-instructions, or look for an endless loop there",
                        config.max_instructions, flow.next()));
    if (!out.stopped && !ran.value().exit_code) return refuse(ran.value().message);
    if (!unchanged.ok()) return unchanged;
    out.profile.partial = out.stopped;
    out.exit_code = ran.value().exit_code.value_or(0);
    return out;
}

}  // namespace sky::regfile
