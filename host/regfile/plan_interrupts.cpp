#include "host/regfile/plan_interrupts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "host/memory/printable.hpp"
#include "host/regfile/assemble.hpp"
#include "host/regfile/migration.hpp"
#include "sysc/model/rv32/csr_file.hpp"
#include "sysc/model/rv32/memory_map.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;
using Words = std::vector<uint32_t>;

constexpr uint32_t kScratch = 5;
constexpr uint32_t kLocalInterrupt = 16;
constexpr uint32_t kAlign = 128;  // more than a trap vector needs

uint32_t word_at(const std::vector<uint8_t>& bytes, size_t offset) {
    return bytes[offset] | uint32_t{bytes[offset + 1]} << 8 | uint32_t{bytes[offset + 2]} << 16 |
           uint32_t{bytes[offset + 3]} << 24;
}

std::vector<uint8_t> bytes_of(const Words& words) {
    std::vector<uint8_t> bytes;
    for (const uint32_t word : words)
        for (uint32_t shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<uint8_t>(word >> shift));
    return bytes;
}

/// What goes to one address: trap vector, migrations, start.
class Image {
   public:
    Image(uint32_t address, const std::vector<Recommendation>& table, uint32_t entry) : address_(address) {
        vector();
        std::vector<uint32_t> migrations;
        for (const Recommendation& r : table) {
            migrations.push_back(here());
            append(migration_code(r.live, r.mode));
        }
        start_ = here();
        for (uint32_t i = 0; i < table.size(); ++i) fill_entry(i, table[i], migrations[i]);
        switch_on(entry);
    }

    [[nodiscard]] uint32_t start() const { return start_; }
    [[nodiscard]] std::vector<uint8_t> bytes() const { return bytes_of(code_); }

   private:
    [[nodiscard]] uint32_t here() const { return address_ + 4 * static_cast<uint32_t>(code_.size()); }
    void append(const Words& code) { code_.insert(code_.end(), code.begin(), code.end()); }

    /// Vectored: exceptions and the interrupts before ours go on to the program's handler, ours begins at once.
    void vector() {
        const Words ours = migration_entry();
        const auto others = static_cast<int32_t>(4 * (kLocalInterrupt + ours.size()));
        for (uint32_t i = 0; i < kLocalInterrupt; ++i)
            code_.push_back(assemble::jal(0, others - static_cast<int32_t>(4 * i)));
        append(ours);
        append({assemble::csrr(kScratch, csr::kRftable), assemble::jalr(0, kScratch, 0)});
    }

    void fill_entry(uint32_t number, const Recommendation& r, uint32_t migration) {
        code_.push_back(assemble::csrwi(csr::kRfentry, number));
        assemble::load_constant(code_, kScratch, static_cast<uint32_t>(r.pc));
        code_.push_back(assemble::csrw(csr::kRfentryPc, kScratch));
        code_.push_back(assemble::csrwi(csr::kRfentryMode, static_cast<uint32_t>(r.mode)));
        assemble::load_constant(code_, kScratch, migration);
        code_.push_back(assemble::csrw(csr::kRfentryMask, kScratch));
    }

    void switch_on(uint32_t entry) {
        assemble::load_constant(code_, kScratch, address_ | 1);
        code_.push_back(assemble::csrw(csr::kMtvec, kScratch));
        assemble::load_constant(code_, kScratch, model::rv32::kModeBit);
        code_.push_back(assemble::csrw(csr::kMie, kScratch));
        code_.push_back(assemble::csrwi(csr::kRfctl, 1));
        code_.push_back(assemble::csrsi(csr::kMstatus, csr::kMstatusMie));
        assemble::jump(code_, kScratch, entry);
    }

    uint32_t address_;
    Words code_;
    uint32_t start_ = 0;
};

class Preparation {
   public:
    Preparation(const ElfFile& elf, const Plan& plan, uint32_t address)
        : elf_(elf), table_(plan.table.recommendations), address_(address) {}

    Result<PlannedProgram> run() {
        const std::string name = memory::printable_name(elf_.path());
        if (table_.size() > kMatchEntries)
            return Status::error(fmt::format(
                "the plan has a table of {} recommendations, the match unit holds {}\nmake one that fits (rf plan "
                "--entries {}), or run with --apply side, which holds any number",
                table_.size(), kMatchEntries, kMatchEntries));
        if (const std::optional<uint32_t> at = find_return())
            return Status::error(
                fmt::format("{} returns from traps of its own (mret at {:#010x}), between which and migrations this "
                            "program cannot mediate\nlink it with sw/rf, whose trap entries do, or run with --apply "
                            "side",
                            name, *at));
        if (Status status = redirect_trap_vector(name); !status.ok()) return status;
        const Image image(address_, table_, elf_.entry());
        ElfFile::Segment added{.address = address_, .bytes = image.bytes(), .memory_bytes = 0, .executable = true};
        added.memory_bytes = static_cast<uint32_t>(added.bytes.size());
        if (Status status = check_place(added); !status.ok()) return status;
        elf_.add_segment(added);
        elf_.set_entry(image.start());
        return PlannedProgram{.elf = std::move(elf_), .added = std::move(added)};
    }

   private:
    /// Wherever one stands: a handler is reached through mtvec only, which no path through the code shows.
    [[nodiscard]] std::optional<uint32_t> find_return() const {
        for (const ElfFile::Segment& segment : elf_.segments())
            for (size_t i = 0; segment.executable && i + 4 <= segment.bytes.size(); i += 2)
                if (word_at(segment.bytes, i) == assemble::kMret) return segment.address + static_cast<uint32_t>(i);
        return std::nullopt;
    }

    Status redirect_trap_vector(const std::string& name) {
        const Code code(elf_);
        std::vector<uint64_t> starts{elf_.entry()};
        for (const ElfFile::Function& function : elf_.functions()) starts.push_back(function.address);
        for (const Recommendation& r : table_) starts.push_back(r.pc);
        for (const uint64_t pc : code.reachable(starts)) {
            const auto bytes = code.bytes(pc, pc + 4);
            if (!bytes || code.at(pc)->length != 4) continue;
            const uint32_t bits = word_at({bytes->begin(), bytes->end()}, 0);
            const uint32_t number = bits >> 20;
            if ((bits & 0x7f) != 0x73 || (bits >> 12 & 3) == 0) continue;
            if (number >= csr::kRfmode && number <= csr::kRfplace)
                return Status::error(
                    fmt::format("{} drives the register file itself, at {:#010x}\nrun it without --plan, or with "
                                "--apply side",
                                name, pc));
            if (number == csr::kMtvec) elf_.patch(static_cast<uint32_t>(pc), (bits & 0xfffff) | csr::kRftable << 20);
        }
        return {};
    }

    [[nodiscard]] Status check_place(const ElfFile::Segment& added) const {
        using model::rv32::MemoryMap;
        using model::rv32::Ram;
        const uint64_t end = uint64_t{added.address} + added.memory_bytes;
        const bool in_ram = added.address >= Ram::kBase && end <= uint64_t{Ram::kBase} + MemoryMap::kRamBytes;
        if (!in_ram || added.address % kAlign != 0)
            return Status::error(fmt::format(
                "--plan-at {:#010x}: {} bytes do not fit there\nname a multiple of {} in RAM, {:#010x} to "
                "{:#010x}",
                added.address, added.memory_bytes, kAlign, Ram::kBase, Ram::kBase + (MemoryMap::kRamBytes - 1)));
        for (const ElfFile::Segment& segment : elf_.segments())
            if (end > segment.address && added.address < uint64_t{segment.address} + segment.memory_bytes)
                return Status::error(fmt::format(
                    "--plan-at {:#010x}: {} bytes there would lie in the program's segment {:#010x} to "
                    "{:#010x}\nname a place in RAM that neither program nor heap nor stack uses",
                    added.address, added.memory_bytes, segment.address, segment.address + segment.memory_bytes - 1));
        return {};
    }

    ElfFile elf_;
    const std::vector<Recommendation>& table_;
    uint32_t address_;
};

}  // namespace

Result<PlannedProgram> with_interrupts(const ElfFile& elf, const Plan& plan, uint32_t address) {
    return Preparation(elf, plan, address).run();
}

}  // namespace sky::regfile
