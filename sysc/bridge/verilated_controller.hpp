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
#include "sysc/bridge/slip_pins.hpp"
#include "sysc/model/track.hpp"

namespace sky::bridge {

/// RtlController over one Verilated class of sky_skrm; `Config` is its line of rtl/configs.txt (skrm_config.hpp).
template <typename Config>
class VerilatedController final : public RtlController {
    using Verilated = typename Config::Verilated;
    static constexpr uint32_t kBanks = Config::kBanks;
    static constexpr bool kTraced = Config::kTraced;

   public:
    VerilatedController(const model::Geometry& geometry, const model::Timing& timing, const model::Policy& policy)
        : geometry_(geometry),
          banks_(policy.banks),
          faults_(policy.faults),
          half_cycle_ps_(std::max(1U, timing.cycle_ps / 2)) {
        if constexpr (kTraced) context_.traceEverOn(true);
        top_ = std::make_unique<Verilated>(&context_);
        top_->shift_cycles_i = static_cast<CData>(timing.shift_cycles);
        top_->detect_cycles_i = static_cast<CData>(timing.detect_cycles);
        top_->remove_cycles_i = static_cast<CData>(timing.remove_cycles);
        top_->inject_cycles_i = static_cast<CData>(timing.inject_cycles);
        top_->shift_fj_i = static_cast<SData>(timing.shift_fj);
        top_->detect_fj_i = static_cast<SData>(timing.detect_fj);
        top_->remove_fj_i = static_cast<SData>(timing.remove_fj);
        top_->inject_fj_i = static_cast<SData>(timing.inject_fj);
        top_->relax_cycles_i = static_cast<CData>(timing.relax_cycles);
        top_->shift_charge_i = static_cast<CData>(timing.shift_charge);
        top_->remove_per_skyrmion_i = timing.remove_charge == model::RemoveCharge::kPerSkyrmion;
        top_->scheduler_i = static_cast<CData>(policy.scheduler);
        top_->stay_i = policy.return_policy == model::ReturnPolicy::kStay;
        top_->age_cap_i = static_cast<CData>(policy.age_cap);
        top_->max_ports_driven_i = static_cast<CData>(policy.max_ports_driven);
        top_->overlap_i = policy.overlap;
        top_->auto_permutes_i = policy.auto_permutes;
        top_->queue_depth_i = static_cast<CData>(policy.queue_depth);
        top_->last_row_i = static_cast<IData>(geometry.rows() - 1);
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
        if (faults_.threshold != 0) drive_slips();
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
        counters_.clear();
        for (uint32_t bank = 0; bank < banks_; ++bank) counters_.add_bank(bank_counters(bank));
        return counters_;
    }
    [[nodiscard]] const model::Counters& bank_counters(uint32_t bank) override {
        for (size_t i = 0; i < model::kCounters; ++i)
            bank_counters_.at(i) = top_->stats_o[bank * model::kCounters + i];
        return bank_counters_;
    }
    [[nodiscard]] bool track_error() const override { return top_->track_error_o; }

    [[nodiscard]] int32_t offset(uint64_t row) const override {
        const auto raw = static_cast<int32_t>(row_offset(row));
        return raw >= offset_sign() ? raw - 2 * offset_sign() : raw;
    }

    void set_offset(uint64_t row, int32_t offset) override {
        auto& raw = row_offset(row);
        raw = static_cast<std::remove_cvref_t<decltype(raw)>>(offset & (2 * offset_sign() - 1));
        for (uint32_t t = 0; t < geometry_.tracks_per_row && geometry_.position_guard; ++t) {
            const model::Track track(geometry_, 0, offset);  // for its guard pattern
            for (uint32_t p = geometry_.data_sites() - geometry_.overhead_sites; p < geometry_.sites(); ++p)
                set_site(row, uint64_t{t} * geometry_.sites() + p, track.site(p));
        }
        Config::settle(*top_);
    }

    [[nodiscard]] bool lost(uint64_t row) const override {
        return of_row(row, [this](auto bank) -> decltype(auto) { return this->template lost_rows<bank>(); }) != 0;
    }

    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment, uint32_t site, uint32_t beat) const override {
        uint64_t word = 0;
        for (uint32_t b = 0; b < geometry_.word_bits(); ++b) word |= uint64_t{bit(row, segment, site, beat, b)} << b;
        const bool flipped = geometry_.flag_site && data_site(row, segment, geometry_.sites_per_segment, 0);
        return flipped ? ~word & geometry_.word_mask() : word;
    }

    void set_word(uint64_t row, uint32_t segment, uint64_t word, uint32_t site, uint32_t beat) override {
        for (uint32_t b = 0; b < geometry_.word_bits(); ++b) {
            const bool value = (word >> b & 1) != 0;
            if (geometry_.mapping() == model::Mapping::kWord) {
                set_data_site(row, segment, geometry_.sites_per_segment - 1 - b, 0, value);
            } else {
                set_data_site(row, segment, site, beat * 64 + b, value);
            }
        }
        if (geometry_.flag_site) set_data_site(row, segment, geometry_.sites_per_segment, 0, false);
        Config::settle(*top_);
    }

    [[nodiscard]] uint64_t flags(uint64_t row) const override {
        if (!geometry_.flag_site) return 0;
        uint64_t flags = 0;
        for (uint32_t g = 0; g < geometry_.segments; ++g)
            flags |= uint64_t{data_site(row, g, geometry_.sites_per_segment, 0)} << g;
        return flags;
    }

    void set_flags(uint64_t row, uint64_t flags) override {
        if (!geometry_.flag_site) return;
        for (uint32_t g = 0; g < geometry_.segments; ++g)
            set_data_site(row, g, geometry_.sites_per_segment, 0, (flags >> g & 1) != 0);
        Config::settle(*top_);
    }

    [[nodiscard]] bool site(uint64_t track, uint32_t position) const override {
        const uint64_t row = track / geometry_.tracks_per_row;
        const uint64_t at = track % geometry_.tracks_per_row * geometry_.sites() + position;
        return (chunk(row, at / 32) >> (at % 32) & 1) != 0;
    }

    [[nodiscard]] uint32_t skyrmions(uint64_t row) const override {
        uint32_t count = 0;
        for (uint32_t i = 0; i * 32 < geometry_.sites() * geometry_.tracks_per_row; ++i)
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
    /// What the next shift of each bank would do to its tracks.
    void drive_slips() {
        for (uint32_t bank = 0; bank < banks_; ++bank) {
            const uint64_t pulse =
                top_->stats_o[bank * model::kCounters + static_cast<size_t>(model::Counter::kShifts)];
            for (uint32_t t = 0; t < geometry_.tracks_per_row; ++t)
                set_slip(top_->slip_i, bank * geometry_.tracks_per_row + t, faults_.slip(bank, pulse, t));
        }
    }
    /// A bank's arrays, as Verilator names them.
    template <uint32_t kBank>
    [[nodiscard]] auto& sites() const {
        auto* root = top_->rootp;
        static_assert(kBank < 4, "name the arrays of further banks here");
        if constexpr (kBank == 0) return root->sky_skrm__DOT__g_bank__BRA__0__KET____DOT__u_track__DOT__sites_q;
        if constexpr (kBank == 1) return root->sky_skrm__DOT__g_bank__BRA__1__KET____DOT__u_track__DOT__sites_q;
        if constexpr (kBank == 2) return root->sky_skrm__DOT__g_bank__BRA__2__KET____DOT__u_track__DOT__sites_q;
        if constexpr (kBank == 3) return root->sky_skrm__DOT__g_bank__BRA__3__KET____DOT__u_track__DOT__sites_q;
    }
    template <uint32_t kBank>
    [[nodiscard]] auto& offsets() const {
        auto* root = top_->rootp;
        if constexpr (kBank == 0) return root->sky_skrm__DOT__g_bank__BRA__0__KET____DOT__offsets_q;
        if constexpr (kBank == 1) return root->sky_skrm__DOT__g_bank__BRA__1__KET____DOT__offsets_q;
        if constexpr (kBank == 2) return root->sky_skrm__DOT__g_bank__BRA__2__KET____DOT__offsets_q;
        if constexpr (kBank == 3) return root->sky_skrm__DOT__g_bank__BRA__3__KET____DOT__offsets_q;
    }
    template <uint32_t kBank>
    [[nodiscard]] auto& lost_rows() const {
        auto* root = top_->rootp;
        if constexpr (kBank == 0) return root->sky_skrm__DOT__g_bank__BRA__0__KET____DOT__lost_q;
        if constexpr (kBank == 1) return root->sky_skrm__DOT__g_bank__BRA__1__KET____DOT__lost_q;
        if constexpr (kBank == 2) return root->sky_skrm__DOT__g_bank__BRA__2__KET____DOT__lost_q;
        if constexpr (kBank == 3) return root->sky_skrm__DOT__g_bank__BRA__3__KET____DOT__lost_q;
    }
    /// What one of these arrays holds for a row, in the bank where the row is.
    template <uint32_t kBank = 0, typename Array>
    [[nodiscard]] static auto& of_row(uint64_t row, Array array) {
        if constexpr (kBank + 1 < kBanks)
            if (row % kBanks != kBank) return of_row<kBank + 1>(row, array);
        return array(std::integral_constant<uint32_t, kBank>{})[row / kBanks];
    }
    [[nodiscard]] auto& row_sites(uint64_t row) const {
        return of_row(row, [this](auto bank) -> decltype(auto) { return this->template sites<bank>(); });
    }
    [[nodiscard]] auto& row_offset(uint64_t row) const {
        return of_row(row, [this](auto bank) -> decltype(auto) { return this->template offsets<bank>(); });
    }

    /// The sign bit of a stored offset, the narrowest two's complement that holds -depth to depth.
    [[nodiscard]] int32_t offset_sign() const {
        int32_t sign = 2;
        while (sign < static_cast<int32_t>(geometry_.depth()) + 1) sign *= 2;
        return sign;
    }

    /// 32 sites of a row. Verilator holds up to 64 bits in an integer and more in words of 32.
    [[nodiscard]] uint64_t chunk(uint64_t row, uint64_t index) const {
        const auto& sites = row_sites(row);
        if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(sites)>>)
            return sites >> (32 * index) & 0xffffffff;
        else
            return sites[index];
    }
    void set_site(uint64_t row, uint64_t at, bool value) {
        auto& sites = row_sites(row);
        using Sites = std::remove_cvref_t<decltype(sites)>;
        if constexpr (std::is_integral_v<Sites>) {
            const uint64_t bit = uint64_t{1} << at;
            sites = static_cast<Sites>(value ? sites | bit : sites & ~bit);
        } else {
            const uint32_t bit = 1U << (at % 32);
            sites[at / 32] = value ? sites[at / 32] | bit : sites[at / 32] & ~bit;
        }
    }

    /// Where site `s` of a segment lies in its lane of the row, wherever the head rests.
    [[nodiscard]] uint64_t place(uint64_t row, uint32_t segment, uint32_t s, uint32_t lane) const {
        const auto at_home = static_cast<int32_t>(geometry_.port_site(segment) + 1 + s);
        return uint64_t{lane} * geometry_.sites() + static_cast<uint64_t>(at_home - offset(row));
    }
    [[nodiscard]] bool data_site(uint64_t row, uint32_t segment, uint32_t s, uint32_t lane) const {
        const uint64_t at = place(row, segment, s, lane);
        return (chunk(row, at / 32) >> (at % 32) & 1) != 0;
    }
    void set_data_site(uint64_t row, uint32_t segment, uint32_t s, uint32_t lane, bool value) {
        set_site(row, place(row, segment, s, lane), value);
    }
    [[nodiscard]] bool bit(uint64_t row, uint32_t segment, uint32_t site, uint32_t beat, uint32_t b) const {
        if (geometry_.mapping() == model::Mapping::kBit) return data_site(row, segment, site, beat * 64 + b);
        return data_site(row, segment, geometry_.sites_per_segment - 1 - b, 0);
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
    uint32_t banks_;
    model::SlipFaults faults_;
    uint64_t half_cycle_ps_;  // traces show device time
    VerilatedContext context_;
    std::unique_ptr<Verilated> top_;
    std::unique_ptr<VerilatedFstC> trace_;
    model::Counters counters_;
    model::Counters bank_counters_;
};

}  // namespace sky::bridge
