#include "host/regfile/planned_program.hpp"

#include <fmt/format.h>

#include <optional>

#include "host/memory/printable.hpp"
#include "host/regfile/assemble.hpp"
#include "host/regfile/code.hpp"
#include "sysc/model/rv32/csr_file.hpp"
#include "sysc/model/rv32/memory_map.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;

constexpr uint32_t kLocalInterrupt = 16;

/// Wherever one stands: a handler is reached through mtvec only, which no path through the code shows.
std::optional<uint32_t> find_return(const ElfFile& elf) {
    for (const ElfFile::Segment& segment : elf.segments())
        for (size_t i = 0; segment.executable && i + 4 <= segment.bytes.size(); i += 2)
            if (word_at(segment.bytes, i) == assemble::kMret) return segment.address + static_cast<uint32_t>(i);
    return std::nullopt;
}

}  // namespace

PlanImage::PlanImage(uint32_t address, std::span<const uint32_t> local_interrupt) : address_(address) {
    const auto others = static_cast<int32_t>(4 * (kLocalInterrupt + local_interrupt.size()));
    for (uint32_t i = 0; i < kLocalInterrupt; ++i) append(assemble::jal(0, others - static_cast<int32_t>(4 * i)));
    append(local_interrupt);
    append(assemble::csrr(kScratch, csr::kRftable));
    append(assemble::jalr(0, kScratch, 0));
}

void PlanImage::constant(uint32_t rd, uint32_t value) { assemble::load_constant(code_, rd, value); }

void PlanImage::set_csr(uint32_t csr, uint32_t value) {
    constant(kScratch, value);
    append(assemble::csrw(csr, kScratch));
}

void PlanImage::take_traps() { set_csr(csr::kMtvec, address_ | 1); }

void PlanImage::enable() {
    set_csr(csr::kMie, model::rv32::kModeBit);
    append(assemble::csrwi(csr::kRfctl, 1));
}

ElfFile::Segment PlanImage::segment() const {
    ElfFile::Segment out{.address = address_, .bytes = {}, .memory_bytes = 0, .executable = true};
    for (const uint32_t word : code_)
        for (uint32_t shift = 0; shift < 32; shift += 8) out.bytes.push_back(static_cast<uint8_t>(word >> shift));
    out.memory_bytes = static_cast<uint32_t>(out.bytes.size());
    return out;
}

Status take_traps_over(ElfFile& elf, std::span<const Recommendation> table) {
    const std::string name = memory::printable_name(elf.path());
    if (const std::optional<uint32_t> at = find_return(elf))
        return Status::error(
            fmt::format("{} returns from traps of its own (mret at {:#010x}), between which and migrations this "
                        "program cannot mediate\nlink it with sw/rf, whose trap entries do, or run with --apply "
                        "side",
                        name, *at));
    const Code code(elf);
    std::vector<uint64_t> starts{elf.entry()};
    for (const ElfFile::Function& function : elf.functions()) starts.push_back(function.address);
    for (const Recommendation& r : table) starts.push_back(r.pc);
    for (const uint64_t pc : code.reachable(starts)) {
        const auto bytes = code.bytes(pc, pc + 4);
        if (!bytes || code.at(pc)->length != 4) continue;
        const uint32_t bits = word_at(*bytes, 0);
        const uint32_t number = bits >> 20;
        if (bits == assemble::hint(0) || bits == assemble::hint(1))
            return Status::error(fmt::format(
                "{} has a hint of its own, at {:#010x}, which its own handler would have to follow\nrun it "
                "without --plan, or with --apply side",
                name, pc));
        if ((bits & 0x7f) != 0x73 || (bits >> 12 & 3) == 0) continue;
        if (number >= csr::kRfmode && number <= csr::kRfmiss)
            return Status::error(
                fmt::format("{} drives the register file itself, at {:#010x}\nrun it without --plan, or with "
                            "--apply side",
                            name, pc));
        if (number == csr::kMtvec) elf.patch(static_cast<uint32_t>(pc), (bits & 0xfffff) | csr::kRftable << 20);
    }
    return {};
}

Status check_place(const ElfFile& elf, const ElfFile::Segment& added) {
    using model::rv32::MemoryMap;
    using model::rv32::Ram;
    const uint64_t end = uint64_t{added.address} + added.memory_bytes;
    const bool in_ram = added.address >= Ram::kBase && end <= uint64_t{Ram::kBase} + MemoryMap::kRamBytes;
    if (!in_ram || added.address % kPlanAlign != 0)
        return Status::error(fmt::format(
            "--plan-at {:#010x}: {} bytes do not fit there\nname a multiple of {} in RAM, {:#010x} to "
            "{:#010x}",
            added.address, added.memory_bytes, kPlanAlign, Ram::kBase, Ram::kBase + (MemoryMap::kRamBytes - 1)));
    for (const ElfFile::Segment& segment : elf.segments())
        if (end > segment.address && added.address < uint64_t{segment.address} + segment.memory_bytes)
            return Status::error(fmt::format(
                "--plan-at {:#010x}: {} bytes there would lie in the program's segment {:#010x} to "
                "{:#010x}\nname a place in RAM that neither program nor heap nor stack uses",
                added.address, added.memory_bytes, segment.address, segment.address + segment.memory_bytes - 1));
    return {};
}

}  // namespace sky::regfile
