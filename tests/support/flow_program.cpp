#include "tests/support/flow_program.hpp"

#include <cstring>
#include <initializer_list>
#include <random>

namespace sky::test {

namespace {

constexpr uint32_t kLink = 1;
constexpr uint32_t kStack = 2;
constexpr uint32_t kFirstData = 5;  // registers 5 to 27 hold random data
constexpr uint32_t kLastData = 27;
constexpr uint32_t kOuter = 28;  // loop counters
constexpr uint32_t kInner = 29;
constexpr uint32_t kPointer = 30;
constexpr uint32_t kDevice = 31;
constexpr int32_t kFrame = 64;
constexpr uint32_t kLinuxBase = 0x10000;
constexpr int32_t kExitCall = 93;

uint32_t part(int32_t value, uint32_t high, uint32_t low, uint32_t to) {
    return ((static_cast<uint32_t>(value) >> low) & ((1U << (high - low + 1)) - 1)) << to;
}

class Generator {
   public:
    Generator(uint64_t seed, bool linux) : random_(seed), linux_(linux) {
        if (linux) program_.base = kLinuxBase;
    }

    FlowProgram make() {
        const uint32_t functions = 1 + pick(4);
        for (uint32_t i = 0; i < functions; ++i) function();
        program_.entry = pc();
        if (!linux_) lui(kStack, FlowProgram::kBase + 0x100000);
        for (uint32_t reg = kFirstData; reg <= kLastData; ++reg) lui(reg, pick(0x100000) << 12);
        const uint32_t items = 2 + pick(6);
        for (uint32_t i = 0; i < items; ++i) item(2);
        program_.exit_code = pick(100);
        if (linux_) return ended_by_call();
        lui(kDevice, 0x10000000);
        imm(0x13, 0, 10, 0, static_cast<int32_t>(program_.exit_code));
        emit(store_bits(10, kDevice, 4));
        reg_op(0, 0, 5, 6, 7);
        return program_;
    }

    FlowProgram make_big(uint64_t instructions, uint32_t rounds) {
        constexpr uint32_t kCalled = 8;  // by the others: calls are two deep at most
        std::vector<uint32_t> all;
        while (program_.code.size() < 2 * instructions) {
            const uint32_t at = pc();
            function();
            all.push_back(at);
            if (functions_.size() > kCalled) functions_.pop_back();
        }
        program_.entry = pc();
        lui(kStack, FlowProgram::kBase + 0x700000);
        lui(kOuter, (rounds + 0x800) & 0xfffff000);
        imm(0x13, 0, kOuter, kOuter, static_cast<int32_t>(rounds << 20) >> 20);
        const size_t top = program_.code.size();
        for (const uint32_t target : all) {
            lui(kPointer, target + 0x800);
            imm(0x67, 0, kLink, kPointer, static_cast<int32_t>(target << 20) >> 20);
        }
        imm(0x13, 0, kOuter, kOuter, -1);
        emit(branch_bits(0, kOuter, 0, 8));
        emit(jump_bits(0, -from(top)));
        lui(kDevice, 0x10000000);
        emit(store_bits(0, kDevice, 4));
        reg_op(0, 0, 5, 6, 7);
        return program_;
    }

   private:
    FlowProgram ended_by_call() {
        imm(0x13, 0, 10, 0, static_cast<int32_t>(program_.exit_code));
        imm(0x13, 0, 17, 0, kExitCall);
        emit(0x73);
        return program_;
    }

    uint32_t pick(uint32_t below) { return static_cast<uint32_t>(random_() % below); }
    uint32_t data() { return kFirstData + pick(kLastData - kFirstData + 1); }
    [[nodiscard]] uint32_t pc() const { return program_.base + 2 * static_cast<uint32_t>(program_.code.size()); }

    void emit(uint32_t bits) {
        program_.code.push_back(static_cast<uint16_t>(bits));
        program_.code.push_back(static_cast<uint16_t>(bits >> 16));
    }
    void imm(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t value) {
        emit(part(value, 11, 0, 20) | rs1 << 15 | funct3 << 12 | rd << 7 | opcode);
    }
    void reg_op(uint32_t funct7, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t rs2) {
        emit(funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33);
    }
    void lui(uint32_t rd, uint32_t value) { emit((value & 0xfffff000) | rd << 7 | 0x37); }
    static uint32_t store_bits(uint32_t rs2, uint32_t rs1, int32_t offset) {
        return part(offset, 11, 5, 25) | rs2 << 20 | rs1 << 15 | 2 << 12 | part(offset, 4, 0, 7) | 0x23;
    }
    static uint32_t branch_bits(uint32_t funct3, uint32_t rs1, uint32_t rs2, int32_t offset) {
        return part(offset, 12, 12, 31) | part(offset, 10, 5, 25) | rs2 << 20 | rs1 << 15 | funct3 << 12 |
               part(offset, 4, 1, 8) | part(offset, 11, 11, 7) | 0x63;
    }
    static uint32_t jump_bits(uint32_t rd, int32_t offset) {
        return part(offset, 20, 20, 31) | part(offset, 10, 1, 21) | part(offset, 11, 11, 20) |
               part(offset, 19, 12, 12) | rd << 7 | 0x6f;
    }
    void patch(size_t at, uint32_t bits) {
        program_.code[at] = static_cast<uint16_t>(bits);
        program_.code[at + 1] = static_cast<uint16_t>(bits >> 16);
    }
    [[nodiscard]] int32_t from(size_t at) const { return 2 * static_cast<int32_t>(program_.code.size() - at); }

    void compute() {
        switch (pick(8)) {
            case 0: imm(0x13, pick(2) == 0 ? 0 : 4, data(), data(), static_cast<int32_t>(pick(4096)) - 2048); break;
            case 1:
                program_.code.push_back(0x8002 | static_cast<uint16_t>(data() << 7 | data() << 2));
                break;  // c.mv
            case 2: emit(store_bits(data(), kStack, 4 * static_cast<int32_t>(pick(8)))); break;
            case 3: imm(0x03, 2, data(), kStack, 4 * static_cast<int32_t>(pick(8))); break;
            case 4: reg_op(1, pick(4), data(), data(), data()); break;
            case 5: reg_op(0, 0, 0, data(), data()); break;  // writes nothing
            default: reg_op(0, pick(8), data(), data(), data()); break;
        }
    }

    void item(uint32_t loops) {
        switch (pick(7)) {
            case 0: skip(loops); break;
            case 1:
                if (loops > 0) loop(loops);
                break;
            case 2: call(); break;
            case 3: emit(jump_bits(0, 4)); break;       // a block of its own, without accesses
            case 4: program_.code.push_back(1); break;  // c.nop
            default:
                for (uint32_t i = 1 + pick(6); i > 0; --i) compute();
        }
    }

    /// A branch over some items, or past the other ones.
    void skip(uint32_t loops) {
        const size_t branch = program_.code.size();
        constexpr uint32_t kConditions[] = {0, 1, 4, 5, 6, 7};
        const uint32_t condition = kConditions[pick(6)];
        const uint32_t a = data();
        const uint32_t b = data();
        emit(0);
        for (uint32_t i = 1 + pick(2); i > 0; --i) item(loops);
        if (pick(2) == 0) {
            patch(branch, branch_bits(condition, a, b, from(branch)));
            return;
        }
        const size_t jump = program_.code.size();
        emit(0);
        patch(branch, branch_bits(condition, a, b, from(branch)));
        item(loops);
        patch(jump, jump_bits(0, from(jump)));
    }

    void loop(uint32_t loops) {
        const uint32_t counter = loops == 2 ? kOuter : kInner;
        imm(0x13, 0, counter, 0, static_cast<int32_t>(1 + pick(6)));
        const size_t top = program_.code.size();
        for (uint32_t i = 1 + pick(3); i > 0; --i) item(loops - 1);
        imm(0x13, 0, counter, counter, -1);
        emit(branch_bits(1, counter, 0, -from(top)));
    }

    /// Of a function before: there is no recursion.
    void call() {
        if (functions_.empty()) return;
        const uint32_t target = functions_[pick(static_cast<uint32_t>(functions_.size()))];
        if (pick(2) == 0) {
            emit(jump_bits(kLink, static_cast<int32_t>(target - pc())));
            return;
        }
        lui(kPointer, target + 0x800);
        imm(0x67, 0, kLink, kPointer, static_cast<int32_t>(target << 20) >> 20);
    }

    void function() {
        const uint32_t at = pc();
        imm(0x13, 0, kStack, kStack, -kFrame);
        const uint32_t saved[] = {kLink, kOuter, kInner};
        for (int32_t i = 0; i < 3; ++i) emit(store_bits(saved[i], kStack, 32 + 4 * i));
        for (uint32_t i = 1 + pick(3); i > 0; --i) item(1);
        for (int32_t i = 0; i < 3; ++i) imm(0x03, 2, saved[i], kStack, 32 + 4 * i);
        imm(0x13, 0, kStack, kStack, kFrame);
        imm(0x67, 0, 0, kLink, 0);
        functions_.push_back(at);
    }

    std::mt19937_64 random_;
    bool linux_;
    FlowProgram program_;
    std::vector<uint32_t> functions_;
};

template <typename Number>
void append(std::string& out, Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
}

}  // namespace

FlowProgram make_flow_program(uint64_t seed) { return Generator(seed, false).make(); }
FlowProgram make_linux_flow_program(uint64_t seed) { return Generator(seed, true).make(); }

FlowProgram make_big_program(uint64_t seed, uint64_t instructions, uint32_t rounds) {
    return Generator(seed, false).make_big(instructions, rounds);
}

std::string elf_of(const FlowProgram& program) { return elf_of(program.code, program.entry); }

std::string elf_of(const std::vector<uint16_t>& code, uint32_t entry) {
    constexpr uint32_t kHeader = 52;
    constexpr uint32_t kProgramHeader = 32;
    const auto bytes = static_cast<uint32_t>(2 * code.size());
    std::string out(
        "\x7f"
        "ELF\x01\x01\x01",
        7);
    out.resize(16);
    for (const uint16_t half : std::initializer_list<uint16_t>{2, 243}) append(out, half);  // executable, RISC-V
    for (const uint32_t word : {1U, entry, kHeader, 0U, 1U}) append(out, word);
    for (const uint16_t half : std::initializer_list<uint16_t>{kHeader, kProgramHeader, 1, 40, 0, 0})
        append(out, half);
    for (const uint32_t word :
         {1U, kHeader + kProgramHeader, FlowProgram::kBase, FlowProgram::kBase, bytes, bytes, 7U, 2U})
        append(out, word);
    for (const uint16_t half : code) append(out, half);
    return out;
}

std::string elf64_of(const FlowProgram& program) {
    constexpr uint64_t kHeader = 64;
    constexpr uint64_t kPage = 0x1000;
    const uint64_t bytes = 2 * program.code.size();
    std::string out(
        "\x7f"
        "ELF\x02\x01\x01",
        7);
    out.resize(16);
    for (const uint16_t half : std::initializer_list<uint16_t>{2, 243}) append(out, half);
    append(out, 1U);
    for (const uint64_t word : std::initializer_list<uint64_t>{program.entry, kHeader, 0}) append(out, word);
    append(out, 1U);  // compressed instructions
    for (const uint16_t half : std::initializer_list<uint16_t>{kHeader, 56, 1, 64, 0, 0}) append(out, half);
    for (const uint32_t word : {1U, 5U}) append(out, word);  // loaded, readable and executable
    for (const uint64_t word : {kPage, uint64_t{program.base}, uint64_t{program.base}, bytes, bytes, kPage})
        append(out, word);
    out.resize(kPage);
    for (const uint16_t half : program.code) append(out, half);
    return out;
}

}  // namespace sky::test
