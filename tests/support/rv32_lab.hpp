#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "sysc/model/rv32/machine.hpp"
#include "tests/support/recording_file.hpp"
#include "tests/support/rv32_encode.hpp"

namespace sky::test::rv32 {

/// A short program in a machine of its own, timed or not.
class Lab {
   public:
    static constexpr uint32_t kBase = model::rv32::Ram::kBase;
    static constexpr uint32_t kRamBytes = 0x10000;
    static constexpr uint32_t kData = kBase + 0x8000;

    explicit Lab(bool timed = false, model::rv32::MachineConfig config = {})
        : machine_(completed(timed, std::move(config), *this)) {}

    model::rv32::Machine& machine() { return machine_; }
    RecordingFile& file() { return file_; }

    /// Puts instructions at `offset` from the base.
    void program(const std::vector<uint32_t>& insns, uint32_t offset = 0) {
        Code code;
        for (const uint32_t insn : insns) code.emit(insn);
        ASSERT_TRUE(machine_.write_memory(kBase + offset, code.bytes()));
    }
    void set(uint32_t reg, uint32_t value) { machine_.set_reg(reg, value); }
    void poke(uint32_t address, uint32_t word) {
        std::vector<uint8_t> bytes(4);
        for (uint32_t i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(word >> (8 * i));
        ASSERT_TRUE(machine_.write_memory(address, bytes));
    }
    uint32_t word(uint32_t address) {
        std::vector<uint8_t> bytes(4);
        EXPECT_TRUE(machine_.read_memory(address, bytes));
        return bytes[0] | uint32_t{bytes[1]} << 8 | uint32_t{bytes[2]} << 16 | uint32_t{bytes[3]} << 24;
    }
    /// Everything up to and including the n-th instruction or trap from here; returns its record.
    model::rv32::Retirement step(uint32_t n = 1) {
        model::rv32::Retirement record;
        for (; n > 0; --n) EXPECT_TRUE(machine_.step(record)) << machine_.stop().message();
        return record;
    }

   private:
    static model::rv32::MachineConfig completed(bool timed, model::rv32::MachineConfig config, Lab& lab) {
        config.ram_bytes = kRamBytes;
        if (timed) config.registers = &lab.file_;
        return config;
    }

    RecordingFile file_;
    model::rv32::Machine machine_;
};

}  // namespace sky::test::rv32
