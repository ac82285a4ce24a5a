#include "sysc/model/byte_access.hpp"

#include <bit>
#include <cstring>
#include <vector>

#include "sysc/model/address_map.hpp"
#include "sysc/model/segments.hpp"

namespace sky::model {

namespace {

/// Words as one run of bytes, little endian, `word_bytes` each.
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

RspStatus load_bytes(const Geometry& geometry, const Execute& execute, uint64_t address, std::span<std::byte> bytes) {
    const uint32_t word_bytes = WordAddressMap(geometry).word_bytes();
    std::vector<std::byte> buffer;
    for (const TrackAccess& part : split_access(geometry, address, bytes.size())) {
        const Finished& done = execute({.op = Op::kRead, .row = part.row, .seg_mask = part.seg_mask}, {});
        if (done.status != RspStatus::kOk) return done.status;
        buffer.resize(done.words.size() * word_bytes);
        unpack(done.words, word_bytes, buffer.data());
        std::memcpy(bytes.data() + part.offset, buffer.data() + part.skip_bytes, part.bytes);
    }
    return RspStatus::kOk;
}

RspStatus store_bytes(const Geometry& geometry, const Execute& execute, WriteAlg alg, uint64_t address,
                      std::span<const std::byte> bytes, uint64_t& read_modify_writes) {
    const uint32_t word_bytes = WordAddressMap(geometry).word_bytes();
    std::vector<std::byte> buffer;
    for (const TrackAccess& part : split_access(geometry, address, bytes.size())) {
        buffer.assign(static_cast<size_t>(std::popcount(part.seg_mask)) * word_bytes, std::byte{0});
        if (part.partial_mask != 0) {
            ++read_modify_writes;
            const Finished& old = execute({.op = Op::kRead, .row = part.row, .seg_mask = part.partial_mask}, {});
            if (old.status != RspStatus::kOk) return old.status;
            // Partly covered words are the first, the last, or both.
            const auto first_segment = static_cast<uint32_t>(std::countr_zero(part.seg_mask));
            each_segment(part.partial_mask, [&](uint32_t segment, uint32_t k) {
                const size_t word = segment - first_segment;
                unpack({&old.words[k], 1}, word_bytes, buffer.data() + word * word_bytes);
            });
        }
        std::memcpy(buffer.data() + part.skip_bytes, bytes.data() + part.offset, part.bytes);
        const Finished& done =
            execute({.op = Op::kWrite, .write_alg = alg, .row = part.row, .seg_mask = part.seg_mask},
                    pack(buffer, word_bytes));
        if (done.status != RspStatus::kOk) return done.status;
    }
    return RspStatus::kOk;
}

}  // namespace sky::model
