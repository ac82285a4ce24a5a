#include "sysc/model/rv32/ram.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "sysc/model/rv32/decode.hpp"

namespace sky::model::rv32 {

namespace {

constexpr uint32_t kBehindTheEnd = 2;  // halfwords: an instruction of 32 bits in the last one runs past it

Insn fetch_fault(int32_t half) {
    return {.op = Op::kFetchFault, .imm = half, .length = static_cast<uint8_t>(half + 2)};
}

Insn* allocate_code(uint32_t bytes) {
    auto* const code = static_cast<Insn*>(std::calloc(bytes / 2 + kBehindTheEnd, sizeof(Insn)));
    if (code == nullptr) throw std::bad_alloc();
    return code;
}

}  // namespace

Ram::Ram(uint32_t bytes)
    : size_(bytes), bytes_(bytes), lines_(bytes >> kLineBits), code_(allocate_code(bytes)), outside_(fetch_fault(0)) {
    if (bytes == 0 || bytes % (1U << kLineBits) != 0 || bytes > 0x70000000)
        throw std::invalid_argument("a RAM is a multiple of 64 bytes, at most 1.75 GiB");
    std::fill_n(code_.get() + bytes / 2, kBehindTheEnd, fetch_fault(0));
}

const Insn& Ram::decode_at(uint32_t offset) {
    Insn& slot = code_.get()[offset >> 1];
    const uint32_t low = load<uint16_t>(offset);
    const bool wide = (low & 3) == 3;
    if (wide && offset + 2 >= size_) {
        slot = fetch_fault(2);
    } else {
        slot = decode(wide ? low | uint32_t{load<uint16_t>(offset + 2)} << 16 : low);
    }
    lines_[offset >> kLineBits] |= kCode;
    if (wide && offset + 2 < size_) lines_[(offset + 2) >> kLineBits] |= kCode;
    return slot;
}

void Ram::write(uint32_t offset, const uint8_t* bytes, uint32_t count) {
    if (count == 0) return;
    std::memcpy(bytes_.data() + offset, bytes, count);
    const uint32_t last = offset + count - 1;
    for (uint32_t line = offset >> kLineBits; line <= last >> kLineBits; ++line) {
        if ((lines_[line] & kCode) == 0) continue;
        // An instruction that begins in the halfword before may reach into what was written.
        const uint32_t from = std::max(offset, line << kLineBits) >> 1;
        const uint32_t to = std::min(last, ((line + 1) << kLineBits) - 1) >> 1;
        std::fill(code_.get() + (from == 0 ? 0 : from - 1), code_.get() + to + 1, Insn{});
    }
}

}  // namespace sky::model::rv32
