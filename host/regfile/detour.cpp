#include "host/regfile/detour.hpp"

#include <fmt/format.h>

#include "host/regfile/assemble.hpp"
#include "sysc/model/rv32/decode.hpp"

namespace sky::regfile {

namespace {

using model::rv32::Insn;
using model::rv32::Op;

constexpr uint32_t kRoom = 4;       // bytes of a jal
constexpr uint32_t kFarAhead = 16;  // instructions behind a lui that may complete its constant

uint32_t bits_at(const Code& code, uint64_t pc) {
    const uint32_t length = code.at(pc)->length;
    const auto bytes = code.bytes(pc, pc + length);
    uint32_t bits = 0;
    for (uint32_t i = 0; i < length; ++i) bits |= uint32_t{(*bytes)[i]} << (8 * i);
    return bits;
}

/// Writes the detour, instruction by instruction.
class Writer {
   public:
    explicit Writer(uint32_t at) : at_(at) {}

    /// `bits` as they stand at `pc`.
    Status move(uint32_t bits, uint32_t pc) {
        const Insn insn = model::rv32::decode(bits);
        const uint32_t target = pc + static_cast<uint32_t>(insn.imm);
        const uint32_t next = pc + insn.length;
        if (model::rv32::is_branch(insn.op)) {
            // The opposite condition passes over a jump.
            const auto condition = static_cast<uint32_t>(insn.op) - static_cast<uint32_t>(Op::kBeq);
            constexpr std::array<uint32_t, 6> kOpposite{1, 0, 5, 4, 7, 6};
            emit(assemble::branch(kOpposite[condition], insn.rs1, insn.rs2, 8));
            return jump(target);
        }
        switch (insn.op) {
            case Op::kAuipc: constant(insn.rd, target); return {};
            case Op::kJal:
                if (insn.rd != 0) constant(insn.rd, next);
                return jump(target);
            case Op::kJalr:
                if (insn.rd == 0) break;
                if (insn.rd == insn.rs1) return Status::error("the call there goes by the register that it writes");
                constant(insn.rd, next);
                emit(assemble::jalr(0, insn.rs1, insn.imm));
                return {};
            case Op::kEcall:
            case Op::kEbreak:
            case Op::kIllegal:
            case Op::kFetchFault: return Status::error("a trap there tells its address");
            default: break;
        }
        code_.push_back(static_cast<uint16_t>(bits));
        if (insn.length == 4) code_.push_back(static_cast<uint16_t>(bits >> 16));
        return {};
    }
    Status jump(uint32_t target) {
        const int64_t distance = int64_t{target} - here();
        if (distance < -kJumpReach || distance >= kJumpReach)
            return Status::error(fmt::format("{:#010x} is out of reach of a jump", target));
        emit(assemble::jal(0, static_cast<int32_t>(distance)));
        return {};
    }
    [[nodiscard]] std::vector<uint16_t>& code() { return code_; }

   private:
    [[nodiscard]] uint32_t here() const { return at_ + 2 * static_cast<uint32_t>(code_.size()); }
    void emit(uint32_t word) {
        code_.push_back(static_cast<uint16_t>(word));
        code_.push_back(static_cast<uint16_t>(word >> 16));
    }
    void constant(uint32_t rd, uint32_t value) {
        std::vector<uint32_t> words;
        assemble::load_constant(words, rd, value);
        for (const uint32_t word : words) emit(word);
    }

    uint32_t at_;
    std::vector<uint16_t> code_;
};

}  // namespace

JumpTargets::JumpTargets(const ElfFile& elf, const Code& code, std::span<const uint64_t> starts) {
    targets_.insert(elf.entry());
    for (const ElfFile::Function& function : elf.functions()) targets_.insert(function.address);
    std::vector<uint64_t> all(targets_.begin(), targets_.end());
    all.insert(all.end(), starts.begin(), starts.end());
    const std::vector<uint64_t> reached = code.reachable(all);
    reached_ = {reached.begin(), reached.end()};
    add_flow(code);
    add_constants(elf, code);
}

void JumpTargets::add_flow(const Code& code) {
    for (const uint64_t pc : reached_) {
        const Operation operation = *code.at(pc);
        if (operation.flow == Flow::kBranch || operation.flow == Flow::kJump) targets_.insert(operation.target);
        const bool calls = operation.writes && (operation.flow == Flow::kJump || operation.flow == Flow::kIndirect);
        if (calls || operation.flow == Flow::kTrap) targets_.insert(pc + operation.length);
    }
}

void JumpTargets::add_constants(const ElfFile& elf, const Code& code) {
    for (const ElfFile::Segment& segment : elf.segments())
        for (size_t i = 0; i + 4 <= segment.bytes.size(); i += 2) {
            const uint32_t word = word_at(segment.bytes, i);
            if (reached_.contains(word)) written_.insert(word);
        }
    for (const uint64_t pc : reached_) {
        const Insn upper = model::rv32::decode(bits_at(code, pc));
        if (upper.op != Op::kLui && upper.op != Op::kAuipc) continue;
        const uint32_t base =
            static_cast<uint32_t>(upper.imm) + (upper.op == Op::kAuipc ? static_cast<uint32_t>(pc) : 0);
        uint64_t at = pc + upper.length;
        bool itself = false;  // used as it is
        bool lost = false;
        for (uint32_t i = 0; i < kFarAhead && !lost && reached_.contains(at); ++i) {
            const Insn insn = model::rv32::decode(bits_at(code, at));
            const bool adds = insn.op == Op::kAddi || insn.op == Op::kJalr || model::rv32::is_load(insn.op) ||
                              model::rv32::is_store(insn.op);
            if (adds && insn.rs1 == upper.rd) written_.insert(base + static_cast<uint32_t>(insn.imm));
            itself = itself || insn.rs2 == upper.rd || (!adds && insn.rs1 == upper.rd);
            lost = insn.rd == upper.rd;
            at += insn.length;
        }
        if (itself || !lost) written_.insert(base);
    }
}

Result<Detour> make_detour(const Code& code, const JumpTargets& targets, uint64_t pc, uint32_t at) {
    Detour detour;
    Writer writer(at);
    bool falls_through = true;
    while (detour.bytes < kRoom) {
        const uint64_t here = pc + detour.bytes;
        const std::optional<Operation> operation = code.at(here);
        if (!operation) return Status::error(fmt::format("{:#010x} is no instruction", here));
        if (!falls_through) return Status::error("the block is too short for a jump");
        if (Status status = writer.move(bits_at(code, here), static_cast<uint32_t>(here)); !status.ok())
            return status;
        falls_through = operation->falls_through();
        for (uint64_t inner = here; inner < here + operation->length; inner += 2) {
            if (inner == pc) continue;
            if (targets.jumped_to(inner) || (inner != here && targets.reached(inner)))
                return Status::error(fmt::format("{:#010x}, behind it, may be jumped to", inner));
        }
        detour.bytes += operation->length;
    }
    if (falls_through)
        if (Status status = writer.jump(static_cast<uint32_t>(pc) + detour.bytes); !status.ok()) return status;
    detour.code = std::move(writer.code());
    return detour;
}

}  // namespace sky::regfile
