#pragma once

#include <algorithm>
#include <utility>

#include "sysc/model/regfile/accesses.hpp"
#include "sysc/model/regfile/operand_buffer.hpp"

namespace sky::model::rf {

/// A register file on an array: x0, forwarding and reads of one register, then the operand buffer. Equals
/// rtl/regfile/sky_rf_operands.sv, and what sky_regfile.sv does around its arrays. Of `Array`:
///
///     uint32_t come_home();                                    cycles until heads rest after a reset, else 0
///     bool coming_home() const;                                whether that takes any
///     uint32_t request(const Accesses&, const Ahead&, ReadData&);
///     void idle(uint64_t cycles, const Ahead&);
///     uint32_t switch_mode(Mode, const Ahead&);
///     Mode mode() const; void place(...); void reset(); bool machine_check() const; peek(), poke()
///     Counters counters;
template <typename Array, typename Base = RegisterFile>
class Front : public Base {
   public:
    Front(const Shape& shape, const Options& options, Array array)
        : array_(std::move(array)),
          buffer_(options.buffer),
          forward_(options.forward),
          preshift_(options.preshift && shape.kind != Kind::kFlipFlop && shape.kind != Kind::kVertical),
          mask_(shape.width == 64 ? ~uint64_t{0} : (uint64_t{1} << shape.width) - 1) {}

    Answer access(const Request& request, const Hints& hints) override {
        const uint32_t home = array_.come_home();
        Accesses accesses{.want = 0, .reg = {request.rd, request.rs1, request.rs2}, .data = request.data & mask_};
        const bool write = request.write && request.rd != 0;
        const bool forward = write && forward_;
        const bool forward1 = forward && request.rs1 == request.rd;
        const bool forward2 = forward && request.rs2 == request.rd;
        const bool read1 = request.read1 && request.rs1 != 0 && !forward1;
        const bool same = read1 && request.rs1 == request.rs2;
        const bool read2 = request.read2 && request.rs2 != 0 && !forward2 && !same;
        accesses.want = (write ? bit_of(kWrite) : 0) | (read1 ? bit_of(kRead1) : 0) | (read2 ? bit_of(kRead2) : 0);

        ReadData data{};
        const uint32_t cycles = home + (buffer_.in_use() ? buffered(accesses, hints, data)
                                                         : array_.request(accesses, ahead(hints, nullptr), data));
        count(array_.counters, Counter::kStallCycles, cycles - 1);
        Answer answer{.data1 = 0, .data2 = 0, .cycles = cycles};
        if (request.read1) answer.data1 = forward1 ? accesses.data : data[kRead1];
        if (request.read2) answer.data2 = forward2 ? accesses.data : data[same ? kRead1 : kRead2];
        return answer;
    }

    void idle(uint64_t cycles, const Hints& hints) override { array_.idle(cycles, ahead(hints, nullptr)); }

    uint32_t switch_mode(Mode mode, const Hints& hints) override {
        uint32_t cycles = array_.come_home();
        cycles += array_.switch_mode(mode, ahead(hints, nullptr));
        count(array_.counters, Counter::kStallCycles, cycles - 1);
        return cycles;
    }

    [[nodiscard]] Mode mode() const override { return array_.mode(); }
    [[nodiscard]] bool busy() const override { return array_.coming_home(); }
    void place(uint32_t reg, uint32_t position) override { array_.place(reg % kRegisters, position % kRegisters); }
    void reset() override {
        buffer_.clear();
        array_.counters = {};
        array_.reset();
    }
    [[nodiscard]] const Counters& counters() const override { return array_.counters; }
    [[nodiscard]] bool machine_check() const override { return array_.machine_check(); }
    [[nodiscard]] uint64_t peek(uint32_t reg) const override {
        if (reg % kRegisters == 0) return 0;
        if (const auto value = buffer_.peek(reg)) return *value;
        return array_.peek(reg);
    }
    void poke(uint32_t reg, uint64_t value) override {
        if (reg % kRegisters == 0) return;
        buffer_.poke(reg, value & mask_);
        array_.poke(reg, value & mask_);
    }

   protected:
    [[nodiscard]] Array& array() { return array_; }

   private:
    [[nodiscard]] Ahead ahead(const Hints& hints, const Accesses* running) const {
        if (!preshift_) return {};
        Ahead ahead{.want = 0, .reg = {hints.rd, hints.rs1, hints.rs2}};
        ahead.want = (hints.write && hints.rd != 0 ? bit_of(kWrite) : 0) |
                     (hints.read1 && hints.rs1 != 0 ? bit_of(kRead1) : 0) |
                     (hints.read2 && hints.rs2 != 0 ? bit_of(kRead2) : 0);
        if (buffer_.in_use()) ahead.want = buffer_.hints(ahead, running);
        return ahead;
    }

    uint32_t buffered(const Accesses& request, const Hints& hints, ReadData& data) {
        const Ahead next = ahead(hints, &request);
        buffer_.look_up(request);
        const std::span<const OperandBuffer::Back> backs = buffer_.backs();
        uint32_t cycles = 0;
        for (size_t part = 0; part < std::max<size_t>(backs.size(), 1); ++part) {
            Accesses accesses{.want = part == 0 ? buffer_.reads() : 0, .reg = request.reg, .data = 0};
            if (part < backs.size()) {
                accesses.want |= bit_of(kWrite);
                accesses.reg[kWrite] = backs[part].reg;
                accesses.data = backs[part].data;
            }
            ReadData answer{};
            cycles += array_.request(accesses, next, answer);
            if (part == 0) data = answer;
        }
        buffer_.enter(data);
        return cycles;
    }

    Array array_;
    OperandBuffer buffer_;
    bool forward_;
    bool preshift_;
    uint64_t mask_;
};

}  // namespace sky::model::rf
