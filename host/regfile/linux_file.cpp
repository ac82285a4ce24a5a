#include "host/regfile/linux_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "host/regfile/elf_input.hpp"

namespace sky::regfile {

namespace {

constexpr const char* kHowToBuild =
    "build a Linux program for RV64GC, such as riscv64-linux-gnu-gcc -O2 -static FILE.c -o ELF";

Status check_header(const ElfInput& input) {
    const GElf_Ehdr& header = input.header();
    if (header.e_ident[EI_CLASS] != ELFCLASS64)
        return input.refuse(
            "it is a 32-bit program, expected RV64",
            "profile a bare-metal RV32IMC program without --qemu-log; the logs of qemu-riscv32 are not read");
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return input.refuse(header.e_type == ET_REL ? "it is an object file that was not linked"
                                                    : "it is no program but a core dump or the like");
    if (header.e_entry == 0) return input.refuse("it has no entry: it is a shared library");
    return {};
}

}  // namespace

Result<LinuxFile> LinuxFile::read(const std::string& path) {
    ElfInput input(path, "cannot analyse", kHowToBuild);
    if (Status status = input.open(); !status.ok()) return status;
    if (Status status = check_header(input); !status.ok()) return status;
    LinuxFile out;
    out.path_ = path;
    out.entry_ = input.header().e_entry;
    out.position_independent_ = input.header().e_type == ET_DYN;
    const Status segments = input.for_each_segment([&out](const GElf_Phdr& program, std::span<const uint8_t> bytes) {
        out.segments_.push_back({.address = program.p_vaddr,
                                 .bytes = {bytes.begin(), bytes.end()},
                                 .executable = (program.p_flags & PF_X) != 0});
        return Status();
    });
    if (!segments.ok()) return segments;
    const bool inside = std::any_of(out.segments_.begin(), out.segments_.end(), [&out](const Segment& segment) {
        return segment.executable && out.entry_ - segment.address < segment.bytes.size();
    });
    if (!inside || out.entry_ % 2 != 0)
        return input.refuse(
            fmt::format("its entry {:#x} is not an instruction in an executable segment", out.entry_));
    return out;
}

void LinuxFile::load_at(uint64_t address) {
    for (Segment& segment : segments_) segment.address += address;
    entry_ += address;
}

Result<uint32_t> register_width(const std::string& path) {
    ElfInput input(path, "cannot analyse", "build a bare-metal program with scripts/rvcc, or a Linux one for RV64GC");
    if (Status status = input.open(); !status.ok()) return status;
    return input.header().e_ident[EI_CLASS] == ELFCLASS64 ? 64U : 32U;
}

}  // namespace sky::regfile
