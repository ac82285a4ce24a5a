#pragma once

#include <gelf.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "host/memory/status.hpp"

namespace sky::regfile {

/// An ELF file that libelf has opened, and what every reader of one asks of it first.
class ElfInput {
   public:
    /// `cannot`: how messages begin, "cannot run". `remedy`: how to get a file that can.
    ElfInput(const std::string& path, std::string cannot, std::string remedy);
    ElfInput(const ElfInput&) = delete;
    ElfInput& operator=(const ElfInput&) = delete;
    ~ElfInput();

    /// Errors: there is no such file, it is no ELF file, or none of a little-endian RISC-V.
    [[nodiscard]] Status open();
    [[nodiscard]] const GElf_Ehdr& header() const { return header_; }
    [[nodiscard]] Elf* elf() const { return elf_.get(); }

    using UseSegment = std::function<Status(const GElf_Phdr& header, std::span<const uint8_t> bytes)>;
    /// Calls `use` with every segment that is loaded and not empty, until one is an error. Errors: the file is cut
    /// off.
    [[nodiscard]] Status for_each_segment(const UseSegment& use) const;

    [[nodiscard]] Status refuse(const std::string& what, const std::string& remedy) const;
    [[nodiscard]] Status refuse(const std::string& what) const { return refuse(what, remedy_); }
    /// What libelf has just found.
    [[nodiscard]] Status damaged() const;

   private:
    struct End {
        void operator()(Elf* elf) const { (void)elf_end(elf); }
    };

    [[nodiscard]] Status check_file() const;
    [[nodiscard]] Status check_segment(const GElf_Phdr& program, size_t file_bytes) const;

    std::string path_;
    std::string cannot_;
    std::string remedy_;
    int file_;
    std::unique_ptr<Elf, End> elf_;
    GElf_Ehdr header_{};
};

}  // namespace sky::regfile
