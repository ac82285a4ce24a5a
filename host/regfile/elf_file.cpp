#include "host/regfile/elf_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include "host/memory/printable.hpp"
#include "sysc/model/rv32/machine.hpp"

namespace sky::regfile {

namespace {

using model::rv32::MemoryMap;
using model::rv32::Ram;

constexpr const char* kHowToBuild =
    "build a bare-metal program: scripts/rvcc FILE.c -O2 -o ELF, or any RV32IMC one without floats that is "
    "linked into RAM at 0x80000000";

class Descriptor {
   public:
    /// Without waiting for somebody to open the other end of a pipe.
    explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

   private:
    int number_;
};

struct EndElf {
    void operator()(Elf* elf) const { (void)elf_end(elf); }
};

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
    explicit ElfReader(const std::string& path) : file_(path) { content_.path_ = path; }

    Result<ElfFile> read() {
        if (file_.number() < 0) return refuse(std::strerror(errno), "name a file that exists and that you may read");
        if (Status status = check_file(); !status.ok()) return status;
        if (elf_version(EV_CURRENT) == EV_NONE) return refuse(elf_errmsg(-1), "install the libelf of Debian 12");
        elf_.reset(elf_begin(file_.number(), ELF_C_READ, nullptr));
        for (const auto step : {&ElfReader::check_kind, &ElfReader::check_header, &ElfReader::read_segments,
                                &ElfReader::check_entry, &ElfReader::read_symbols})
            if (Status status = (this->*step)(); !status.ok()) return status;
        return std::move(content_);
    }

   private:
    [[nodiscard]] Status refuse(const std::string& what, const std::string& advice) const {
        return Status::error(
            fmt::format("cannot run '{}': {}\n{}", memory::printable_name(content_.path_), what, advice));
    }

    Status check_file() {
        struct stat about {};
        if (fstat(file_.number(), &about) != 0) return refuse(std::strerror(errno), "check the path");
        if (S_ISDIR(about.st_mode)) return refuse("it is a folder", "name the ELF file in it");
        if (!S_ISREG(about.st_mode)) return refuse("it is a pipe or a device", "write the ELF into a file first");
        if (about.st_size == 0) return refuse("it is an empty file, expected an ELF file", kHowToBuild);
        return {};
    }

    Status check_kind() {
        const bool is_elf = elf_ != nullptr && elf_kind(elf_.get()) == ELF_K_ELF;
        if (is_elf && gelf_getehdr(elf_.get(), &header_) != nullptr) return {};
        return refuse(is_elf ? fmt::format("the ELF header is damaged or cut off ({})", elf_errmsg(-1))
                             : "it is not an ELF file",
                      kHowToBuild);
    }

    Status check_header() {
        if (header_.e_ident[EI_DATA] != ELFDATA2LSB)
            return refuse("it is big endian, expected little endian", kHowToBuild);
        if (header_.e_machine != EM_RISCV)
            return refuse(fmt::format("it is for machine {}, expected RISC-V ({})", header_.e_machine, EM_RISCV),
                          kHowToBuild);
        if (header_.e_ident[EI_CLASS] != ELFCLASS32)
            return refuse("it is a 64-bit program, expected RV32", kHowToBuild);
        if (header_.e_type != ET_EXEC)
            return refuse(
                fmt::format("it is {}, expected an executable at fixed addresses", type_name(header_.e_type)),
                kHowToBuild);
        if ((header_.e_flags & EF_RISCV_RVE) != 0)
            return refuse("it is for RV32E with 16 registers, expected RV32I", kHowToBuild);
        if ((header_.e_flags & EF_RISCV_FLOAT_ABI) != EF_RISCV_FLOAT_ABI_SOFT)
            return refuse(fmt::format("it passes floats in {}-precision registers (flags {:#x}), which the core does "
                                      "not have; expected the soft-float ABI",
                                      float_abi(header_.e_flags), header_.e_flags),
                          kHowToBuild);
        return {};
    }

    Status read_segments() {
        size_t count = 0;
        if (elf_getphdrnum(elf_.get(), &count) != 0) return truncated();
        size_t file_bytes = 0;
        const char* const raw = elf_rawfile(elf_.get(), &file_bytes);
        if (raw == nullptr) return truncated();
        for (size_t i = 0; i < count; ++i) {
            GElf_Phdr program{};
            if (gelf_getphdr(elf_.get(), static_cast<int>(i), &program) == nullptr) return truncated();
            if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
            if (Status status = add_segment(program, raw, file_bytes); !status.ok()) return status;
        }
        if (content_.segments_.empty()) return refuse("it has no loadable segment", kHowToBuild);
        return {};
    }

    Status add_segment(const GElf_Phdr& program, const char* raw, size_t file_bytes) {
        if (program.p_offset > file_bytes || program.p_filesz > file_bytes - program.p_offset)
            return refuse(fmt::format("it is cut off: a segment at offset {:#x} has {} bytes, the file only {}",
                                      program.p_offset, program.p_filesz, file_bytes),
                          "copy or build it again");
        if (program.p_filesz > program.p_memsz)
            return refuse(fmt::format("the segment at {:#x} has more bytes in the file ({}) than in memory ({})",
                                      program.p_paddr, program.p_filesz, program.p_memsz),
                          "build it again");
        if (!contains(Ram::kBase, MemoryMap::kRamBytes, program.p_paddr, program.p_memsz) &&
            !contains(MemoryMap::kSavePageBase, MemoryMap::kSavePageBytes, program.p_paddr, program.p_memsz))
            return refuse(
                fmt::format("the segment {:#x} to {:#x} lies outside the memory: RAM is {:#x} to {:#x}, the save "
                            "page {:#x} to {:#x}",
                            program.p_paddr, program.p_paddr + program.p_memsz - 1, Ram::kBase,
                            Ram::kBase + (MemoryMap::kRamBytes - 1), MemoryMap::kSavePageBase, ~0U),
                "link it to the RAM's addresses (-Wl,-n,-Ttext=0x80000000 or a linker script; without -n the headers "
                "come first)");
        const auto* const first = reinterpret_cast<const uint8_t*>(raw + program.p_offset);
        content_.segments_.push_back({.address = static_cast<uint32_t>(program.p_paddr),
                                      .bytes = {first, first + program.p_filesz},
                                      .memory_bytes = static_cast<uint32_t>(program.p_memsz),
                                      .executable = (program.p_flags & PF_X) != 0});
        return {};
    }

    Status check_entry() {
        const auto& segments = content_.segments_;
        const uint64_t entry = header_.e_entry;
        const bool inside = std::any_of(segments.begin(), segments.end(), [entry](const ElfFile::Segment& segment) {
            return segment.executable && contains(segment.address, segment.memory_bytes, entry, 2);
        });
        if (!inside || entry % 2 != 0 || !contains(Ram::kBase, MemoryMap::kRamBytes, entry, 2))
            return refuse(fmt::format("its entry {:#x} is not an instruction in an executable segment in RAM", entry),
                          "name the entry with ENTRY(...) in the linker script, or -e SYMBOL");
        content_.entry_ = static_cast<uint32_t>(entry);
        return {};
    }

    Status read_symbols() {
        for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_.get(), section)) != nullptr;) {
            GElf_Shdr header{};
            if (gelf_getshdr(section, &header) == nullptr) return truncated();
            if (header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) continue;
            Elf_Data* const data = elf_getdata(section, nullptr);
            if (data == nullptr) return truncated();
            for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
                GElf_Sym symbol{};
                if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return truncated();
                add_symbol(symbol, elf_strptr(elf_.get(), header.sh_link, symbol.st_name));
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

    [[nodiscard]] Status truncated() const {
        return refuse(fmt::format("the ELF file is damaged or cut off ({})", elf_errmsg(-1)),
                      "copy or build it again");
    }

    Descriptor file_;
    std::unique_ptr<Elf, EndElf> elf_;
    GElf_Ehdr header_{};
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
