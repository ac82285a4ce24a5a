#include "host/regfile/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/memory/printable.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/code.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "sysc/model/rv32/skrm_memory.hpp"

namespace sky::regfile {

namespace {

using model::rv32::Machine;
using model::rv32::SkrmMemory;
using model::rv32::StopReason;

constexpr const char* kWritesCode =
    "blocks can be told from a file only if it holds what is executed: profile a program that does not write code";
constexpr uint64_t kSlice = 8'000'000;  // instructions between two calls of advance()

/// A machine with the program in it, and how its run goes.
class Run {
   public:
    Run(const ElfFile& elf, const ProfileConfig& config, model::rv32::FlowObserver& observer)
        : elf_(elf),
          config_(config),
          machine_({.skrm = &skrm_,
                    .skrm_bytes = SkrmMemory::kBytes,
                    .to_host = {},
                    .console = config.console,
                    .count = true,
                    .flow = &observer}) {}

    Result<ProfileRun> run() {
        if (Status status = elf_.load(machine_); !status.ok()) return status;
        ProfileRun out;
        out.profile.program = elf_.path();
        out.profile.entry = elf_.entry();
        while (machine_.run({.instructions = end_of_slice()}).reason == StopReason::kInstructionLimit) {
            if (machine_.instructions() >= config_.max_instructions) return refuse(too_long());
            if (!config_.advance || config_.advance(machine_.instructions())) continue;
            out.stopped = true;
            break;
        }
        const model::rv32::Stop& stop = machine_.stop();
        const bool ended = stop.reason == StopReason::kExit || stop.reason == StopReason::kToHost;
        if (!ended && !out.stopped) return refuse(stop.message());
        out.exit_code = static_cast<uint8_t>(stop.exit_code);
        out.profile.next = machine_.pc();
        out.profile.instructions = machine_.instructions();
        return out;
    }

    [[nodiscard]] bool read(uint32_t address, std::span<uint8_t> to) const {
        return machine_.read_memory(address, to);
    }

   private:
    [[nodiscard]] uint64_t end_of_slice() const {
        return std::min(machine_.instructions() + kSlice, config_.max_instructions);
    }
    [[nodiscard]] Status refuse(const std::string& what) const {
        return Status::error(fmt::format("cannot profile '{}': {}", memory::printable_name(elf_.path()), what));
    }
    [[nodiscard]] std::string too_long() const {
        return fmt::format(
            "it did not end within {} instructions; the next one would be at {:#x}\ngive it more with "
            "--max-instructions, or look for an endless loop there",
            config_.max_instructions, machine_.pc());
    }

    const ElfFile& elf_;
    const ProfileConfig& config_;
    SkrmMemory skrm_;
    Machine machine_;
};

}  // namespace

Result<ProfileRun> observe_program(const ElfFile& elf, const ProfileConfig& config,
                                   model::rv32::FlowObserver& observer) {
    return Run(elf, config, observer).run();
}

Result<ProfileRun> profile_program(const ElfFile& elf, const ProfileConfig& config) {
    TransferCounts counts;
    Run run(elf, config, counts);
    Result<ProfileRun> out = run.run();
    if (!out.ok()) return out.status();
    out.value().profile.transfers = counts.sorted();
    out.value().profile.partial = out.value().stopped;
    const Code code(elf);
    const Result<BlockGraph> graph = BlockGraph::make(code, out.value().profile);
    if (!graph.ok()) return not_in_file(elf, graph.status());
    const Status unchanged =
        check_code(elf, graph.value(), code, [&run](uint32_t at, std::span<uint8_t> to) { return run.read(at, to); });
    if (!unchanged.ok()) return unchanged;
    return out;
}

Status not_in_file(const ElfFile& elf, const Status& graph) {
    const std::string line = graph.message().substr(0, graph.message().find('\n'));
    const size_t colon = line.find(": ");
    return Status::error(fmt::format(
        "cannot profile '{}': it executes code that it has written or copied itself ({})\n{}",
        memory::printable_name(elf.path()), colon == std::string::npos ? line : line.substr(colon + 2), kWritesCode));
}

Status check_code(const ElfFile& elf, const BlockGraph& graph, const Code& code,
                  const std::function<bool(uint32_t address, std::span<uint8_t> to)>& read) {
    std::vector<uint8_t> now;
    for (const Block& block : graph.blocks()) {
        if (block.first == block.end) continue;  // behind the end of the run, and of the file
        const auto in_file = code.bytes(block.first, block.end);
        now.resize(block.end - block.first);
        if (in_file && read(static_cast<uint32_t>(block.first), now) &&
            std::equal(now.begin(), now.end(), in_file->begin()))
            continue;
        return Status::error(
            fmt::format("cannot profile '{}': the program changed its own code between {:#x} and {:#x}\n{}",
                        memory::printable_name(elf.path()), block.first, block.end, kWritesCode));
    }
    return {};
}

}  // namespace sky::regfile
