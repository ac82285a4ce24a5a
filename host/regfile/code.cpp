#include "host/regfile/code.hpp"

#include "sysc/model/rv32/decode.hpp"

namespace sky::regfile {

namespace {

using model::rv32::Insn;
using model::rv32::Op;

Flow flow_of(Op op) {
    if (model::rv32::is_branch(op)) return Flow::kBranch;
    switch (op) {
        case Op::kJal: return Flow::kJump;
        case Op::kJalr:
        case Op::kMret: return Flow::kIndirect;
        case Op::kEcall:
        case Op::kEbreak:
        case Op::kIllegal:
        case Op::kFetchFault: return Flow::kTrap;
        default: return Flow::kNext;
    }
}

uint32_t halfword(const std::vector<uint8_t>& bytes, size_t offset) {
    return bytes[offset] | uint32_t{bytes[offset + 1]} << 8;
}

}  // namespace

Operation operation_of(uint32_t bits, uint64_t pc) {
    const Insn insn = model::rv32::decode(bits);
    Operation out{.length = insn.length, .flow = flow_of(insn.op)};
    if (out.flow == Flow::kBranch || out.flow == Flow::kJump)
        out.target = static_cast<uint32_t>(pc) + static_cast<uint32_t>(insn.imm);
    if (insn.rs1 != 0) out.accesses[out.reads++] = insn.rs1;
    if (insn.rs2 != 0 && insn.rs2 != insn.rs1) out.accesses[out.reads++] = insn.rs2;
    out.writes = insn.rd != 0;
    if (out.writes) out.accesses[out.reads] = insn.rd;
    return out;
}

Code::Code(const ElfFile& elf) : entry_(elf.entry()) {
    for (const ElfFile::Segment& segment : elf.segments())
        if (segment.executable) parts_.push_back({.address = segment.address, .bytes = segment.bytes});
}

Code::Code(const LinuxFile& file) : width_(64), entry_(file.entry()) {
    for (const LinuxFile::Segment& segment : file.segments())
        if (segment.executable) parts_.push_back({.address = segment.address, .bytes = segment.bytes});
}

const Code::Part* Code::part_with(uint64_t pc) const {
    for (const Part& part : parts_)
        if (pc >= part.address && pc - part.address < part.bytes.size()) return &part;
    return nullptr;
}

std::optional<Operation> Code::at(uint64_t pc) const {
    const Part* const part = part_with(pc);
    if (part == nullptr || pc % 2 != 0) return std::nullopt;
    const size_t offset = pc - part->address;
    if (part->bytes.size() - offset < 2) return std::nullopt;
    uint32_t bits = halfword(part->bytes, offset);
    if ((bits & 3) == 3) {
        if (part->bytes.size() - offset < 4) return std::nullopt;
        bits |= halfword(part->bytes, offset + 2) << 16;
    }
    return width_ == 32 ? operation_of(bits, pc) : operation_of_rv64(bits, pc);
}

std::vector<uint64_t> Code::reachable(std::span<const uint64_t> starts) const {
    std::set<uint64_t> found;
    for (const uint64_t start : starts) reach(start, found);
    return {found.begin(), found.end()};
}

void Code::reach(uint64_t start, std::set<uint64_t>& found) const {
    std::vector<uint64_t> waiting{start};
    while (!waiting.empty()) {
        const uint64_t pc = waiting.back();
        waiting.pop_back();
        const std::optional<Operation> operation = at(pc);
        if (!operation || !found.insert(pc).second) continue;
        const Flow flow = operation->flow;
        const bool returns = operation->writes || flow == Flow::kTrap;
        if (operation->falls_through() || returns) waiting.push_back(pc + operation->length);
        if (flow == Flow::kBranch || flow == Flow::kJump) waiting.push_back(operation->target);
    }
}

std::optional<std::span<const uint8_t>> Code::bytes(uint64_t from, uint64_t to) const {
    const Part* const part = part_with(from);
    if (part == nullptr || to < from || to - part->address > part->bytes.size()) return std::nullopt;
    return std::span(part->bytes).subspan(from - part->address, to - from);
}

}  // namespace sky::regfile
