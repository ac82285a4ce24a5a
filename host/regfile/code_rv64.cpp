// code.hpp: operation_of_rv64(), by the opcode maps of the RISC-V unprivileged specification: which of the fields are
// integer registers follows from the major opcode, but for the moves and conversions of F and D.
#include "host/regfile/code.hpp"

namespace sky::regfile {

namespace {

constexpr uint8_t kLink = 1;
constexpr uint8_t kStack = 2;

uint32_t field(uint32_t bits, uint32_t high, uint32_t low) { return bits >> low & ((1U << (high - low + 1)) - 1); }

uint8_t reg(uint32_t bits, uint32_t low) { return static_cast<uint8_t>(bits >> low & 31); }
/// Of three bits: x8 to x15.
uint8_t short_reg(uint32_t bits, uint32_t low) { return static_cast<uint8_t>(8 + (bits >> low & 7)); }

int64_t sign_extended(uint32_t value, uint32_t bits) {
    const uint64_t sign = uint64_t{1} << (bits - 1);
    return static_cast<int64_t>((value ^ sign) - sign);
}

/// Puts an operation together; 0 is x0, or no register.
class Builder {
   public:
    explicit Builder(uint8_t length) { out_.length = length; }

    Builder& reads(uint8_t rs1, uint8_t rs2 = 0) {
        if (rs1 != 0) out_.accesses[out_.reads++] = rs1;
        if (rs2 != 0 && rs2 != rs1) out_.accesses[out_.reads++] = rs2;
        return *this;
    }
    Builder& writes(uint8_t rd) {
        out_.writes = rd != 0;
        if (out_.writes) out_.accesses[out_.reads] = rd;
        return *this;
    }
    Builder& to(Flow flow, uint64_t target = 0) {
        out_.flow = flow;
        out_.target = target;
        return *this;
    }
    [[nodiscard]] Operation next() {
        out_.flow = Flow::kNext;
        return out_;
    }
    [[nodiscard]] Operation done() const { return out_; }

   private:
    Operation out_;
};

int64_t branch_offset(uint32_t b) {
    return sign_extended(field(b, 31, 31) << 12 | field(b, 7, 7) << 11 | field(b, 30, 25) << 5 | field(b, 11, 8) << 1,
                         13);
}
int64_t jump_offset(uint32_t b) {
    return sign_extended(
        field(b, 31, 31) << 20 | field(b, 19, 12) << 12 | field(b, 20, 20) << 11 | field(b, 30, 21) << 1, 21);
}
int64_t short_branch_offset(uint32_t b) {
    return sign_extended(field(b, 12, 12) << 8 | field(b, 6, 5) << 6 | field(b, 2, 2) << 5 | field(b, 11, 10) << 3 |
                             field(b, 4, 3) << 1,
                         9);
}
int64_t short_jump_offset(uint32_t b) {
    return sign_extended(field(b, 12, 12) << 11 | field(b, 8, 8) << 10 | field(b, 10, 9) << 8 | field(b, 6, 6) << 7 |
                             field(b, 7, 7) << 6 | field(b, 2, 2) << 5 | field(b, 11, 11) << 4 | field(b, 5, 3) << 1,
                         12);
}

/// Which of rd and rs1 is an integer register: moves, conversions, comparisons and fclass cross over.
Operation float_operation(uint32_t bits) {
    Builder out(4);
    switch (field(bits, 31, 27)) {
        case 0b10100:  // feq, flt, fle
        case 0b11000:  // fcvt to an integer
        case 0b11100:  // fmv to an integer register, fclass
            return out.writes(reg(bits, 7)).next();
        case 0b11010:  // fcvt from an integer
        case 0b11110:  // fmv from an integer register
            return out.reads(reg(bits, 15)).next();
        default: return out.next();
    }
}

Operation system_operation(uint32_t bits) {
    Builder out(4);
    const uint32_t funct3 = field(bits, 14, 12);
    if (funct3 == 0) return bits == 0x73 ? out.to(Flow::kSystem).done() : out.done();
    if (funct3 == 4) return out.done();
    if (funct3 < 4) out.reads(reg(bits, 15));
    return out.writes(reg(bits, 7)).next();
}

Operation whole(uint32_t bits, uint64_t pc) {
    Builder out(4);
    const uint8_t rd = reg(bits, 7);
    const uint8_t rs1 = reg(bits, 15);
    const uint8_t rs2 = reg(bits, 20);
    switch (field(bits, 6, 0)) {
        case 0x03:  // loads
        case 0x13:  // immediates
        case 0x1b: return out.reads(rs1).writes(rd).next();
        case 0x07:  // loads and stores of floats
        case 0x27: return field(bits, 14, 12) == 2 || field(bits, 14, 12) == 3 ? out.reads(rs1).next() : out.done();
        case 0x0f: return out.next();  // fences
        case 0x17:
        case 0x37: return out.writes(rd).next();
        case 0x23: return out.reads(rs1, rs2).next();
        case 0x2f:  // atomic; of lr rs2 is 0
        case 0x33:
        case 0x3b: return out.reads(rs1, rs2).writes(rd).next();
        case 0x43:  // multiply and add floats
        case 0x47:
        case 0x4b:
        case 0x4f: return out.next();
        case 0x53: return float_operation(bits);
        case 0x63:
            return out.reads(rs1, rs2).to(Flow::kBranch, pc + static_cast<uint64_t>(branch_offset(bits))).done();
        case 0x67: return out.reads(rs1).writes(rd).to(Flow::kIndirect).done();
        case 0x6f: return out.writes(rd).to(Flow::kJump, pc + static_cast<uint64_t>(jump_offset(bits))).done();
        case 0x73: return system_operation(bits);
        default: return out.done();
    }
}

Operation quadrant0(uint32_t bits) {
    Builder out(2);
    const uint8_t base = short_reg(bits, 7);
    const uint8_t other = short_reg(bits, 2);
    switch (field(bits, 15, 13)) {
        case 0: return field(bits, 12, 5) == 0 ? out.done() : out.reads(kStack).writes(other).next();
        case 1:
        case 5: return out.reads(base).next();  // of floats
        case 2:
        case 3: return out.reads(base).writes(other).next();
        case 6:
        case 7: return out.reads(base, other).next();
        default: return out.done();
    }
}

Operation short_alu(uint32_t bits) {
    Builder out(2);
    const uint8_t rd = short_reg(bits, 7);
    const uint8_t rs2 = short_reg(bits, 2);
    if (field(bits, 11, 10) != 3) return out.reads(rd).writes(rd).next();
    if (field(bits, 12, 12) != 0 && field(bits, 6, 6) != 0) return out.done();
    return out.reads(rd, rs2).writes(rd).next();
}

Operation quadrant1(uint32_t bits, uint64_t pc) {
    Builder out(2);
    const uint8_t rd = reg(bits, 7);
    switch (field(bits, 15, 13)) {
        case 0: return out.reads(rd).writes(rd).next();
        case 1: return rd == 0 ? out.done() : out.reads(rd).writes(rd).next();
        case 2: return out.writes(rd).next();
        case 3:
            if (field(bits, 12, 12) == 0 && field(bits, 6, 2) == 0) return out.done();
            return rd == kStack ? out.reads(rd).writes(rd).next() : out.writes(rd).next();
        case 4: return short_alu(bits);
        case 5: return out.to(Flow::kJump, pc + static_cast<uint64_t>(short_jump_offset(bits))).done();
        default:
            return out.reads(short_reg(bits, 7))
                .to(Flow::kBranch, pc + static_cast<uint64_t>(short_branch_offset(bits)))
                .done();
    }
}

Operation quadrant2(uint32_t bits) {
    Builder out(2);
    const uint8_t rd = reg(bits, 7);
    const uint8_t rs2 = reg(bits, 2);
    switch (field(bits, 15, 13)) {
        case 0: return out.reads(rd).writes(rd).next();
        case 1:
        case 5: return out.reads(kStack).next();  // of floats
        case 2:
        case 3: return rd == 0 ? out.done() : out.reads(kStack).writes(rd).next();
        case 4: break;
        default: return out.reads(kStack, rs2).next();
    }
    const bool high = field(bits, 12, 12) != 0;
    if (rs2 != 0) return out.reads(high ? rd : rs2, high ? rs2 : 0).writes(rd).next();
    if (rd == 0) return out.done();  // ebreak, and what is reserved
    return out.reads(rd).writes(high ? kLink : 0).to(Flow::kIndirect).done();
}

}  // namespace

Operation operation_of_rv64(uint32_t bits, uint64_t pc) {
    switch (bits & 3) {
        case 0: return quadrant0(bits);
        case 1: return quadrant1(bits, pc);
        case 2: return quadrant2(bits);
        default: return whole(bits, pc);
    }
}

}  // namespace sky::regfile
