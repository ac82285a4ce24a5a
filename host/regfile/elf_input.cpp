#include "host/regfile/elf_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "host/memory/printable.hpp"

namespace sky::regfile {

namespace {

constexpr const char* kAgain = "copy or build it again";

}  // namespace

// Without waiting for somebody to open the other end of a pipe.
ElfInput::ElfInput(const std::string& path, std::string cannot, std::string remedy)
    : path_(path),
      cannot_(std::move(cannot)),
      remedy_(std::move(remedy)),
      file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

ElfInput::~ElfInput() {
    elf_.reset();
    if (file_ >= 0) ::close(file_);
}

Status ElfInput::refuse(const std::string& what, const std::string& remedy) const {
    return Status::error(fmt::format("{} '{}': {}\n{}", cannot_, memory::printable_name(path_), what, remedy));
}

Status ElfInput::damaged() const {
    return refuse(fmt::format("the ELF file is damaged or cut off ({})", elf_errmsg(-1)), kAgain);
}

Status ElfInput::check_file() const {
    if (file_ < 0) return refuse(std::strerror(errno), "name a file that exists and that you may read");
    struct stat about {};
    if (fstat(file_, &about) != 0) return refuse(std::strerror(errno), "check the path");
    if (S_ISDIR(about.st_mode)) return refuse("it is a folder", "name the ELF file in it");
    if (!S_ISREG(about.st_mode)) return refuse("it is a pipe or a device", "write the ELF into a file first");
    if (about.st_size == 0) return refuse("it is an empty file, expected an ELF file");
    return {};
}

Status ElfInput::open() {
    if (Status status = check_file(); !status.ok()) return status;
    if (elf_version(EV_CURRENT) == EV_NONE) return refuse(elf_errmsg(-1), "install the libelf of Debian 12");
    elf_.reset(elf_begin(file_, ELF_C_READ, nullptr));
    if (elf_ == nullptr || elf_kind(elf_.get()) != ELF_K_ELF) return refuse("it is not an ELF file");
    if (gelf_getehdr(elf_.get(), &header_) == nullptr)
        return refuse(fmt::format("the ELF header is damaged or cut off ({})", elf_errmsg(-1)));
    if (header_.e_ident[EI_DATA] != ELFDATA2LSB) return refuse("it is big endian, expected little endian");
    if (header_.e_machine != EM_RISCV)
        return refuse(fmt::format("it is for machine {}, expected RISC-V ({})", header_.e_machine, EM_RISCV));
    return {};
}

Status ElfInput::for_each_segment(const UseSegment& use) const {
    const size_t entry_bytes = gelf_fsize(elf_.get(), ELF_T_PHDR, 1, EV_CURRENT);
    if (header_.e_phnum != 0 && header_.e_phentsize != entry_bytes)
        return refuse(fmt::format("the ELF header is damaged: a program header has {} bytes, expected {}",
                                  header_.e_phentsize, entry_bytes),
                      kAgain);
    size_t count = 0;
    if (elf_getphdrnum(elf_.get(), &count) != 0) return damaged();
    size_t file_bytes = 0;
    const char* const raw = elf_rawfile(elf_.get(), &file_bytes);
    if (raw == nullptr) return damaged();
    for (size_t i = 0; i < count; ++i) {
        GElf_Phdr program{};
        if (gelf_getphdr(elf_.get(), static_cast<int>(i), &program) == nullptr) return damaged();
        if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
        if (Status status = check_segment(program, file_bytes); !status.ok()) return status;
        const auto* const first = reinterpret_cast<const uint8_t*>(raw + program.p_offset);
        if (Status status = use(program, {first, program.p_filesz}); !status.ok()) return status;
    }
    return {};
}

Status ElfInput::check_segment(const GElf_Phdr& program, size_t file_bytes) const {
    if (program.p_offset > file_bytes || program.p_filesz > file_bytes - program.p_offset)
        return refuse(fmt::format("it is cut off: a segment at offset {:#x} has {} bytes, the file only {}",
                                  program.p_offset, program.p_filesz, file_bytes),
                      kAgain);
    if (program.p_filesz > program.p_memsz)
        return refuse(fmt::format("the segment at {:#x} has more bytes in the file ({}) than in memory ({})",
                                  program.p_paddr, program.p_filesz, program.p_memsz),
                      "build it again");
    return {};
}

}  // namespace sky::regfile
