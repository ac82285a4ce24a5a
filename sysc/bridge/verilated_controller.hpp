#pragma once

#include <verilated.h>
#include <verilated_fst_c.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "sysc/bridge/rtl_controller.hpp"

namespace sky::bridge {

/// RtlController over one Verilated class `V` of sky_skrm, with the geometry it was built for.
template <typename V, bool kTraced>
class VerilatedController final : public RtlController {
   public:
    VerilatedController(const model::Geometry& geometry, const model::Timing& timing, const model::Policy& policy)
        : geometry_(geometry), half_cycle_ps_(std::max(1U, timing.cycle_ps / 2)) {
        if constexpr (kTraced) context_.traceEverOn(true);
        top_ = std::make_unique<V>(&context_);
        top_->shift_cycles_i = static_cast<CData>(timing.shift_cycles);
        top_->detect_cycles_i = static_cast<CData>(timing.detect_cycles);
        top_->remove_cycles_i = static_cast<CData>(timing.remove_cycles);
        top_->inject_cycles_i = static_cast<CData>(timing.inject_cycles);
        top_->shift_fj_i = static_cast<SData>(timing.shift_fj);
        top_->detect_fj_i = static_cast<SData>(timing.detect_fj);
        top_->remove_fj_i = static_cast<SData>(timing.remove_fj);
        top_->inject_fj_i = static_cast<SData>(timing.inject_fj);
        top_->queue_depth_i = static_cast<CData>(policy.queue_depth);
        top_->last_row_i = static_cast<IData>(geometry.tracks - 1);
        reset();
    }
    ~VerilatedController() override {
        close_trace();
        top_->final();
    }

    [[nodiscard]] model::PinsOut outputs() const override {
        model::PinsOut out;
        out.cmd_ready = top_->cmd_ready_o;
        out.wdata_ready = top_->wdata_ready_o;
        out.rsp_valid = top_->rsp_valid_o;
        out.rsp = {.tag = top_->rsp_tag_o,
                   .status = static_cast<model::RspStatus>(top_->rsp_status_o),
                   .last = top_->rsp_last_o != 0,
                   .word = top_->rsp_word_o};
        return out;
    }

    void tick(const model::PinsIn& in) override {
        top_->cmd_valid_i = in.cmd_valid;
        top_->cmd_op_i = static_cast<CData>(in.cmd.op);
        top_->cmd_write_alg_i = static_cast<CData>(in.cmd.write_alg);
        top_->cmd_site_i = in.cmd.site;
        top_->cmd_tag_i = in.cmd.tag;
        top_->cmd_row_i = in.cmd.row;
        top_->cmd_seg_mask_i = in.cmd.seg_mask;
        top_->wdata_valid_i = in.wdata_valid;
        top_->wdata_i = in.wdata;
        top_->rsp_ready_i = in.rsp_ready;
        clock();
    }

    void reset() override {
        tick_inputs_off();
        top_->rst_ni = 0;
        clock();
        clock();
        top_->rst_ni = 1;
        top_->eval();
    }

    [[nodiscard]] const model::Counters& counters() override {
        for (size_t i = 0; i < model::kCounters; ++i) counters_.at(i) = top_->stats_o[i];
        return counters_;
    }
    [[nodiscard]] bool track_error() const override { return top_->track_error_o; }

    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment) const override {
        const uint32_t first = geometry_.port_site(segment) + 1;
        uint64_t word = 0;
        for (uint32_t s = 0; s < geometry_.sites_per_segment; ++s) word = word << 1 | (site(row, first + s) ? 1 : 0);
        return word;
    }

    void set_word(uint64_t row, uint32_t segment, uint64_t word) override {
        uint32_t site = geometry_.port_site(segment) + geometry_.sites_per_segment;
        for (uint32_t s = 0; s < geometry_.sites_per_segment; ++s, --site, word >>= 1) {
            const uint64_t bit = uint64_t{1} << (site % 32);
            const uint64_t old = chunk(row, site / 32);
            set_chunk(row, site / 32, (word & 1) != 0 ? old | bit : old & ~bit);
        }
        top_->eval();
    }

    [[nodiscard]] bool site(uint64_t row, uint32_t position) const override {
        return (chunk(row, position / 32) >> (position % 32) & 1) != 0;
    }

    [[nodiscard]] uint32_t skyrmions(uint64_t row) const override {
        uint32_t count = 0;
        for (uint32_t i = 0; i * 32 < geometry_.sites(); ++i)
            count += static_cast<uint32_t>(std::popcount(chunk(row, i)));
        return count;
    }

    bool open_trace(const std::string& path) override {
        if constexpr (kTraced) {
            trace_ = std::make_unique<VerilatedFstC>();
            top_->trace(trace_.get(), 99);
            trace_->open(path.c_str());
            return trace_->isOpen();
        }
        return false;
    }
    void close_trace() override {
        if (trace_) trace_->close();
        trace_.reset();
    }

   private:
    using Sites =
        std::remove_reference_t<decltype(std::declval<V&>().rootp->sky_skrm__DOT__u_track__DOT__sites_q[0])>;
    static constexpr bool kWide = !std::is_integral_v<Sites>;

    /// 32 sites of a track. Verilator holds up to 64 bits in an integer and more in words of 32.
    [[nodiscard]] uint64_t chunk(uint64_t row, uint32_t index) const {
        const auto& sites = top_->rootp->sky_skrm__DOT__u_track__DOT__sites_q[row];
        if constexpr (kWide)
            return sites[index];
        else
            return sites >> (32 * index) & 0xffffffff;
    }
    void set_chunk(uint64_t row, uint32_t index, uint64_t value) {
        auto& sites = top_->rootp->sky_skrm__DOT__u_track__DOT__sites_q[row];
        if constexpr (kWide) {
            sites[index] = static_cast<EData>(value);
        } else {
            const uint64_t mask = uint64_t{0xffffffff} << (32 * index);
            sites = static_cast<Sites>((sites & ~mask) | value << (32 * index));
        }
    }

    void tick_inputs_off() {
        top_->cmd_valid_i = 0;
        top_->wdata_valid_i = 0;
        top_->rsp_ready_i = 0;
    }

    /// Inputs change on the falling edge, registers on the rising one.
    void clock() {
        top_->clk_i = 0;
        top_->eval();
        dump();
        top_->clk_i = 1;
        top_->eval();
        dump();
    }
    void dump() {
        if (trace_) trace_->dump(context_.time());
        context_.timeInc(half_cycle_ps_);
    }

    model::Geometry geometry_;
    uint64_t half_cycle_ps_;  // traces show device time
    VerilatedContext context_;
    std::unique_ptr<V> top_;
    std::unique_ptr<VerilatedFstC> trace_;
    model::Counters counters_;
};

}  // namespace sky::bridge
