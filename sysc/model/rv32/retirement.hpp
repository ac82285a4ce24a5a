#pragma once

#include <cstdint>

namespace sky::model::rv32 {

/// What one retired instruction, or one trap taken, did: the record in which the instruction-set model and the core
/// (its rvfi_* outputs) are compared. Fields that do not apply are 0.
struct Retirement {
    uint64_t order = 0;  ///< from 0
    uint64_t cycle = 0;  ///< of retirement; cycle 0 is the first one after reset. Core and timed model only
    uint32_t pc = 0;
    uint32_t next_pc = 0;
    uint32_t insn = 0;       ///< as fetched; a compressed one in the low half
    bool trap = false;       ///< a synchronous exception: the instruction did nothing else
    bool interrupt = false;  ///< the first instruction of an interrupt's or a machine check's handler
    uint8_t rs1 = 0;         ///< register read, 0 when none
    uint8_t rs2 = 0;
    uint8_t rd = 0;  ///< register written, 0 when none
    uint32_t rs1_value = 0;
    uint32_t rs2_value = 0;
    uint32_t rd_value = 0;
    uint32_t mem_address = 0;
    uint8_t mem_read = 0;  ///< mask of bytes from mem_address on: 1, 3 or 15
    uint8_t mem_write = 0;
    uint32_t mem_data = 0;  ///< the bytes read or written, right-aligned, not extended

    bool operator==(const Retirement&) const = default;
};

}  // namespace sky::model::rv32
