#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::model::rv32 {
class Machine;
}

namespace sky::regfile {

/// An executable for our core: ELF, 32 bits, little endian, RISC-V, of machine code that needs no float registers.
class ElfFile {
   public:
    struct Segment {
        uint32_t address = 0;  ///< physical
        std::vector<uint8_t> bytes;
        uint32_t memory_bytes = 0;  ///< at least as many; what the file does not hold is zero
        bool executable = false;
    };
    struct Function {
        uint32_t address = 0;
        uint32_t bytes = 0;
        std::string name;
    };

    /// One message says which file, what is in it, what is expected and how to get that.
    static Result<ElfFile> read(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint32_t entry() const { return entry_; }
    /// Those to be loaded, in the order of the file.
    [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
    /// By ascending address; empty in a file without symbols.
    [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
    [[nodiscard]] std::optional<uint32_t> symbol(const std::string& name) const;

    /// Changes to the program; the file stays as it is. The word must lie in a segment's bytes.
    void patch(uint32_t address, uint32_t word);
    void add_segment(Segment segment) { segments_.push_back(std::move(segment)); }
    void set_entry(uint32_t entry) { entry_ = entry; }

    /// Puts the segments into the machine's memory and makes it start at the entry, with `tohost` if the file has it.
    [[nodiscard]] Status load(model::rv32::Machine& machine) const;

   private:
    friend class ElfReader;
    std::string path_;
    uint32_t entry_ = 0;
    std::vector<Segment> segments_;
    std::vector<Function> functions_;
    std::map<std::string, uint32_t> symbols_;
};

}  // namespace sky::regfile
