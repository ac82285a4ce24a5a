#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "sysc/model/rv32/ram.hpp"
#include "sysc/model/rv32/skrm_port.hpp"
#include "sysc/model/rv32/timer.hpp"

namespace sky::model::rv32 {

/// Everything a load or store can reach, each access naturally aligned. What lies outside is refused.
class MemoryMap {
   public:
    static constexpr uint32_t kTimerBase = 0x02000000;
    static constexpr uint32_t kTimerBytes = 0x10000;
    static constexpr uint32_t kConsoleBase = 0x10000000;
    static constexpr uint32_t kConsoleBytes = 16;
    static constexpr uint32_t kExit = kConsoleBase + 4;
    static constexpr uint32_t kConsoleReady = kConsoleBase + 8;
    static constexpr uint32_t kSkrmBase = 0x40000000;
    static constexpr uint32_t kSavePageBase = 0xfffff800;
    static constexpr uint32_t kSavePageBytes = 0x800;
    static constexpr uint32_t kRamBytes = 8U << 20;

    struct Reply {
        uint32_t data = 0;  ///< of a load, in the low bytes, not extended
        uint64_t wait_cycles = 0;
        bool fault = false;
    };
    /// How the program ended itself.
    struct Ending {
        bool to_host = false;  ///< by `tohost`, else by the exit device
        uint32_t code = 0;
    };

    MemoryMap(uint32_t ram_bytes, SkrmPort* skrm, uint32_t skrm_bytes);

    Ram ram;
    Timer timer;
    std::function<void(char)> console;
    std::optional<Ending> ending;

    Reply load(uint32_t address, uint32_t bytes, uint64_t cycle);
    Reply store(uint32_t address, uint32_t bytes, uint32_t data, uint64_t cycle);

    /// A word stored here that is not 0 ends the program.
    void set_to_host(uint32_t address);

    /// RAM and save page without a program: false when some of the bytes lie elsewhere.
    [[nodiscard]] bool write(uint32_t address, std::span<const uint8_t> bytes);
    [[nodiscard]] bool read(uint32_t address, std::span<uint8_t> bytes) const;

   private:
    [[nodiscard]] Reply skrm_access(uint32_t address, uint32_t bytes, bool write, uint32_t data, uint64_t cycle);
    [[nodiscard]] Reply console_store(uint32_t offset, uint32_t bytes, uint32_t data);
    void ram_store(uint32_t address, uint32_t bytes, uint32_t data);

    SkrmPort* skrm_;
    uint32_t skrm_bytes_;
    std::array<uint8_t, kSavePageBytes> save_page_{};
    std::optional<uint32_t> to_host_;
};

}  // namespace sky::model::rv32
