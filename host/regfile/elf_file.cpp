#include "host/regfile/elf_file.hpp"

#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

#include "host/memory/printable.hpp"
#include "host/regfile/elf_input.hpp"
#include "sysc/model/rv32/machine.hpp"

namespace sky::regfile {

namespace {

using model::rv32::MemoryMap;
using model::rv32::Ram;

constexpr const char* kHowToBuild =
    "build a bare-metal program: scripts/rvcc FILE.c -O2 -o ELF, or any RV32IMC one without floats that is "
    "linked into RAM at 0x80000000";

const char* type_name(uint16_t type) {
    switch (type) {
        case ET_REL: return "an object file that was not linked";
        case ET_DYN: return "a shared object or a position-independent executable";
        case ET_CORE: return "a core dump";
        default: return "of an unknown type";
    }
}

const char* float_abi(uint32_t flags) {
    switch (flags & EF_RISCV_FLOAT_ABI) {
        case EF_RISCV_FLOAT_ABI_SINGLE: return "single";
        case EF_RISCV_FLOAT_ABI_DOUBLE: return "double";
        default: return "quad";
    }
}

bool contains(uint32_t base, uint32_t size, uint64_t address, uint64_t bytes) {
    return address >= base && address - base <= size && bytes <= size - (address - base);
}

}  // namespace

/// Reads one file; every step names what it does not like.
class ElfReader {
   public:
    explicit ElfReader(const std::string& path) : input_(path, "cannot run", kHowToBuild) { content_.path_ = path; }

    Result<ElfFile> read() {
        if (Status status = input_.open(); !status.ok()) return status;
        for (const auto step :
             {&ElfReader::check_header, &ElfReader::read_segments, &ElfReader::check_entry, &ElfReader::read_symbols})
            if (Status status = (this->*step)(); !status.ok()) return status;
        return std::move(content_);
    }

   private:
    Status check_header() {
        const GElf_Ehdr& header = input_.header();
        if (header.e_ident[EI_CLASS] != ELFCLASS32)
            return input_.refuse(
                "it is a 64-bit program, expected RV32",
                std::string(kHowToBuild) +
                    "\na Linux program for RV64 can be profiled and planned: rf profile ELF --qemu-log "
                    "FILE");
        if (header.e_type != ET_EXEC)
            return input_.refuse(
                fmt::format("it is {}, expected an executable at fixed addresses", type_name(header.e_type)));
        if ((header.e_flags & EF_RISCV_RVE) != 0)
            return input_.refuse("it is for RV32E with 16 registers, expected RV32I");
        if ((header.e_flags & EF_RISCV_FLOAT_ABI) != EF_RISCV_FLOAT_ABI_SOFT)
            return input_.refuse(
                fmt::format("it passes floats in {}-precision registers (flags {:#x}), which the core does "
                            "not have; expected the soft-float ABI",
                            float_abi(header.e_flags), header.e_flags));
        return {};
    }

    Status read_segments() {
        Status read = input_.for_each_segment(
            [this](const GElf_Phdr& program, std::span<const uint8_t> bytes) { return add_segment(program, bytes); });
        if (!read.ok()) return read;
        if (content_.segments_.empty()) return input_.refuse("it has no loadable segment");
        return {};
    }

    Status add_segment(const GElf_Phdr& program, std::span<const uint8_t> bytes) {
        if (!contains(Ram::kBase, MemoryMap::kRamBytes, program.p_paddr, program.p_memsz) &&
            !contains(MemoryMap::kSavePageBase, MemoryMap::kSavePageBytes, program.p_paddr, program.p_memsz))
            return input_.refuse(
                fmt::format("the segment {:#x} to {:#x} lies outside the memory: RAM is {:#x} to {:#x}, the save "
                            "page {:#x} to {:#x}",
                            program.p_paddr, program.p_paddr + program.p_memsz - 1, Ram::kBase,
                            Ram::kBase + (MemoryMap::kRamBytes - 1), MemoryMap::kSavePageBase, ~0U),
                "link it to the RAM's addresses (-Wl,-n,-Ttext=0x80000000 or a linker script; without -n the headers "
                "come first)");
        for (const ElfFile::Segment& other : content_.segments_)
            if (program.p_paddr < uint64_t{other.address} + other.memory_bytes &&
                other.address < program.p_paddr + program.p_memsz)
                return input_.refuse(
                    fmt::format("the segments {:#x} to {:#x} and {:#x} to {:#x} overlap: which bytes are the "
                                "program's is not said",
                                other.address, uint64_t{other.address} + other.memory_bytes - 1, program.p_paddr,
                                program.p_paddr + program.p_memsz - 1),
                    "link it again, each byte of memory in one segment");
        content_.segments_.push_back({.address = static_cast<uint32_t>(program.p_paddr),
                                      .bytes = {bytes.begin(), bytes.end()},
                                      .memory_bytes = static_cast<uint32_t>(program.p_memsz),
                                      .executable = (program.p_flags & PF_X) != 0});
        return {};
    }

    Status check_entry() {
        const auto& segments = content_.segments_;
        const uint64_t entry = input_.header().e_entry;
        const bool inside = std::any_of(segments.begin(), segments.end(), [entry](const ElfFile::Segment& segment) {
            return segment.executable && contains(segment.address, segment.memory_bytes, entry, 2);
        });
        if (!inside || entry % 2 != 0 || !contains(Ram::kBase, MemoryMap::kRamBytes, entry, 2))
            return input_.refuse(
                fmt::format("its entry {:#x} is not an instruction in an executable segment in RAM", entry),
                "name the entry with ENTRY(...) in the linker script, or -e SYMBOL");
        content_.entry_ = static_cast<uint32_t>(entry);
        return {};
    }

    Status read_symbols() {
        for (Elf_Scn* section = nullptr; (section = elf_nextscn(input_.elf(), section)) != nullptr;) {
            GElf_Shdr header{};
            if (gelf_getshdr(section, &header) == nullptr) return input_.damaged();
            if (header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) continue;
            Elf_Data* const data = elf_getdata(section, nullptr);
            if (data == nullptr) return input_.damaged();
            for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
                GElf_Sym symbol{};
                if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return input_.damaged();
                add_symbol(symbol, elf_strptr(input_.elf(), header.sh_link, symbol.st_name));
            }
        }
        std::stable_sort(content_.functions_.begin(), content_.functions_.end(),
                         [](const auto& a, const auto& b) { return a.address < b.address; });
        return {};
    }

    void add_symbol(const GElf_Sym& symbol, const char* name) {
        if (name == nullptr || *name == '\0' || symbol.st_shndx == SHN_UNDEF) return;
        const auto address = static_cast<uint32_t>(symbol.st_value);
        // A global symbol counts before a local one of the same name.
        if (GELF_ST_BIND(symbol.st_info) == STB_LOCAL) {
            content_.symbols_.emplace(name, address);
        } else {
            content_.symbols_.insert_or_assign(name, address);
        }
        if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
            content_.functions_.push_back(
                {.address = address, .bytes = static_cast<uint32_t>(symbol.st_size), .name = name});
    }

    ElfInput input_;
    ElfFile content_;
};

Result<ElfFile> ElfFile::read(const std::string& path) { return ElfReader(path).read(); }

std::optional<uint32_t> ElfFile::symbol(const std::string& name) const {
    const auto found = symbols_.find(name);
    if (found == symbols_.end()) return std::nullopt;
    return found->second;
}

void ElfFile::patch(uint32_t address, uint32_t word) {
    for (Segment& segment : segments_) {
        if (!contains(segment.address, static_cast<uint32_t>(segment.bytes.size()), address, 4)) continue;
        for (uint32_t i = 0; i < 4; ++i)
            segment.bytes[address - segment.address + i] = static_cast<uint8_t>(word >> (8 * i));
        return;
    }
    throw std::invalid_argument("no word of the program");
}

Status ElfFile::load(model::rv32::Machine& machine) const {
    for (const Segment& segment : segments_) {
        std::vector<uint8_t> bytes = segment.bytes;
        bytes.resize(segment.memory_bytes);
        if (!machine.write_memory(segment.address, bytes))
            return Status::error(
                fmt::format("cannot load '{}': its segment at {:#x} does not fit into the machine's "
                            "memory\ngive the machine the whole RAM of {} bytes",
                            memory::printable_name(path_), segment.address, MemoryMap::kRamBytes));
    }
    if (const std::optional<uint32_t> to_host = symbol("tohost")) machine.set_to_host(*to_host);
    machine.set_boot_pc(entry_);
    machine.reset();
    return {};
}

}  // namespace sky::regfile
