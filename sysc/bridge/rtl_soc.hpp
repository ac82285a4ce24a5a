#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sysc/model/counters.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/retirement.hpp"

namespace sky::bridge {

/// The Verilated system (rtl/soc/sky_soc_lab.sv): core, RAM, devices and one of the register files that were built
/// into it. One tick is one clock cycle; cycle 0 is the first one after a reset.
class RtlSoc {
   public:
    using Retirement = model::rv32::Retirement;

    /// Every register file that was built.
    [[nodiscard]] static std::vector<model::rf::Shape> shapes();
    /// The system with a register file of this shape, out of reset, RAM and registers 0; nullptr when none was built.
    /// Its operand buffer may be larger than asked for, which changes nothing.
    [[nodiscard]] static std::unique_ptr<RtlSoc> make(const model::rf::Shape& shape,
                                                      const model::rf::Options& options);
    ~RtlSoc();
    RtlSoc(const RtlSoc&) = delete;
    RtlSoc& operator=(const RtlSoc&) = delete;

    // ---- Before a run. Addresses are those of the program; false: not all of it is in RAM, or in the save page.
    [[nodiscard]] bool load(uint32_t address, std::span<const uint8_t> bytes);
    [[nodiscard]] bool peek(uint32_t address, std::span<uint8_t> bytes) const;
    void clear_memory();
    void set_boot(uint32_t address) { boot_ = address; }  ///< taken by reset()
    void set_tohost(std::optional<uint32_t> address);
    /// Pulls the reset for two cycles, at any moment. RAM, save page and the tracks keep what they hold.
    void reset();

    // ---- The run
    /// Interrupt line, from the cycle that comes next on; the core sees it one cycle later.
    void set_external(bool level);
    /// From the cycle that comes next on tracks of the register file slip, when the model's do.
    void set_faults(const model::SlipFaults& faults) { faults_ = faults; }
    void tick();
    enum class Stop : uint8_t {
        kExit,   ///< the program has ended itself; the store that did it has retired
        kCycles  ///< so many cycles have passed
    };
    /// Ticks until the program ends, or cycle() is `until`.
    Stop run(uint64_t until);
    /// Called with each retirement, before the clock edge that ends its cycle.
    std::function<void(const Retirement&)> on_retire;
    std::function<void(char)> on_print;

    [[nodiscard]] uint64_t cycle() const { return cycle_; }      ///< that comes next
    [[nodiscard]] uint64_t retired() const { return retired_; }  ///< since the reset, traps included
    [[nodiscard]] bool ended() const { return exit_code_ && exit_retired_; }
    /// In the cycle that comes next a wfi waits that only the external line could end.
    [[nodiscard]] bool asleep() const;
    [[nodiscard]] std::optional<uint32_t> exit_code() const { return exit_code_; }
    [[nodiscard]] uint64_t exit_cycle() const { return exit_cycle_; }  ///< of the store that ended the run
    [[nodiscard]] model::rf::Counters counters() const;
    [[nodiscard]] bool machine_check() const;
    /// Of the SK-RM memory.
    [[nodiscard]] model::Counters skrm_counters() const;
    /// A register file or the SK-RM controller drove an illegal pulse: a bug.
    [[nodiscard]] bool track_error() const;

    /// Records an FST from now on; false when the file cannot be written. Tracks and RAM are left out.
    bool open_trace(const std::string& path);
    void close_trace();

   private:
    struct Top;
    explicit RtlSoc(std::unique_ptr<Top> top);

    [[nodiscard]] uint8_t* memory(uint32_t address, size_t bytes) const;
    void observe();
    void set_slips();
    void set_clock(bool high);

    std::unique_ptr<Top> top_;
    model::SlipFaults faults_{};
    uint32_t boot_ = 0x80000000;
    uint64_t cycle_ = 0;
    uint64_t retired_ = 0;
    std::optional<uint32_t> exit_code_;
    uint64_t exit_cycle_ = 0;
    bool exit_retired_ = false;
};

}  // namespace sky::bridge
