#include "host/regfile/program_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

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

/// Where sw/runtime/crt0.S leads a trap that nobody expects: it prints what happened and ends the run.
constexpr const char* kUnexpectedTrap = "sky_unexpected_trap";

uint64_t end_of_slice(uint64_t now, uint64_t slice, const RunConfig& config) {
    return std::min(now + slice, config.max_cycles);
}

bool told_to_stop(const RunConfig& config, uint64_t cycles) { return config.advance && !config.advance(cycles); }

/// The program ended itself; `pc` is where it would have gone on.
void set_exit(RunResult& result, const ElfFile& elf, uint32_t exit_code, uint32_t pc) {
    result.exit_code = static_cast<uint8_t>(exit_code);
    const auto& functions = elf.functions();
    const bool trapped = std::any_of(functions.begin(), functions.end(), [pc](const ElfFile::Function& function) {
        return function.name == kUnexpectedTrap && pc - function.address < function.bytes;
    });
    if (!trapped) return;
    result.end = End::kTrap;
    result.message = fmt::format(
        "a trap that nobody handles ended the program, with exit code {}\nwhat it printed, from 'unexpected "
        "trap' on, names cause, pc and value",
        *result.exit_code);
}

void set_too_long(RunResult& result, const RunConfig& config, uint32_t pc) {
    result.end = End::kMaxCycles;
    result.message = fmt::format(
        "the program did not end within {} cycles; the next instruction would be at {:#010x}\ngive it "
        "more with --max-cycles, or look for an endless loop there",
        config.max_cycles, pc);
}

void set_end(RunResult& result, const ElfFile& elf, const RunConfig& config, const model::rv32::Stop& stop) {
    switch (stop.reason) {
        case StopReason::kExit:
        case StopReason::kToHost: set_exit(result, elf, stop.exit_code, stop.pc); return;
        case StopReason::kTrapLoop: result.end = End::kTrapLoop; break;
        case StopReason::kAsleep: result.end = End::kAsleep; break;
        default: set_too_long(result, config, stop.pc); return;
    }
    result.message = stop.message();
}

void take_watch(RunResult& result, const std::optional<PlanWatch>& watch) {
    if (!watch) return;
    result.switches_missed = watch->missed();
    result.plan_seen = watch->seen();
    if (watch->problem().empty()) return;
    result.end = End::kPlanBroken;
    result.exit_code.reset();
    result.message = watch->problem();
}

/// `read` reads memory as it is at the end.
template <typename Read>
void look_at_memory(RunResult& result, const RunConfig& config, const Read& read) {
    if (config.at_end) config.at_end(read);
    if (!config.handler) return;
    std::vector<uint8_t> bytes(config.handler->bytes.size());
    if (read(config.handler->address, std::span(bytes)) && bytes == config.handler->bytes) return;
    result.end = End::kOverwritten;
    result.exit_code.reset();
    result.message = fmt::format(
        "the program wrote over the code at {:#010x} that migrates its registers: the results mean nothing\nname "
        "another place with --plan-at",
        config.handler->address);
}

Result<RunResult> run_on_model(const ElfFile& elf, const RunConfig& config) {
    const auto registers = model::rf::RegisterFile::make(config.shape, config.options, config.faults);
    if (config.placement)
        for (uint32_t reg = 0; reg < model::rf::kRegisters; ++reg) registers->place(reg, (*config.placement)[reg]);
    model::rv32::SkrmMemory skrm;
    MigrationMeter meter(config.handler.value_or(WatchedSegment{}), *registers);
    std::optional<PlanWatch> watch;
    if (config.handler) watch.emplace(*config.handler);
    Machine machine({.registers = registers.get(),
                     .dual = config.shape.kind == model::rf::Kind::kDual,
                     .skrm = &skrm,
                     .skrm_bytes = model::rv32::SkrmMemory::kBytes,
                     .console = config.console,
                     .flow = config.handler ? &meter : nullptr,
                     .side_table = config.side_table,
                     .guard = watch ? &*watch : nullptr});
    meter.watch(machine);
    if (Status status = elf.load(machine); !status.ok()) return status;
    RunResult result;
    while (machine.run({.cycles = end_of_slice(machine.cycles(), kFastSlice, config)}).reason ==
           StopReason::kCycleLimit) {
        if (machine.cycles() >= config.max_cycles) break;
        if (!told_to_stop(config, machine.cycles())) continue;
        result.end = End::kInterrupted;
        break;
    }
    if (result.end != End::kInterrupted) set_end(result, elf, config, machine.stop());
    look_at_memory(result, config, [&](uint32_t at, std::span<uint8_t> to) { return machine.read_memory(at, to); });
    take_watch(result, watch);
    result.migrations = meter.migrations();
    result.instructions = machine.instructions();
    result.cycles = machine.cycles();
    result.executed = machine.counts();
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

/// As the options of rf run name it.
std::string choice_of(const model::rf::Shape& shape) {
    model::rf::Shape plain = shape;
    plain.buffer = 0;
    plain.guard = false;
    plain.banks = plain.ports = 1;
    std::string text = shape.banks > 1 ? "banked" : model::rf::to_string(plain);
    if (shape.banks > 1) text += fmt::format(" --banks {}", shape.banks);
    if (shape.ports > 1) text += fmt::format(" --ports {}", shape.ports);
    if (shape.guard) text += " --set regfile.position_guard=true";
    return text;
}

std::string no_such_rtl(const model::rf::Shape& shape) {
    std::vector<std::string> built;
    for (const model::rf::Shape& one : bridge::RtlSoc::shapes()) built.push_back(choice_of(one));
    return fmt::format("the RTL was not built with this register file: {}\nuse --backend fast, or --regfile {}",
                       model::rf::to_string(shape), fmt::join(built, ", "));
}

Result<RunResult> run_on_rtl(const ElfFile& elf, const RunConfig& config) {
    const auto soc = bridge::RtlSoc::make(config.shape, config.options);
    if (!soc) return Status::error(no_such_rtl(config.shape));
    soc->set_faults(config.faults);
    if (Status status = load_program(elf, *soc); !status.ok()) return status;
    soc->on_print = config.console;
    RunResult result;
    TrapLoop loop;
    bool looping = false;
    bool stopped = false;
    std::optional<PlanWatch> watch;
    if (config.handler) watch.emplace(*config.handler);
    uint32_t next_pc = elf.entry();
    soc->on_retire = [&](const Retirement& retired) {
        looping = looping || loop.goes_on(retired);
        result.instructions += retired.trap ? 0 : 1;
        next_pc = retired.next_pc;
        stopped = stopped || (watch && !watch->retired(retired)) || (config.on_retire && !config.on_retire(retired));
    };
    soc->reset();
    // The store that ends the program counts, not when it retires: that may wait for the register file.
    const auto in_time = [&] { return soc->exit_code().has_value() && soc->exit_cycle() < config.max_cycles; };
    const auto over = [&] {
        return soc->ended() || stopped || looping || soc->asleep() ||
               (soc->cycle() >= config.max_cycles && !in_time());
    };
    std::optional<model::Counters> skrm;  // with the store that ended the program
    while (!over()) {
        const uint64_t until = soc->cycle() + kRtlSlice;
        while (!over() && soc->cycle() < until) {
            soc->tick();
            if (soc->exit_code() && !skrm) skrm = soc->skrm_counters();
        }
        if (over() || !told_to_stop(config, soc->cycle())) continue;
        result.end = End::kInterrupted;
        break;
    }
    result.cycles = soc->ended() ? soc->exit_cycle() + 1 : soc->cycle();
    if (soc->ended()) {
        set_exit(result, elf, soc->exit_code().value_or(0), next_pc);
    } else if (stopped) {
        result.end = End::kInterrupted;
    } else if (looping) {
        result.end = End::kTrapLoop;
        result.message = loop.message();
    } else if (soc->asleep()) {
        result.end = End::kAsleep;
        result.message = model::rv32::Stop{.reason = StopReason::kAsleep, .pc = next_pc}.message();
    } else if (result.end != End::kInterrupted) {
        set_too_long(result, config, next_pc);
    }
    look_at_memory(result, config, [&](uint32_t at, std::span<uint8_t> to) { return soc->peek(at, to); });
    take_watch(result, watch);
    result.registers = soc->counters();
    result.machine_check = soc->machine_check();
    result.skrm = skrm ? *skrm : soc->skrm_counters();
    // A track that has slipped too often is pushed against the end of its wire, which refuses.
    if (soc->track_error() && config.faults.threshold == 0)
        throw std::logic_error("the register file drove an illegal pulse");
    return result;
}

}  // namespace

const char* to_string(Backend backend) { return backend == Backend::kFast ? "fast" : "rtl"; }

const char* to_string(End end) {
    switch (end) {
        case End::kExit: return "exit";
        case End::kTrap: return "trap";
        case End::kMaxCycles: return "max_cycles";
        case End::kTrapLoop: return "trap_loop";
        case End::kAsleep: return "asleep";
        case End::kOverwritten: return "overwritten";
        case End::kPlanBroken: return "plan_broken";
        case End::kInterrupted: break;
    }
    return "interrupted";
}

std::vector<stats::Group> statistics(const RunResult& result, Backend backend) {
    std::vector<stats::Group> trees;
    if (backend == Backend::kFast)
        trees.push_back(model::rv32::statistics(result.executed, result.cycles, result.instructions));
    trees.push_back(model::rv32::SkrmMemory::statistics(result.skrm));
    return trees;
}

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
