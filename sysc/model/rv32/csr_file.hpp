#pragma once

#include <cstdint>
#include <optional>

#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/match_unit.hpp"

namespace sky::model::rv32 {

/// Numbers of the registers that are written from outside of CsrFile or that tests name.
namespace csr {
inline constexpr uint32_t kMstatus = 0x300;
inline constexpr uint32_t kMisa = 0x301;
inline constexpr uint32_t kMie = 0x304;
inline constexpr uint32_t kMtvec = 0x305;
inline constexpr uint32_t kMstatush = 0x310;
inline constexpr uint32_t kMcountinhibit = 0x320;
inline constexpr uint32_t kMscratch = 0x340;
inline constexpr uint32_t kMepc = 0x341;
inline constexpr uint32_t kMcause = 0x342;
inline constexpr uint32_t kMtval = 0x343;
inline constexpr uint32_t kMip = 0x344;
inline constexpr uint32_t kRfmode = 0x7c0;
inline constexpr uint32_t kRfctl = 0x7c1;
inline constexpr uint32_t kRfwant = 0x7c2;
inline constexpr uint32_t kRfmask = 0x7c3;
inline constexpr uint32_t kRftable = 0x7c4;
inline constexpr uint32_t kRflength = 0x7c5;
inline constexpr uint32_t kRfentry = 0x7c6;
inline constexpr uint32_t kRfentryPc = 0x7c7;
inline constexpr uint32_t kRfentryMode = 0x7c8;
inline constexpr uint32_t kRfentryMask = 0x7c9;
inline constexpr uint32_t kRfplace = 0x7ca;
inline constexpr uint32_t kRflow = 0x7cb;
inline constexpr uint32_t kRfhigh = 0x7cc;
inline constexpr uint32_t kRfmiss = 0x7cd;
inline constexpr uint32_t kMcycle = 0xb00;
inline constexpr uint32_t kMinstret = 0xb02;
inline constexpr uint32_t kMcycleh = 0xb80;
inline constexpr uint32_t kMinstreth = 0xb82;
inline constexpr uint32_t kCycle = 0xc00;
inline constexpr uint32_t kTime = 0xc01;
inline constexpr uint32_t kInstret = 0xc02;
inline constexpr uint32_t kCycleh = 0xc80;
inline constexpr uint32_t kTimeh = 0xc81;
inline constexpr uint32_t kInstreth = 0xc82;
inline constexpr uint32_t kMvendorid = 0xf11;
inline constexpr uint32_t kMarchid = 0xf12;
inline constexpr uint32_t kMimpid = 0xf13;
inline constexpr uint32_t kMhartid = 0xf14;
inline constexpr uint32_t kRfcounter = 0xfc0;   ///< + number of the counter, low words
inline constexpr uint32_t kRfcounterh = 0xfd0;  ///< high words
inline constexpr uint32_t kRfbusy = 0xfe0;

inline constexpr uint32_t kMstatusMie = 1U << 3;
inline constexpr uint32_t kMstatusMpie = 1U << 7;
inline constexpr uint32_t kMisaValue = 0x40001104;  ///< RV32IMC
}  // namespace csr

/// Bits of mip and mie.
inline constexpr uint32_t kSoftwareBit = 1U << 3;
inline constexpr uint32_t kTimerBit = 1U << 7;
inline constexpr uint32_t kExternalBit = 1U << 11;
inline constexpr uint32_t kModeBit = 1U << 16;

/// What reading a register may depend on besides the registers: the state in the first cycle of the instruction in X.
struct CsrView {
    uint64_t cycle = 0;
    uint64_t instructions = 0;  ///< retired before it
    uint64_t time = 0;
    uint32_t pending = 0;  ///< mip
    rf::Mode mode = rf::Mode::kHorizontal;
    bool busy = false;                       ///< the register file's heads come to rest
    const rf::Counters* counters = nullptr;  ///< nullptr: all 0
};

/// The control and status registers. Machine mode only.
class CsrFile {
   public:
    MatchUnit match_unit;

    /// Empty when there is no such register.
    [[nodiscard]] std::optional<uint32_t> read(uint32_t number, const CsrView& view) const;
    /// Whether an instruction may write it: the highest two bits say so.
    [[nodiscard]] static bool writable(uint32_t number) { return (number >> 10) != 3; }
    /// The effect is there in the next cycle. rfmode and rfplace are the register file's, not written here.
    void write(uint32_t number, uint32_t value, const CsrView& view);

    [[nodiscard]] bool interrupts_enabled() const { return (mstatus_ & csr::kMstatusMie) != 0; }
    [[nodiscard]] uint32_t enabled() const { return mie_; }

    /// Enters a handler; returns its address. `cause` as in mcause.
    uint32_t trap(uint32_t cause, uint32_t pc, uint32_t value);
    /// Where `trap` would go to.
    [[nodiscard]] uint32_t handler(uint32_t cause) const;
    /// mret; returns where it goes to.
    uint32_t leave_trap();

   private:
    [[nodiscard]] std::optional<uint32_t> read_register_file(uint32_t number, const CsrView& view) const;
    void write_match_unit(uint32_t number, uint32_t value);

    uint32_t mstatus_ = 0;  ///< MIE and MPIE; MPP reads 3
    uint32_t mie_ = 0;
    uint32_t mtvec_ = 0;
    uint32_t mscratch_ = 0;
    uint32_t mepc_ = 0;
    uint32_t mcause_ = 0;
    uint32_t mtval_ = 0;
    uint32_t rftable_ = 0;
    uint32_t rflength_ = 0;
    uint64_t cycle_offset_ = 0;
    uint64_t instruction_offset_ = 0;
};

}  // namespace sky::model::rv32
