#include "host/regfile/program_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sysc/bridge/rtl_soc.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "sysc/model/rv32/skrm_memory.hpp"

namespace sky::regfile {

namespace {

using model::rv32::Machine;
using model::rv32::Retirement;
using model::rv32::StopReason;

/// Between two calls of advance().
constexpr uint64_t kFastSlice = 4'000'000;
constexpr uint64_t kRtlSlice = 100'000;

std::string too_long(uint64_t max_cycles, uint32_t pc) {
    return fmt::format(
        "the program did not end within {} cycles; the next instruction would be at {:#010x}\ngive it "
        "more with --max-cycles, or look for an endless loop there",
        max_cycles, pc);
}

uint64_t end_of_slice(uint64_t now, uint64_t slice, const RunConfig& config) {
    return std::min(now + slice, config.max_cycles);
}

bool told_to_stop(const RunConfig& config, uint64_t cycles) { return config.advance && !config.advance(cycles); }

Result<RunResult> run_on_model(const ElfFile& elf, const RunConfig& config) {
    const auto registers = model::rf::RegisterFile::make(config.shape, config.options, config.faults);
    model::rv32::SkrmMemory skrm;
    Machine machine({.registers = registers.get(),
                     .dual = config.shape.kind == model::rf::Kind::kDual,
                     .skrm = &skrm,
                     .skrm_bytes = model::rv32::SkrmMemory::kBytes,
                     .console = config.console});
    if (Status status = elf.load(machine); !status.ok()) return status;
    RunResult result;
    while (machine.run({.cycles = end_of_slice(machine.cycles(), kFastSlice, config)}).reason ==
           StopReason::kCycleLimit) {
        if (machine.cycles() >= config.max_cycles) break;
        if (!told_to_stop(config, machine.cycles())) continue;
        result.end = RunResult::End::kStopped;
        break;
    }
    const model::rv32::Stop& stop = machine.stop();
    if (stop.reason == StopReason::kExit || stop.reason == StopReason::kToHost) {
        result.exit_code = static_cast<uint8_t>(stop.exit_code);
    } else if (result.end != RunResult::End::kStopped) {
        result.end = RunResult::End::kFailed;
        result.message =
            stop.reason == StopReason::kCycleLimit ? too_long(config.max_cycles, stop.pc) : stop.message();
    }
    result.instructions = machine.instructions();
    result.cycles = machine.cycles();
    result.registers = registers->counters();
    result.machine_check = registers->machine_check();
    skrm.advance_to(result.cycles);
    result.skrm = skrm.counters();
    return result;
}

/// Sees that a program traps for ever, as the model does: the first instruction of the trap handler traps again.
class TrapLoop {
   public:
    /// Of each retirement; true once there is no way out.
    bool goes_on(const Retirement& retired) {
        const bool loop = retired.trap && last_.trap && retired.pc == last_.next_pc && retired.next_pc == retired.pc;
        if (!loop) last_ = retired;
        return loop;
    }
    /// What trapped first.
    [[nodiscard]] std::string message() const {
        return fmt::format(
            "the instruction at pc {:#010x} traps, and the trap handler at {:#010x} traps in its first "
            "instruction, for ever\nset mtvec to a handler before anything can trap; --backend fast "
            "names the cause",
            last_.pc, last_.next_pc);
    }

   private:
    Retirement last_;
};

std::string no_such_rtl() {
    std::string built;
    for (const model::rf::Shape& shape : bridge::RtlSoc::shapes())
        built += fmt::format("{}{}", built.empty() ? "" : "; ", model::rf::to_string(shape));
    return fmt::format("the RTL was not built with this register file\nuse --backend fast, or one that was: {}",
                       built);
}

Result<RunResult> run_on_rtl(const ElfFile& elf, const RunConfig& config) {
    const auto soc = bridge::RtlSoc::make(config.shape, config.options);
    if (!soc) return Status::error(no_such_rtl());
    soc->set_faults(config.faults);
    if (Status status = load_program(elf, *soc); !status.ok()) return status;
    soc->on_print = config.console;
    RunResult result;
    TrapLoop loop;
    bool looping = false;
    uint32_t next_pc = elf.entry();
    soc->on_retire = [&](const Retirement& retired) {
        looping = looping || loop.goes_on(retired);
        result.instructions += retired.trap ? 0 : 1;
        next_pc = retired.next_pc;
    };
    soc->reset();
    while (soc->run(end_of_slice(soc->cycle(), kRtlSlice, config)) == bridge::RtlSoc::Stop::kCycles && !looping) {
        if (soc->cycle() >= config.max_cycles) break;
        if (!told_to_stop(config, soc->cycle())) continue;
        result.end = RunResult::End::kStopped;
        break;
    }
    result.cycles = soc->ended() ? soc->exit_cycle() + 1 : soc->cycle();
    if (soc->ended()) {
        result.exit_code = static_cast<uint8_t>(soc->exit_code().value_or(0));
    } else if (result.end != RunResult::End::kStopped) {
        result.end = RunResult::End::kFailed;
        result.message = looping ? loop.message() : too_long(config.max_cycles, next_pc);
    }
    result.registers = soc->counters();
    result.machine_check = soc->machine_check();
    result.skrm = soc->skrm_counters();
    if (soc->track_error()) throw std::logic_error("the register file drove an illegal pulse");
    return result;
}

}  // namespace

const char* to_string(Backend backend) { return backend == Backend::kFast ? "fast" : "rtl"; }

Status load_program(const ElfFile& elf, bridge::RtlSoc& soc) {
    for (const ElfFile::Segment& segment : elf.segments()) {
        std::vector<uint8_t> bytes = segment.bytes;
        bytes.resize(segment.memory_bytes);
        if (!soc.load(segment.address, bytes))
            return Status::error(
                fmt::format("{}: {} bytes at {:#010x} are not all memory of the system\nlink it with "
                            "sw/runtime/link.ld",
                            elf.path(), bytes.size(), segment.address));
    }
    soc.set_boot(elf.entry());
    soc.set_tohost(elf.symbol("tohost"));
    return {};
}

Result<RunResult> run_program(const ElfFile& elf, const RunConfig& config) {
    return config.backend == Backend::kFast ? run_on_model(elf, config) : run_on_rtl(elf, config);
}

}  // namespace sky::regfile
