#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "sysc/bridge/rf_variants.hpp"
#include "sysc/bridge/slip_pins.hpp"
#include "sysc/model/regfile/register_file.hpp"

namespace sky::bridge {

/// The Verilated register file behind the calls of model::rf::RegisterFile, cycle by cycle: `Top` is a sky_regfile,
/// or a sky_regfile_lab, of which `variant` is then one. Starts as it comes out of a reset.
template <typename Top>
class RtlRegisterFile {
   public:
    static constexpr bool kIsLab = requires(Top & top) { top.clk_rf_i; };

    RtlRegisterFile(const model::rf::Shape& shape, const model::rf::Options& options,
                    const model::SlipFaults& faults = {}, uint32_t variant = 0)
        : shape_(shape), options_(options), faults_(faults), variant_(variant), top_(std::make_unique<Top>()) {
        reset();
    }

    /// Options are taken here.
    void reset() {
        idle_inputs();
        top_->rewind_i = options_.rewind;
        top_->eager_i = options_.eager;
        top_->nearest_first_i = options_.nearest_first;
        top_->forward_i = options_.forward;
        top_->preshift_i = options_.preshift;
        top_->buffer_i = static_cast<uint8_t>(options_.buffer);
        top_->check_position_i = options_.check_position;
        if constexpr (kIsLab) top_->select_i = static_cast<uint8_t>(variant_);
        top_->rst_ni = 0;
        for (int i = 0; i < 2; ++i) {
            clock(0);
            top_->eval();
            clock(1);
            top_->eval();
        }
        clock(0);
        top_->rst_ni = 1;
    }

    model::rf::Answer access(const model::rf::Request& request, const model::rf::Hints& hints) {
        begin(request, hints);
        model::rf::Answer answer{.data1 = 0, .data2 = 0, .cycles = 1};
        while (!cycle()) ++answer.cycles;
        answer.data1 = data1_;
        answer.data2 = data2_;
        idle_inputs();
        return answer;
    }
    void idle(uint64_t cycles, const model::rf::Hints& hints) {
        set_hints(hints);
        for (; cycles != 0; --cycles) cycle();
    }
    uint32_t switch_mode(model::rf::Mode mode, const model::rf::Hints& hints) {
        begin_switch(mode, hints);
        uint32_t cycles = 1;
        while (!cycle()) ++cycles;
        idle_inputs();
        return cycles;
    }
    /// Takes a cycle without a request.
    void place(uint32_t reg, uint32_t position, const model::rf::Hints& hints) {
        set_hints(hints);
        set_place(reg, position);
        cycle();
        top_->place_i = 0;
    }

    /// The first `cycles` cycles of a request or a switch, then a reset; returns whether it was cut, not answered.
    bool cut_access(const model::rf::Request& request, const model::rf::Hints& hints, uint64_t cycles) {
        begin(request, hints);
        return cut(cycles);
    }
    bool cut_switch(model::rf::Mode mode, const model::rf::Hints& hints, uint64_t cycles) {
        begin_switch(mode, hints);
        return cut(cycles);
    }

    // Pin by pin.
    void begin(const model::rf::Request& request, const model::rf::Hints& hints) {
        set_hints(hints);
        top_->valid_i = 1;
        top_->write_i = request.write;
        top_->rd_i = request.rd;
        top_->wdata_i = static_cast<std::remove_reference_t<decltype(top_->wdata_i)>>(request.data);
        top_->read1_i = request.read1;
        top_->rs1_i = request.rs1;
        top_->read2_i = request.read2;
        top_->rs2_i = request.rs2;
    }
    void begin_switch(model::rf::Mode mode, const model::rf::Hints& hints) {
        set_hints(hints);
        top_->switch_i = 1;
        top_->mode_i = static_cast<uint8_t>(mode);
    }
    void set_place(uint32_t reg, uint32_t position) {
        top_->place_i = 1;
        top_->place_reg_i = static_cast<uint8_t>(reg);
        top_->place_pos_i = static_cast<uint8_t>(position);
    }
    /// One cycle with the inputs as they are; whether a request or a switch was answered in it. Without either,
    /// false.
    bool cycle() {
        set_slips();
        clock(0);
        top_->eval();
        const bool answered =
            (top_->valid_i != 0 && top_->ready_o != 0) || (top_->switch_i != 0 && top_->switch_ready_o != 0);
        data1_ = top_->rdata1_o;
        data2_ = top_->rdata2_o;
        clock(1);
        top_->eval();
        ++cycle_;
        return answered;
    }
    void idle_inputs() { top_->valid_i = top_->switch_i = top_->place_i = 0; }

    [[nodiscard]] model::rf::Mode mode() {
        settle();
        return static_cast<model::rf::Mode>(top_->mode_o);
    }
    [[nodiscard]] model::rf::Counters counters() {
        settle();
        model::rf::Counters counters{};
        for (uint32_t c = 0; c < model::rf::kCounters; ++c)
            counters[c] = uint64_t{top_->counters_o[2 * c + 1]} << 32 | top_->counters_o[2 * c];
        return counters;
    }
    [[nodiscard]] bool machine_check() {
        settle();
        return top_->machine_check_o != 0;
    }
    [[nodiscard]] bool track_error() {
        settle();
        return top_->track_error_o != 0;
    }
    [[nodiscard]] Top& top() { return *top_; }
    /// Cycles so far, without those in reset.
    [[nodiscard]] uint64_t cycles() const { return cycle_; }

   private:
    void clock(uint32_t level) {
        if constexpr (kIsLab) {
            top_->clk_rf_i = static_cast<std::remove_reference_t<decltype(top_->clk_rf_i)>>(level << variant_);
        } else {
            top_->clk_i = static_cast<uint8_t>(level);
        }
    }
    void settle() {
        clock(0);
        top_->eval();
    }
    bool cut(uint64_t cycles) {
        bool answered = false;
        for (; cycles != 0 && !answered; --cycles) answered = cycle();
        reset();
        return !answered;
    }
    void set_hints(const model::rf::Hints& hints) {
        top_->hint_write_i = hints.write;
        top_->hint_rd_i = hints.rd;
        top_->hint_read1_i = hints.read1;
        top_->hint_rs1_i = hints.rs1;
        top_->hint_read2_i = hints.read2;
        top_->hint_rs2_i = hints.rs2;
    }
    void set_slips() {
        if (faults_.threshold == 0) return;
        for (uint32_t track = 0; track < shape_.tracks(); ++track)
            set_slip(top_->slip_i, track, model::rf::slip(faults_, cycle_, track));
    }

    model::rf::Shape shape_;
    model::rf::Options options_;
    model::SlipFaults faults_;
    uint32_t variant_;
    std::unique_ptr<Top> top_;
    uint64_t cycle_ = 0;
    uint64_t data1_ = 0;
    uint64_t data2_ = 0;
};

}  // namespace sky::bridge
