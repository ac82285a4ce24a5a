#include "sysc/bridge/rtl_soc.hpp"

#include <Vsoc.h>
#include <Vsoc___024root.h>
#include <verilated_fst_c.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <type_traits>
#include <utility>

#include "sysc/bridge/rf_variants.hpp"
#include "sysc/bridge/slip_pins.hpp"

namespace sky::bridge {

namespace {

using model::rf::Options;
using model::rf::Shape;

constexpr uint32_t kRamBase = 0x80000000;
constexpr uint32_t kSaveBase = 0xfffff800;
constexpr int kHalfCycle = 5;  // time steps of a trace

}  // namespace

struct RtlSoc::Top {
    VerilatedContext context;
    std::unique_ptr<VerilatedFstC> trace;
    std::unique_ptr<Vsoc> pins;
    uint32_t variant = 0;

    auto& ram() const { return pins->rootp->sky_soc_lab__DOT__u_inside__DOT__u_ram__DOT__words_q; }
    auto& save() const { return pins->rootp->sky_soc_lab__DOT__u_inside__DOT__u_save__DOT__words_q; }
};

std::vector<Shape> RtlSoc::shapes() {
    std::vector<Shape> all;
    all.reserve(kRfVariantList.size());
    for (const RfVariant& variant : kRfVariantList) all.push_back(variant.shape);
    return all;
}

std::unique_ptr<RtlSoc> RtlSoc::make(const Shape& shape, const Options& options) {
    uint32_t variant = 0;
    for (; variant < kRfVariants; ++variant) {
        Shape built = kRfVariantList[variant].shape;
        const bool enough = built.buffer >= std::max(shape.buffer, options.buffer);
        built.buffer = shape.buffer;
        if (enough && built == shape) break;
    }
    if (variant == kRfVariants) return nullptr;

    auto top = std::make_unique<Top>();
    top->context.traceEverOn(true);
    top->pins = std::make_unique<Vsoc>(&top->context);
    top->variant = variant;
    Vsoc& pins = *top->pins;
    pins.rf_select_i = static_cast<CData>(variant);
    pins.rf_dual_i = shape.kind == model::rf::Kind::kDual;
    pins.rf_rewind_i = options.rewind;
    pins.rf_eager_i = options.eager;
    pins.rf_nearest_first_i = options.nearest_first;
    pins.rf_forward_i = options.forward;
    pins.rf_preshift_i = options.preshift;
    pins.rf_buffer_i = static_cast<CData>(options.buffer);
    pins.rf_check_position_i = options.check_position;
    pins.eval();  // runs the initial blocks before memory is loaded
    std::unique_ptr<RtlSoc> soc(new RtlSoc(std::move(top)));
    soc->reset();
    return soc;
}

RtlSoc::RtlSoc(std::unique_ptr<Top> top) : top_(std::move(top)) {}

RtlSoc::~RtlSoc() {
    close_trace();
    top_->pins->final();
}

/// Where these bytes lie: the words of the RTL one behind the other, each in the order of this machine.
uint8_t* RtlSoc::memory(uint32_t address, size_t bytes) const {
    static_assert(std::endian::native == std::endian::little);
    const auto within = [address, bytes](auto& words, uint32_t base) -> uint8_t* {
        const size_t size = std::size(words.m_storage) * sizeof(words.m_storage[0]);
        if (address < base || address - base > size || bytes > size - (address - base)) return nullptr;
        return reinterpret_cast<uint8_t*>(std::data(words.m_storage)) + (address - base);
    };
    return address >= kSaveBase ? within(top_->save(), kSaveBase) : within(top_->ram(), kRamBase);
}

bool RtlSoc::load(uint32_t address, std::span<const uint8_t> bytes) {
    uint8_t* const at = memory(address, bytes.size());
    if (at != nullptr) std::copy(bytes.begin(), bytes.end(), at);
    return at != nullptr;
}

bool RtlSoc::peek(uint32_t address, std::span<uint8_t> bytes) const {
    const uint8_t* const at = memory(address, bytes.size());
    if (at != nullptr) std::copy_n(at, bytes.size(), bytes.begin());
    return at != nullptr;
}

void RtlSoc::clear_memory() {
    std::ranges::fill(top_->ram().m_storage, 0);
    std::ranges::fill(top_->save().m_storage, 0);
}

void RtlSoc::set_tohost(std::optional<uint32_t> address) {
    top_->pins->tohost_valid_i = address.has_value();
    top_->pins->tohost_addr_i = address.value_or(0);
}

void RtlSoc::reset() {
    Vsoc& pins = *top_->pins;
    pins.boot_addr_i = boot_;
    pins.irq_external_i = 0;
    pins.rst_ni = 0;
    pins.eval();
    // The register file sees it with the falling edge; inside, the reset ends one rising edge later.
    for (const bool ends : {false, false, true}) {
        pins.rst_ni = ends;
        set_clock(false);
        set_clock(true);
    }
    cycle_ = 0;
    retired_ = 0;
    exit_code_.reset();
    exit_cycle_ = 0;
    exit_retired_ = false;
}

void RtlSoc::set_external(bool level) { top_->pins->irq_external_i = level; }

void RtlSoc::set_slips() {
    for (uint32_t track = 0; track < kRfVariantList[top_->variant].shape.tracks(); ++track)
        set_slip(top_->pins->rf_slip_i, track, model::rf::slip(faults_, cycle_, track));
}

void RtlSoc::observe() {
    const Vsoc& pins = *top_->pins;
    if (pins.print_o != 0 && on_print) on_print(static_cast<char>(pins.print_byte_o));
    if (pins.exit_o != 0 && !exit_code_) {
        exit_code_ = pins.exit_code_o;
        exit_cycle_ = cycle_;
    }
    if (pins.rvfi_valid_o == 0) return;
    ++retired_;
    if (exit_code_) exit_retired_ = true;
    if (!on_retire) return;
    const bool reads = pins.rvfi_mem_rmask_o != 0;
    on_retire({.order = pins.rvfi_order_o,
               .cycle = cycle_,
               .pc = pins.rvfi_pc_rdata_o,
               .next_pc = pins.rvfi_pc_wdata_o,
               .insn = pins.rvfi_insn_o,
               .trap = pins.rvfi_trap_o != 0,
               .interrupt = pins.rvfi_intr_o != 0,
               .rs1 = pins.rvfi_rs1_addr_o,
               .rs2 = pins.rvfi_rs2_addr_o,
               .rd = pins.rvfi_rd_addr_o,
               .rs1_value = pins.rvfi_rs1_rdata_o,
               .rs2_value = pins.rvfi_rs2_rdata_o,
               .rd_value = pins.rvfi_rd_wdata_o,
               .mem_address = pins.rvfi_mem_addr_o,
               .mem_read = pins.rvfi_mem_rmask_o,
               .mem_write = pins.rvfi_mem_wmask_o,
               .mem_data = reads ? pins.rvfi_mem_rdata_o : pins.rvfi_mem_wdata_o});
}

void RtlSoc::set_clock(bool high) {
    Vsoc& pins = *top_->pins;
    using Clocks = std::remove_cvref_t<decltype(pins.rf_clk_i)>;
    pins.clk_i = high;
    pins.rf_clk_i = high ? static_cast<Clocks>(1U << top_->variant) : Clocks{0};
    pins.eval();
    if (top_->trace) top_->trace->dump(top_->context.time());
    top_->context.timeInc(kHalfCycle);
}

void RtlSoc::tick() {
    if (faults_.threshold != 0) set_slips();
    set_clock(false);
    observe();
    set_clock(true);
    ++cycle_;
}

RtlSoc::Stop RtlSoc::run(uint64_t until) {
    while (!ended()) {
        if (cycle_ >= until) return Stop::kCycles;
        tick();
    }
    return Stop::kExit;
}

bool RtlSoc::asleep() const {
    constexpr uint32_t kWfi = 0x10500073;
    const auto& root = *top_->pins->rootp;
    return root.sky_soc_lab__DOT__u_inside__DOT__u_core__DOT__execute != 0 &&
           root.sky_soc_lab__DOT__u_inside__DOT__u_core__DOT__x_insn_q == kWfi &&
           root.sky_soc_lab__DOT__u_inside__DOT__u_core__DOT__x_fault_q == 0 &&
           root.sky_soc_lab__DOT__u_inside__DOT__u_core__DOT__wake == 0 &&
           root.sky_soc_lab__DOT__u_inside__DOT__u_core__DOT__u_csr__DOT__enable_timer_q == 0;
}

model::rf::Counters RtlSoc::counters() const {
    const auto& words = top_->pins->rf_counters_o;
    model::rf::Counters counters{};
    for (size_t i = 0; i < counters.size(); ++i) counters[i] = words[2 * i] | uint64_t{words[2 * i + 1]} << 32;
    return counters;
}

bool RtlSoc::machine_check() const { return top_->pins->rf_machine_check_o != 0; }
bool RtlSoc::track_error() const { return top_->pins->rf_track_error_o != 0 || top_->pins->skrm_track_error_o != 0; }

model::Counters RtlSoc::skrm_counters() const {
    model::Counters counters;
    for (size_t i = 0; i < model::kCounters; ++i) counters.at(i) = top_->pins->skrm_stats_o[i];
    return counters;
}

bool RtlSoc::open_trace(const std::string& path) {
    close_trace();
    top_->trace = std::make_unique<VerilatedFstC>();
    top_->pins->trace(top_->trace.get(), 99);
    top_->trace->open(path.c_str());
    if (top_->trace->isOpen()) return true;
    top_->trace.reset();
    return false;
}

void RtlSoc::close_trace() {
    if (top_->trace) top_->trace->close();
    top_->trace.reset();
}

}  // namespace sky::bridge
