#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/code.hpp"

namespace sky::regfile {

/// How far jal reaches, either way.
inline constexpr int64_t kJumpReach = int64_t{1} << 20;

/// What of a program may be jumped to, as far as its file shows: targets of branches and jumps, returns from calls,
/// entry and functions, and every address that stands in its data or that lui or auipc and the instructions behind it
/// make. An address that is computed in another way is not seen.
class JumpTargets {
   public:
    JumpTargets(const ElfFile& elf, const Code& code, std::span<const uint64_t> starts);

    [[nodiscard]] bool jumped_to(uint64_t pc) const { return targets_.contains(pc) || written_.contains(pc); }
    /// An instruction begins there, on some path.
    [[nodiscard]] bool reached(uint64_t pc) const { return reached_.contains(pc); }

   private:
    void add_flow(const Code& code);
    void add_constants(const ElfFile& elf, const Code& code);

    std::set<uint64_t> reached_;
    std::set<uint64_t> targets_;
    std::set<uint64_t> written_;
};

/// The instructions at `pc` that make room for a jal, to be executed at `at` instead: with the same effect there, and
/// on to what follows them. `code` holds halfwords; `bytes` are those taken at `pc`.
struct Detour {
    uint32_t bytes = 0;
    std::vector<uint16_t> code;
};
/// Errors, half a sentence each: why what is at `pc` has to stay there.
[[nodiscard]] Result<Detour> make_detour(const Code& code, const JumpTargets& targets, uint64_t pc, uint32_t at);

}  // namespace sky::regfile
