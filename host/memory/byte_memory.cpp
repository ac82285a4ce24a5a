#include "host/memory/byte_memory.hpp"

#include <fmt/format.h>

#include <cstring>

#include "sysc/model/address_map.hpp"

namespace sky::memory {

namespace {

/// The words of a track access as one run of bytes, little endian, `word_bytes` each.
void unpack(std::span<const uint64_t> words, uint32_t word_bytes, std::byte* bytes) {
    for (const uint64_t word : words)
        for (uint32_t b = 0; b < word_bytes; ++b) *bytes++ = static_cast<std::byte>(word >> (8 * b));
}

std::vector<uint64_t> pack(std::span<const std::byte> bytes, uint32_t word_bytes) {
    std::vector<uint64_t> words(bytes.size() / word_bytes);
    for (size_t i = 0; i < bytes.size(); ++i)
        words[i / word_bytes] |= std::to_integer<uint64_t>(bytes[i]) << (8 * (i % word_bytes));
    return words;
}

}  // namespace

uint64_t ByteMemory::capacity_bytes() const { return model::WordAddressMap(session_->geometry()).capacity_bytes(); }

Status ByteMemory::check(uint64_t address, uint64_t bytes) const {
    if (!model::WordAddressMap::fits(session_->geometry()))
        return Status::error(
            fmt::format("byte addresses need words of whole bytes; sites_per_segment is {}: choose a multiple of 8",
                        session_->geometry().sites_per_segment));
    if (!model::in_range(session_->geometry(), address, bytes))
        return Status::error(
            fmt::format("address {:#x} with {} bytes is past the end of the memory ({:#x} bytes): use a smaller "
                        "address or more tracks",
                        address, bytes, capacity_bytes()));
    return {};
}

Status ByteMemory::load(uint64_t address, std::span<std::byte> bytes) {
    if (Status status = check(address, bytes.size()); !status.ok()) return status;
    const uint32_t word_bytes = model::WordAddressMap(session_->geometry()).word_bytes();
    std::vector<std::byte> buffer;
    for (const auto& part : model::split_access(session_->geometry(), address, bytes.size())) {
        const Finished& done = session_->execute({.op = Op::kRead, .row = part.row, .seg_mask = part.seg_mask});
        buffer.resize(done.words.size() * word_bytes);
        unpack(done.words, word_bytes, buffer.data());
        std::memcpy(bytes.data() + part.offset, buffer.data() + part.skip_bytes, part.bytes);
    }
    return {};
}

Status ByteMemory::store(uint64_t address, std::span<const std::byte> bytes) {
    if (Status status = check(address, bytes.size()); !status.ok()) return status;
    const uint32_t word_bytes = model::WordAddressMap(session_->geometry()).word_bytes();
    std::vector<std::byte> buffer;
    for (const auto& part : model::split_access(session_->geometry(), address, bytes.size())) {
        const auto words = static_cast<size_t>(std::popcount(part.seg_mask));
        buffer.assign(words * word_bytes, std::byte{0});
        if (part.partial_mask != 0) {
            ++read_modify_writes_;
            const Finished& old =
                session_->execute({.op = Op::kRead, .row = part.row, .seg_mask = part.partial_mask});
            // Partly covered words are the first, the last, or both.
            const int first_segment = std::countr_zero(part.seg_mask);
            size_t k = 0;
            for (uint64_t mask = part.partial_mask; mask != 0; mask &= mask - 1, ++k) {
                const auto word = static_cast<size_t>(std::countr_zero(mask) - first_segment);
                unpack({&old.words[k], 1}, word_bytes, buffer.data() + word * word_bytes);
            }
        }
        std::memcpy(buffer.data() + part.skip_bytes, bytes.data() + part.offset, part.bytes);
        session_->execute({.op = Op::kWrite, .write_alg = alg_, .row = part.row, .seg_mask = part.seg_mask},
                          pack(buffer, word_bytes));
    }
    return {};
}

}  // namespace sky::memory
