#include "tb/core_lockstep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

namespace sky::tb {

namespace {

using model::rv32::Machine;
using model::rv32::Retirement;
using model::rv32::StopReason;

/// The first field in which the two differ, with both values; empty when none does.
std::string first_difference(const Retirement& rtl, const Retirement& model) {
    const auto differ = [](std::string_view field, uint64_t ours, uint64_t theirs) {
        return fmt::format("{} is {:#x} ({}), the model says {:#x} ({})", field, ours, ours, theirs, theirs);
    };
    const std::array fields{
        std::tuple{"order", rtl.order, model.order},
        std::tuple{"pc", uint64_t{rtl.pc}, uint64_t{model.pc}},
        std::tuple{"insn", uint64_t{rtl.insn}, uint64_t{model.insn}},
        std::tuple{"trap", uint64_t{rtl.trap}, uint64_t{model.trap}},
        std::tuple{"interrupt", uint64_t{rtl.interrupt}, uint64_t{model.interrupt}},
        std::tuple{"rs1", uint64_t{rtl.rs1}, uint64_t{model.rs1}},
        std::tuple{"rs2", uint64_t{rtl.rs2}, uint64_t{model.rs2}},
        std::tuple{"rs1_value", uint64_t{rtl.rs1_value}, uint64_t{model.rs1_value}},
        std::tuple{"rs2_value", uint64_t{rtl.rs2_value}, uint64_t{model.rs2_value}},
        std::tuple{"rd", uint64_t{rtl.rd}, uint64_t{model.rd}},
        std::tuple{"rd_value", uint64_t{rtl.rd_value}, uint64_t{model.rd_value}},
        std::tuple{"next_pc", uint64_t{rtl.next_pc}, uint64_t{model.next_pc}},
        std::tuple{"mem_address", uint64_t{rtl.mem_address}, uint64_t{model.mem_address}},
        std::tuple{"mem_read", uint64_t{rtl.mem_read}, uint64_t{model.mem_read}},
        std::tuple{"mem_write", uint64_t{rtl.mem_write}, uint64_t{model.mem_write}},
        std::tuple{"mem_data", uint64_t{rtl.mem_data}, uint64_t{model.mem_data}},
        std::tuple{"cycle", rtl.cycle, model.cycle},
    };
    for (const auto& [field, ours, theirs] : fields)
        if (ours != theirs) return differ(field, ours, theirs);
    return {};
}

}  // namespace

/// One program on both.
class CoreLockstep::Run {
   public:
    Run(CoreLockstep& owner, const CoreProgram& program, const CoreEvents& events)
        : owner_(owner),
          rtl_(*owner.rtl_),
          events_(events),
          machine_({.boot_pc = program.entry,
                    .registers = owner.registers_.get(),
                    .dual = owner.shape_.kind == model::rf::Kind::kDual,
                    .skrm = owner.skrm_.get(),
                    .skrm_bytes = model::rv32::SkrmMemory::kBytes,
                    .to_host = program.to_host,
                    .console = [this](char c) { model_console_ += c; }}) {
        rtl_.clear_memory();
        for (const CoreProgram::Segment& segment : program.segments)
            if (!rtl_.load(segment.address, segment.bytes) || !machine_.write_memory(segment.address, segment.bytes))
                throw std::invalid_argument("a segment of the program is not in memory");
        rtl_.set_boot(program.entry);
        rtl_.set_tohost(program.to_host);
        rtl_.on_print = [this](char c) { result_.console += c; };
        rtl_.on_retire = [this](const Retirement& retired) { compare(retired); };
    }
    ~Run() {
        rtl_.on_print = nullptr;
        rtl_.on_retire = nullptr;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    CoreResult run(uint64_t max_cycles) {
        rtl_.reset();
        owner_.skrm_->reset();
        begin();
        for (const uint64_t retirements : events_.resets) {
            const uint64_t until = result_.retirements + retirements;
            while (going() && result_.retirements < until && rtl_.cycle() < max_cycles) tick();
            if (!going() || result_.retirements < until) break;
            // The model stands where the next instruction begins to execute.
            while (rtl_.cycle() < machine_.cycles()) tick();
            rtl_.reset();
            machine_.reset();
            owner_.skrm_->reset();
            ++result_.resets;
            begin();
        }
        while (going() && rtl_.cycle() < max_cycles) tick();
        if (result_.difference.empty() && rtl_.ended()) compare_ends();
        result_.cycles = rtl_.ended() ? rtl_.exit_cycle() + 1 : rtl_.cycle();
        result_.exit_code = rtl_.exit_code();
        result_.counters = rtl_.counters();
        return std::move(result_);
    }

   private:
    [[nodiscard]] bool going() const { return result_.difference.empty() && !rtl_.ended(); }

    /// Cycle 0 on both.
    void begin() {
        next_level_ = 0;
        machine_.set_external(0, false);
        for (const CoreEvents::Level& level : events_.external) machine_.set_external(level.cycle, level.high);
    }

    void tick() {
        // The pin is a flip-flop ahead of what the core sees.
        while (next_level_ < events_.external.size() && events_.external[next_level_].cycle == rtl_.cycle() + 1)
            rtl_.set_external(events_.external[next_level_++].high);
        rtl_.tick();
    }

    void compare(const Retirement& retired) {
        if (!result_.difference.empty()) return;
        ++result_.retirements;
        if (retired.trap) ++result_.traps;
        if (retired.interrupt) ++result_.interrupts;
        Retirement expected;
        std::string difference;
        if (machine_.step(expected)) {
            difference = first_difference(retired, expected);
        } else {
            difference = "the model has stopped: " + machine_.stop().message();
        }
        if (!difference.empty())
            result_.difference =
                fmt::format("retirement {} at pc {:#010x} (insn {:#010x}, cycle {}): {}; seed {}", retired.order,
                            retired.pc, retired.insn, retired.cycle, difference, owner_.seed_);
    }

    void differ(std::string_view what, uint64_t ours, uint64_t theirs) {
        if (ours != theirs && result_.difference.empty())
            result_.difference =
                fmt::format("at the end: {} is {:#x} ({}), the model says {:#x} ({}); after {} retirements; seed {}",
                            what, ours, ours, theirs, theirs, result_.retirements, owner_.seed_);
    }

    void compare_ends() {
        const StopReason reason = machine_.stop().reason;
        differ("that the program has ended itself", 1, reason == StopReason::kExit || reason == StopReason::kToHost);
        differ("exit code", rtl_.exit_code().value_or(0), machine_.stop().exit_code);
        differ("cycles", rtl_.exit_cycle() + 1, machine_.cycles());
        differ("length of the console", result_.console.size(), model_console_.size());
        differ("that the consoles agree", static_cast<uint64_t>(result_.console == model_console_), 1);
        differ("machine check", static_cast<uint64_t>(rtl_.machine_check()),
               static_cast<uint64_t>(owner_.registers_->machine_check()));
        differ("track error", static_cast<uint64_t>(rtl_.track_error()), 0);
        const model::rf::Counters ours = rtl_.counters();
        const model::rf::Counters& theirs = owner_.registers_->counters();
        for (size_t i = 0; i < ours.size(); ++i)
            differ(info(static_cast<model::rf::Counter>(i)).name, ours.at(i), theirs.at(i));
        owner_.skrm_->advance_to(rtl_.cycle());
        const model::Counters skrm = rtl_.skrm_counters();
        for (size_t i = 0; i < model::kCounters; ++i)
            differ(fmt::format("counter {} of the SK-RM memory", i), skrm.at(i), owner_.skrm_->counters().at(i));
        compare_memory(0x80000000, 8U << 20);
        compare_memory(0xfffff800, 2U << 10);
    }

    void compare_memory(uint32_t from, uint32_t bytes) {
        constexpr uint32_t kChunk = 2U << 10;
        std::array<uint8_t, kChunk> ours{};
        std::array<uint8_t, kChunk> theirs{};
        for (uint32_t offset = 0; offset < bytes && result_.difference.empty(); offset += kChunk) {
            if (!rtl_.peek(from + offset, ours) || !machine_.read_memory(from + offset, theirs))
                throw std::logic_error("one of the two has less memory");
            for (uint32_t i = 0; i < kChunk && ours != theirs; ++i)
                differ(fmt::format("the byte at {:#010x}", from + offset + i), ours.at(i), theirs.at(i));
        }
    }

    CoreLockstep& owner_;
    bridge::RtlSoc& rtl_;
    const CoreEvents& events_;
    std::string model_console_;
    Machine machine_;
    size_t next_level_ = 0;
    CoreResult result_;
};

CoreLockstep::CoreLockstep(const model::rf::Shape& shape, const model::rf::Options& options,
                           const model::rf::Options& model_options, uint64_t seed)
    : shape_(shape),
      seed_(seed),
      rtl_(bridge::RtlSoc::make(shape, options)),
      registers_(model::rf::RegisterFile::make(shape, model_options)),
      skrm_(std::make_unique<model::rv32::SkrmMemory>()) {
    if (!rtl_) throw std::invalid_argument("no register file of this shape was Verilated");
}

CoreResult CoreLockstep::run(const CoreProgram& program, const CoreEvents& events, uint64_t max_cycles) {
    return Run(*this, program, events).run(max_cycles);
}

}  // namespace sky::tb
