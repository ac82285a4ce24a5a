#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/regfile/code.hpp"

namespace sky::regfile {

/// Which registers may still be read before they are written: bit r is x r. Sound for every path through the
/// program's code, without trusting any calling convention: behind an indirect jump (so behind every return), a trap
/// or what is no code all of them live.
///
/// A trap handler that shows registers which the interrupted code does not need sees what a migration left there.
class Liveness {
   public:
    static constexpr uint32_t kAll = 0xfffffffe;

    /// For these and everything that can follow them.
    Liveness(const Code& code, std::span<const uint64_t> starts);

    /// Before the instruction at `pc`; kAll where that was not looked at.
    [[nodiscard]] uint32_t before(uint64_t pc) const;
    /// All instructions that were looked at, ascending.
    [[nodiscard]] std::vector<uint64_t> addresses() const;

   private:
    static constexpr uint32_t kAnything = ~uint32_t{0};  // successor that is not known
    static constexpr uint32_t kNone = kAnything - 1;
    struct Point {
        uint64_t pc = 0;
        Operation operation;
        uint32_t next = kNone;  // successors, as numbers of points
        uint32_t other = kNone;
        uint32_t live = 0;
    };

    void discover(const Code& code, std::span<const uint64_t> starts);
    void solve();
    [[nodiscard]] uint32_t live_at(uint32_t point) const {
        return point == kNone ? 0 : point == kAnything ? kAll : points_[point].live;
    }

    std::vector<Point> points_;  // by ascending pc
    std::unordered_map<uint64_t, uint32_t> numbers_;
};

}  // namespace sky::regfile
