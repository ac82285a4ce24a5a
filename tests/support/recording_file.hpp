#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::test::rv32 {

/// A register file of flip-flops that notes in which cycle it was asked for what. Takes as long as it is told to.
class RecordingFile final : public model::rf::RegisterFile {
   public:
    struct Event {
        enum class Kind : uint8_t { kRequest, kIdle, kSwitch };
        Kind kind = Kind::kIdle;
        uint64_t first = 0;  ///< cycle
        uint64_t cycles = 1;
        model::rf::Request request;
        model::rf::Hints hints;
    };

    std::function<uint32_t(const model::rf::Request&)> cycles_of = [](const model::rf::Request&) { return 1U; };
    uint32_t switch_cycles = 1;
    bool keeps_mode = true;  ///< a switch changes what mode() says
    bool broken = false;     ///< machine_check()
    std::vector<Event> events;
    std::vector<std::array<uint32_t, 2>> placed;

    model::rf::Answer access(const model::rf::Request& request, const model::rf::Hints& hints) override {
        const uint32_t cycles = cycles_of(request);
        note({Event::Kind::kRequest, cycle_, cycles, request, hints});
        if (request.write && request.rd != 0) values_[request.rd] = static_cast<uint32_t>(request.data);
        return {.data1 = request.read1 ? values_[request.rs1] : 0U,
                .data2 = request.read2 ? values_[request.rs2] : 0U,
                .cycles = cycles};
    }
    void idle(uint64_t cycles, const model::rf::Hints& hints) override {
        note({Event::Kind::kIdle, cycle_, cycles, {}, hints});
    }
    uint32_t switch_mode(model::rf::Mode mode, const model::rf::Hints& hints) override {
        note({Event::Kind::kSwitch, cycle_, switch_cycles, {}, hints});
        if (keeps_mode) mode_ = mode;
        return switch_cycles;
    }
    [[nodiscard]] model::rf::Mode mode() const override { return mode_; }
    [[nodiscard]] bool busy() const override { return false; }
    void place(uint32_t reg, uint32_t position) override { placed.push_back({reg, position}); }
    void reset() override { cycle_ = 0; }
    [[nodiscard]] const model::rf::Counters& counters() const override { return counters_; }
    [[nodiscard]] bool machine_check() const override { return broken; }
    [[nodiscard]] uint64_t peek(uint32_t reg) const override { return values_[reg]; }
    void poke(uint32_t reg, uint64_t value) override {
        if (reg != 0) values_[reg] = static_cast<uint32_t>(value);
    }

    /// Cycles accounted for since the reset.
    [[nodiscard]] uint64_t cycle() const { return cycle_; }

   private:
    void note(const Event& event) {
        events.push_back(event);
        cycle_ += event.cycles;
        if (event.kind == Event::Kind::kRequest) ++counters_[static_cast<size_t>(model::rf::Counter::kAccesses)];
    }

    std::array<uint32_t, model::rf::kRegisters> values_{};
    model::rf::Counters counters_{};
    model::rf::Mode mode_ = model::rf::Mode::kHorizontal;
    uint64_t cycle_ = 0;
};

}  // namespace sky::test::rv32
