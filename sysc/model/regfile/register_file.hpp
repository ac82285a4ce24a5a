#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "sysc/model/policy.hpp"

namespace sky::model::rf {

inline constexpr uint32_t kRegisters = 32;

/// The implementations of rtl/regfile (sky_rf_pkg::kind_e), in the same order.
enum class Kind : uint8_t {
    kFlipFlop = 0,    ///< the reference: every access in one cycle
    kHorizontal = 1,  ///< bit b of a register on track b; all tracks of a bank shift in lockstep
    kVertical = 2,    ///< a register along width / 32 tracks of its own
    kDynamic = 3,     ///< one array, the whole file horizontal or vertical
    kDual = 4,        ///< an array of each, a mode per register; a write allocates in the recommended one
};

enum class Mode : uint8_t { kHorizontal = 0, kVertical = 1 };

/// What a register file is built as; parameters of the RTL.
struct Shape {
    Kind kind = Kind::kFlipFlop;
    uint32_t width = 32;  ///< bits of a register: 32 or 64
    uint32_t ports = 1;   ///< access ports of a track, 1, 2, 4 or 8
    uint32_t banks = 1;   ///< of a horizontal file, 1, 2, 4 or 8; ports x banks is at most 8
    uint32_t buffer = 0;  ///< entries of the operand buffer, 0 to 4
    bool guard = false;   ///< position guard on every track

    /// Independent groups of `width` tracks: banks, or both arrays of a dual file, the horizontal one first.
    [[nodiscard]] constexpr uint32_t arrays() const {
        if (kind == Kind::kFlipFlop) return 0;
        return kind == Kind::kHorizontal ? banks : kind == Kind::kDual ? 2 : 1;
    }
    [[nodiscard]] constexpr uint32_t tracks() const { return arrays() * width; }

    /// Empty when the register file can be built, else which value is wrong and what would be right.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Shape&) const = default;
};

/// "dynamic, 2 ports, guarded": what differs from one port, one bank, no buffer and no guard.
[[nodiscard]] std::string to_string(const Shape& shape);

/// What may differ from run to run; inputs of the RTL, taken while the reset is held.
struct Options {
    bool rewind = false;         ///< vertical: a track returns to rest after each access (else it alternates)
    bool eager = false;          ///< horizontal: an idle head returns to rest (else it stays)
    bool nearest_first = true;   ///< of two reads the nearer one first (else rs1, then rs2)
    bool forward = true;         ///< a read of the register that the same request writes needs no access
    bool preshift = false;       ///< idle heads move towards the accesses that are announced
    uint32_t buffer = 0;         ///< entries of the operand buffer in use, at most Shape::buffer
    bool check_position = true;  ///< with Shape::guard

    bool operator==(const Options&) const = default;
};

/// One step of a pipeline: a write, then up to two reads. Accesses of x0 take no access; reads of one register are
/// one.
struct Request {
    bool write = false;
    bool read1 = false;
    bool read2 = false;
    uint8_t rd = 0;
    uint8_t rs1 = 0;
    uint8_t rs2 = 0;
    uint64_t data = 0;
};

/// The next accesses in program order, as far as they are known: a write, then reads. For `preshift` only.
struct Hints {
    bool write = false;
    bool read1 = false;
    bool read2 = false;
    uint8_t rd = 0;
    uint8_t rs1 = 0;
    uint8_t rs2 = 0;
};

struct Answer {
    uint64_t data1 = 0;   ///< of rs1; 0 unless read
    uint64_t data2 = 0;   ///< of rs2
    uint32_t cycles = 1;  ///< from the first cycle of the request to the one of its answer, at least 1
};

/// Counters of both, in the order of the RTL's (sky_rf_pkg::counter_e).
enum class Counter : uint8_t {
    kSteps,        ///< one head moved one domain: a bank's tracks in lockstep, or those of one vertical register
    kTrackSteps,   ///< one track moved one domain
    kBitReads,     ///< sensed at access ports
    kBitWrites,    ///< set at access ports, whatever was there
    kAccesses,     ///< reads and writes of whole registers that reached the array
    kSwitches,     ///< changes of the file's mode
    kStallCycles,  ///< cycles in which a request or a switch waits
    kChecks,       ///< tracks whose position was checked, a pair of detects each
    kCorrected,    ///< tracks put right by one step
    kUncorrected,  ///< tracks found two sites off
};
inline constexpr uint32_t kCounters = 10;
using Counters = std::array<uint64_t, kCounters>;

struct CounterInfo {
    const char* name;
    const char* unit;
};
[[nodiscard]] const CounterInfo& info(Counter counter);

[[nodiscard]] inline uint64_t of(const Counters& counters, Counter counter) {
    return counters[static_cast<size_t>(counter)];
}

/// How a model works.
enum class Engine : uint8_t {
    kFastest,  ///< closed formulas, one step a request, wherever they hold: without a position guard
    kPulses,   ///< cycle by cycle on site-accurate tracks
};

/// What happens to a track if it steps in cycle `cycle`: -1 it stays, +1 it goes one site too far. Cycles are counted
/// from the first one on, without those in reset; tracks array by array.
[[nodiscard]] inline int32_t slip(const SlipFaults& faults, uint64_t cycle, uint32_t track) {
    return faults.slip(0, cycle, track);
}

/// The register file as a cycle model: equal to rtl/regfile in data, cycles and every counter, access by access. See
/// sysc/model/regfile/README.md for what takes how long.
class RegisterFile {
   public:
    /// Empty (all registers 0), heads at rest, horizontal unless the shape is vertical. Faults are for guarded
    /// shapes. Throws std::invalid_argument.
    [[nodiscard]] static std::unique_ptr<RegisterFile> make(const Shape& shape, const Options& options,
                                                            const SlipFaults& faults = {},
                                                            Engine engine = Engine::kFastest);
    virtual ~RegisterFile() = default;
    RegisterFile() = default;
    RegisterFile(const RegisterFile&) = delete;
    RegisterFile& operator=(const RegisterFile&) = delete;

    /// One request, from its first cycle to the one of its answer. `hints` hold throughout.
    virtual Answer access(const Request& request, const Hints& hints) = 0;
    /// That many cycles without a request, in which `hints` hold.
    virtual void idle(uint64_t cycles, const Hints& hints) = 0;
    /// Changes the mode of the file (dynamic: the array comes to rest first and keeps its bits, which then mean
    /// other values; dual: what writes allocate in; else nothing happens). Returns the cycles it takes, at least 1.
    virtual uint32_t switch_mode(Mode mode, const Hints& hints) = 0;
    [[nodiscard]] virtual Mode mode() const = 0;
    /// Heads come to rest after a reset, in the next cycle too.
    [[nodiscard]] virtual bool busy() const = 0;
    /// Register `reg` lies at `position` (0 to 31: bank, then domain) of a horizontal array from now on. Its content
    /// does not move: load a placement before the registers are in use. In the RTL this takes a cycle, without a
    /// request or with one; it counts after that.
    virtual void place(uint32_t reg, uint32_t position) = 0;
    /// What a power cut leaves: domains, heads, mode and placement stay, the operand buffer, the counters and
    /// whatever was under way are gone. Heads come to rest before the next request is answered.
    virtual void reset() = 0;

    [[nodiscard]] virtual const Counters& counters() const = 0;
    /// A track was found two sites off since the last reset; what it holds cannot be trusted.
    [[nodiscard]] virtual bool machine_check() const = 0;
    /// The register as the next read would see it, without an access. For tests and debuggers.
    [[nodiscard]] virtual uint64_t peek(uint32_t reg) const = 0;
    virtual void poke(uint32_t reg, uint64_t value) = 0;
};

}  // namespace sky::model::rf
