#include "tests/support/random_instruction.hpp"

#include "tests/support/rv32_encode.hpp"

namespace sky::test::rv32 {

namespace {

constexpr uint32_t kStack = 2;

// Control registers by what becomes of them. The same numbers as in the manual and the core's page.
const std::vector<uint32_t> kPlainCsrs{0x340, 0x7c4, 0x7c5, 0x7c6, 0x7c9, 0x7cd};
const std::vector<uint32_t> kConstantCsrs{0x301, 0x305, 0x310, 0x320, 0x7ca, 0xf11, 0xf12, 0xf13, 0xf14, 0xfe0};
const std::vector<uint32_t> kUnknownCsrs{0x100, 0x105, 0x180, 0x302, 0x306, 0x323, 0x3a0, 0x7b0, 0x7ce,
                                         0x7ff, 0xb03, 0xb83, 0xc03, 0xf15, 0xfca, 0xfda, 0xfe1};
const std::vector<uint32_t> kReadOnlyCsrs{0xc00, 0xc01, 0xc02, 0xc80, 0xf11, 0xf14, 0xfc0, 0xfd3, 0xfe0};
const std::vector<uint32_t> kVolatileCsrs{0x300, 0x304, 0x341, 0x342, 0x343, 0x344, 0x7c0, 0x7c1, 0x7c2,
                                          0x7c3, 0x7c7, 0x7c8, 0xb00, 0xb02, 0xb80, 0xb82, 0xc00, 0xc01,
                                          0xc02, 0xc80, 0xc81, 0xc82, 0xfc0, 0xfc1, 0xfc2, 0xfc3, 0xfc4,
                                          0xfc5, 0xfc6, 0xfc7, 0xfc8, 0xfc9, 0xfd0};
const std::vector<uint32_t> kTrapCsrs{0x341, 0x342, 0x343};

}  // namespace

RandomInstruction::RandomInstruction(model::Random& random, bool timing_visible)
    : random_(random), timing_visible_(timing_visible) {
    std::vector<uint32_t> free;
    for (uint32_t r = 3; r < 32; ++r) free.push_back(r);
    const auto take = [&](uint32_t low, uint32_t count) {
        for (;;) {
            const uint32_t reg = low + below(count);
            for (auto it = free.begin(); it != free.end(); ++it) {
                if (*it != reg) continue;
                free.erase(it);
                return reg;
            }
        }
    };
    roles_.short_base = take(8, 8);
    roles_.base = take(3, 29);
    roles_.outer = take(3, 29);
    roles_.inner = take(3, 29);
}

bool RandomInstruction::reserved(uint32_t reg) const {
    return reg == 0 || (reg == 1 && keep_link_) || reg == kStack || reg == roles_.short_base || reg == roles_.base ||
           reg == roles_.outer || reg == roles_.inner;
}

uint32_t RandomInstruction::scratch() {
    uint32_t reg = 0;
    while (reserved(reg)) reg = below(32);
    return reg;
}

uint32_t RandomInstruction::short_scratch() {
    uint32_t reg = 0;
    while (reserved(reg)) reg = 8 + below(8);
    return reg;
}

uint32_t RandomInstruction::any() {
    switch (below(20)) {
        case 0:
        case 1:
        case 2:
        case 3: return arithmetic();
        case 4:
        case 5:
        case 6: return immediate();
        case 7:
        case 8: return multiply();
        case 9:
        case 10:
        case 11:
        case 12: return memory();
        case 13:
        case 14:
        case 15:
        case 16:
        case 17: return compressed();
        case 18: return csr();
        default: return system();
    }
}

uint32_t RandomInstruction::arithmetic() {
    const uint32_t rd = destination();
    const uint32_t a = source();
    const uint32_t b = source();
    switch (below(10)) {
        case 0: return add(rd, a, b);
        case 1: return sub(rd, a, b);
        case 2: return sll(rd, a, b);
        case 3: return slt(rd, a, b);
        case 4: return sltu(rd, a, b);
        case 5: return xor_(rd, a, b);
        case 6: return srl(rd, a, b);
        case 7: return sra(rd, a, b);
        case 8: return or_(rd, a, b);
        default: return and_(rd, a, b);
    }
}

uint32_t RandomInstruction::immediate() {
    const uint32_t rd = destination();
    const uint32_t a = source();
    const int32_t imm = between(-2048, 2047);
    switch (below(12)) {
        case 0: return addi(rd, a, imm);
        case 1: return slti(rd, a, imm);
        case 2: return sltiu(rd, a, imm);
        case 3: return xori(rd, a, imm);
        case 4: return ori(rd, a, imm);
        case 5: return andi(rd, a, imm);
        case 6: return slli(rd, a, below(32));
        case 7: return srli(rd, a, below(32));
        case 8: return srai(rd, a, below(32));
        case 9: return lui(rd, static_cast<uint32_t>(random_.next()));
        case 10: return rf_hint(below(2));
        default: return auipc(rd, static_cast<uint32_t>(random_.next()));
    }
}

uint32_t RandomInstruction::multiply() {
    const uint32_t funct3 = below(8);
    const uint32_t divisor = below(8) == 0 ? 0 : source();
    return r_type(1, funct3, destination(), source(), divisor);
}

uint32_t RandomInstruction::memory() {
    const uint32_t size = below(3);
    uint32_t address = below(2) == 0 ? roles_.base : roles_.short_base;
    int32_t offset = between(-2048, 2044);
    const uint32_t where = below(16);
    if (where == 0) {  // the save page, but for the handler's part
        address = 0;
        offset = between(-1536, -4);
    } else if (where == 1) {  // nothing there
        address = 0;
        offset = between(0, 2047);
    }
    if (below(12) != 0) offset = static_cast<int32_t>(static_cast<uint32_t>(offset) & ~((1U << size) - 1));
    switch (below(8)) {
        case 0: return i_type(0x03, 4 + (size & 1), destination(), address, size == 0 ? offset : offset & ~1);
        case 1:
        case 2:
        case 3: return i_type(0x03, size, destination(), address, offset);
        default: return s_type(size, source(), address, offset);
    }
}

uint32_t RandomInstruction::compressed() {
    const uint32_t rd = scratch();
    const uint32_t p = short_scratch();
    const uint32_t q = short_source();
    int32_t nonzero = between(-32, 30);
    if (nonzero >= 0) ++nonzero;
    const auto word = [&](int32_t words) { return 4 * between(0, words - 1); };
    switch (below(20)) {
        case 0: return c_addi4spn(p, 4 + word(255));
        case 1: return c_lw(p, roles_.short_base, word(32));
        case 2: return c_sw(q, roles_.short_base, word(32));
        case 3: return c_nop();
        case 4: return c_addi(rd, between(-32, 31));
        case 5: return c_li(rd, between(-32, 31));
        case 6: return c_lui(rd, nonzero);
        case 7: return c_srli(p, between(0, 31));
        case 8: return c_srai(p, between(0, 31));
        case 9: return c_andi(p, between(-32, 31));
        case 10: return c_sub(p, q);
        case 11: return c_xor(p, q);
        case 12: return c_or(p, q);
        case 13: return c_and(p, q);
        case 14: return c_slli(rd, between(0, 31));
        case 15: return c_lwsp(rd, word(64));
        case 16: return c_mv(below(16) == 0 ? 0 : rd, 1 + below(31));
        case 17: return c_add(below(16) == 0 ? 0 : rd, 1 + below(31));
        case 18: return c_swsp(source(), word(64));
        default: return c_li(0, between(-32, 31));  // a hint: does nothing
    }
}

uint32_t RandomInstruction::csr() {
    const auto pick = [this](const std::vector<uint32_t>& numbers) {
        return numbers[below(static_cast<uint32_t>(numbers.size()))];
    };
    const auto operation = [this] { return below(2) == 0 ? 1 + below(3) : 5 + below(3); };
    switch (below(10)) {
        case 0: return csr_type(operation(), destination(), pick(kUnknownCsrs), below(32));
        case 1: return csrrs(destination(), pick(kConstantCsrs), 0);
        case 2: return csrrw(destination(), pick(kReadOnlyCsrs), source());
        case 3:
        case 4:
        case 5:
            if (timing_visible_) return csr_type(2 + below(2), destination(), pick(kVolatileCsrs), 0);
            break;
        case 6: return csr_type(operation(), 0, pick(kTrapCsrs), below(32));
        case 7:
            if (timing_visible_)
                return csrrw(destination(), (below(2) == 0 ? 0xb00 : 0xb02) + 0x80 * below(2), source());
            break;
        default: break;
    }
    return csr_type(operation(), destination(), pick(kPlainCsrs), below(32));
}

const std::vector<uint32_t>& RandomInstruction::illegal() {
    static const std::vector<uint32_t> kIllegal{
        0xffffffff, 0x0000007f, 0x0000001f, 0x100522af, 0x00a5f553, 0x00002007, 0x02009013, 0x4000d013 | 1U << 25,
        0xfe000033, 0x40001033, 0x00003003, 0x00007003, 0x00003023, 0x00002063, 0x00001067, 0x00004073,
        0x10200073, 0x00200073, 0x12000073, 0x0000200f, 0x0000005b, 0x0000,     0x4002,     0x8002,
        0x6101,     0x6281,     0x2000,     0x6000,     0x8000,     0xa000,     0xe000,     0x1282,
        0x9081,     0x9481,     0x9c01,     0x9c21,     0x2002,     0x6002,     0xa002,     0xe002};
    return kIllegal;
}

uint32_t RandomInstruction::system() {
    switch (below(8)) {
        case 0: return ecall();
        case 1: return ebreak();
        case 2: return c_ebreak();
        case 3: return fence();
        case 4: return fence_i();
        default: return illegal()[below(static_cast<uint32_t>(illegal().size()))];
    }
}

}  // namespace sky::test::rv32
