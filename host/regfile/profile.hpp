#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/elf_file.hpp"
#include "host/regfile/transfer_counts.hpp"

namespace sky::regfile {

class BlockGraph;
class Code;

/// How often a run came in at an instruction, or went out behind it.
struct Passage {
    uint64_t at = 0;
    uint64_t count = 0;

    bool operator==(const Passage&) const = default;
};

/// Where a run went: with the program's code it says how often every block and every edge was executed. Exact, unless
/// it was made of branch probabilities.
struct Profile {
    std::string program;  ///< the file it was made of
    uint64_t entry = 0;   ///< the first instruction
    /// The one that would have been next when the run ended; nothing when the profile is no single run.
    std::optional<uint64_t> next;
    uint64_t runs = 1;          ///< whose counts these are together
    uint64_t instructions = 0;  ///< retired
    std::vector<Transfer> transfers;
    /// Of a run that leaves the file's code, for shared libraries or what the system keeps for signals, where it came
    /// back, and the instructions behind which it left, or ended. By ascending address.
    std::vector<Passage> entries{};
    std::vector<Passage> exits{};
    uint64_t load_address = 0;  ///< of a position-independent program
    bool estimated = false;     ///< made of probabilities: counts are rounded
    bool partial = false;       ///< of a run that was stopped: what it would have done after that is not in it

    /// Counts are those of runs from begin to end, whose blocks are left as often as they are entered.
    [[nodiscard]] bool exact() const { return !estimated && (next.has_value() || !exits.empty()); }

    bool operator==(const Profile&) const = default;
};

struct ProfileConfig {
    uint64_t max_instructions = ~uint64_t{0};  ///< the program is given up then
    std::function<void(char)> console = nullptr;
    /// Told from time to time how many instructions have retired; false stops the run.
    std::function<bool(uint64_t instructions)> advance = nullptr;
};

struct ProfileRun {
    Profile profile;
    uint8_t exit_code = 0;
    bool stopped = false;  ///< by advance(): the profile is that of the finished part
};

/// Runs the program to its end on the instruction-set model, an instruction a cycle. Errors: it does not end, or it
/// executes what its file does not hold.
[[nodiscard]] Result<ProfileRun> profile_program(const ElfFile& elf, const ProfileConfig& config);

/// Whether memory, as the run has left it, still holds the code of the file wherever it was executed. Code that was
/// changed and changed back is not found out.
[[nodiscard]] Status check_code(const ElfFile& elf, const BlockGraph& graph, const Code& code,
                                const std::function<bool(uint32_t address, std::span<uint8_t> to)>& read);

/// Why no graph of blocks comes of a run that was just made: the program executed what is not in its file.
[[nodiscard]] Status not_in_file(const ElfFile& elf, const Status& graph);

/// Any observer in place of the counts: the run of which they are made, without a check of what it executes.
[[nodiscard]] Result<ProfileRun> observe_program(const ElfFile& elf, const ProfileConfig& config,
                                                 model::rv32::FlowObserver& observer);

}  // namespace sky::regfile
