#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::regfile {

/// A Linux program for RV64, statically linked or not, as qemu-riscv64 runs it: its own code. What shared libraries
/// and the dynamic linker add at run time is not in it.
class LinuxFile {
   public:
    struct Segment {
        uint64_t address = 0;
        std::vector<uint8_t> bytes;
        bool executable = false;
    };

    /// One message says which file, what is in it, what is expected and how to get that.
    static Result<LinuxFile> read(const std::string& path);

    /// Where qemu-user 7.2 puts a position-independent program.
    static constexpr uint64_t kUsualLoadAddress = 0x4000000000;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint64_t entry() const { return entry_; }
    [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
    /// Its addresses are counted from where it is loaded.
    [[nodiscard]] bool position_independent() const { return position_independent_; }
    /// Moves a position-independent program there.
    void load_at(uint64_t address);

   private:
    std::string path_;
    uint64_t entry_ = 0;
    bool position_independent_ = false;
    std::vector<Segment> segments_;
};

/// 32 or 64, of an ELF file for RISC-V. Errors: it is none.
[[nodiscard]] Result<uint32_t> register_width(const std::string& path);

}  // namespace sky::regfile
