#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "sysc/model/rv32/isa.hpp"

namespace sky::model::rv32 {

/// Memory that instructions can be fetched from, and with it every instruction that was, decoded. What is stored
/// takes effect on the next fetch.
class Ram {
   public:
    static constexpr uint32_t kBase = 0x80000000;
    /// Code is kept track of in lines: a store into one that holds none is done at once.
    static constexpr uint32_t kLineBits = 6;

    /// A multiple of 64 bytes.
    explicit Ram(uint32_t bytes);

    [[nodiscard]] uint32_t size() const { return size_; }
    [[nodiscard]] bool contains(uint32_t address, uint32_t bytes) const {
        const uint32_t offset = address - kBase;
        return offset < size_ && bytes <= size_ - offset;
    }

    /// Little endian; `offset` from the base, aligned and inside.
    template <typename Word>
    [[nodiscard]] Word load(uint32_t offset) const {
        Word word;
        std::memcpy(&word, bytes_.data() + offset, sizeof word);
        return word;
    }
    /// Whether a store there is a plain one: no code, nothing watched.
    [[nodiscard]] bool plain(uint32_t offset) const { return lines_[offset >> kLineBits] == 0; }
    /// Only where plain().
    template <typename Word>
    void store(uint32_t offset, Word word) {
        std::memcpy(bytes_.data() + offset, &word, sizeof word);
    }

    /// Anywhere inside; forgets what was decoded there.
    void write(uint32_t offset, const uint8_t* bytes, uint32_t count);
    void read(uint32_t offset, uint8_t* bytes, uint32_t count) const {
        std::memcpy(bytes, bytes_.data() + offset, count);
    }
    /// Stores into this line are never plain.
    void watch(uint32_t offset) { lines_[offset >> kLineBits] |= kWatched; }

    /// The instruction at an even address, wherever that is.
    [[nodiscard]] const Insn& fetch(uint32_t address) {
        const uint32_t offset = address - kBase;
        if (offset >= size_) return outside_;
        const Insn& insn = code_.get()[offset >> 1];
        return insn.op != Op::kUndecoded ? insn : decode_at(offset);
    }
    /// What is decoded, by halfwords from the base on, Op::kUndecoded where nothing is; a fetch fault behind the end.
    [[nodiscard]] const Insn* code() const { return code_.get(); }

   private:
    static constexpr uint8_t kCode = 1;
    static constexpr uint8_t kWatched = 2;
    struct Free {
        void operator()(Insn* code) const { std::free(code); }
    };

    const Insn& decode_at(uint32_t offset);

    uint32_t size_;
    std::vector<uint8_t> bytes_;
    std::vector<uint8_t> lines_;
    std::unique_ptr<Insn, Free> code_;  // zeroes of the system: pages without code are never touched
    Insn outside_;
};

}  // namespace sky::model::rv32
