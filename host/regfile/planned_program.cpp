#include "host/regfile/planned_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "host/memory/printable.hpp"
#include "host/regfile/assemble.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/migration.hpp"
#include "sysc/model/rv32/csr_file.hpp"
#include "sysc/model/rv32/memory_map.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;

constexpr uint32_t kLocalInterrupt = 16;
constexpr const char* kWithout = "run it without --plan, or with --apply side";

/// Wherever one stands: a handler is reached through mtvec only, which no path through the code shows.
std::optional<uint32_t> find_return(const ElfFile& elf) {
    for (const ElfFile::Segment& segment : elf.segments())
        for (size_t i = 0; segment.executable && i + 4 <= segment.bytes.size(); i += 2)
            if (word_at(segment.bytes, i) == assemble::kMret) return segment.address + static_cast<uint32_t>(i);
    return std::nullopt;
}

[[nodiscard]] bool is_csr(uint32_t bits) { return (bits & 0x7f) == 0x73 && (bits >> 12 & 3) != 0; }

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

Result<std::set<uint32_t>> take_traps_over(ElfFile& elf, std::span<const Recommendation> table,
                                           std::span<const uint64_t> roots) {
    const std::string name = memory::printable_name(elf.path());
    for (const ElfFile::Segment& segment : elf.segments())
        if (segment.address >= model::rv32::MemoryMap::kSavePageBase)
            return Status::error(
                fmt::format("{} has data at {:#010x} in the save page, where migrations keep registers\n{}", name,
                            segment.address, kWithout));
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
    starts.insert(starts.end(), roots.begin(), roots.end());
    std::set<uint32_t> redirected;
    for (const uint64_t pc : code.reachable(starts)) {
        const auto bytes = code.bytes(pc, pc + 4);
        if (!bytes || code.at(pc)->length != 4) continue;
        const uint32_t bits = word_at(*bytes, 0);
        const uint32_t number = bits >> 20;
        if (bits == assemble::hint(0) || bits == assemble::hint(1))
            return Status::error(
                fmt::format("{} has a hint of its own, at {:#010x}, which its own handler would have to follow\n{}",
                            name, pc, kWithout));
        if (!is_csr(bits)) continue;
        if (number >= csr::kRfmode && number <= csr::kRfmiss)
            return Status::error(
                fmt::format("{} drives the register file itself, at {:#010x}\n{}", name, pc, kWithout));
        if (number != csr::kMtvec) continue;
        elf.patch(static_cast<uint32_t>(pc), (bits & 0xfffff) | csr::kRftable << 20);
        redirected.insert(static_cast<uint32_t>(pc));
    }
    return redirected;
}

WatchedSegment with_hints_watched(const ElfFile::Segment& segment, std::set<uint32_t> redirected) {
    WatchedSegment out{segment, {}, std::move(redirected)};
    for (uint32_t i = 0; i + 4 <= segment.bytes.size(); i += 4)
        for (const Mode mode : {Mode::kHorizontal, Mode::kVertical})
            if (word_at(segment.bytes, i) == assemble::hint(static_cast<uint32_t>(mode)))
                out.modes[segment.address + i] = mode;
    return out;
}

std::optional<WatchedSegment> hints_inside(const ElfFile& elf) {
    const std::vector<uint32_t> vector = PlanImage(0, hinted_migration_entry()).words();
    const auto begins_so = [&](const ElfFile::Segment& segment) {
        if (elf.entry() - segment.address >= segment.bytes.size() || segment.bytes.size() < 4 * vector.size())
            return false;
        for (size_t i = 0; i < vector.size(); ++i)
            if (word_at(segment.bytes, 4 * i) != vector[i]) return false;
        return true;
    };
    const auto& segments = elf.segments();
    const auto found = std::find_if(segments.begin(), segments.end(), begins_so);
    if (found == segments.end()) return std::nullopt;
    std::set<uint32_t> redirected;
    for (const ElfFile::Segment& segment : segments)
        for (uint32_t i = 0; segment.executable && i + 4 <= segment.bytes.size(); i += 2)
            if (const uint32_t bits = word_at(segment.bytes, i); is_csr(bits) && bits >> 20 == csr::kRftable)
                redirected.insert(segment.address + i);
    return with_hints_watched(*found, std::move(redirected));
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
