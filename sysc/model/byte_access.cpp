#include "sysc/model/byte_access.hpp"

#include <bit>
#include <cstring>

#include "sysc/model/segments.hpp"

namespace sky::model {

ByteAccess ByteAccess::load(const Geometry& geometry, uint64_t address, std::span<std::byte> bytes,
                            std::span<const uint8_t> enables) {
    return {geometry, WriteAlg::kNaive, address, bytes.data(), nullptr, bytes.size(), enables};
}

ByteAccess ByteAccess::store(const Geometry& geometry, WriteAlg alg, uint64_t address,
                             std::span<const std::byte> bytes, std::span<const uint8_t> enables) {
    return {geometry, alg, address, nullptr, bytes.data(), bytes.size(), enables};
}

ByteAccess::ByteAccess(const Geometry& geometry, WriteAlg alg, uint64_t address, std::byte* to, const std::byte* from,
                       uint64_t bytes, std::span<const uint8_t> enables)
    : map_(geometry), alg_(alg), address_(address), to_(to), from_(from), bytes_(bytes), enables_(enables) {
    begin_part(0);
}

/// The first request of the part at `offset`, or of the first one behind it in which a byte is enabled.
void ByteAccess::begin_part(uint64_t offset) {
    for (;; offset = part_.offset + part_.bytes) {
        if (offset >= bytes_) {
            over_ = true;
            return;
        }
        part_ = part_at(map_, address_, bytes_, offset);
        buffer_.resize(static_cast<size_t>(std::popcount(part_.seg_mask)) * map_.segment_bytes());
        if (!enables_.empty()) apply_enables();
        if (part_.seg_mask != 0) break;
    }
    if (from_ != nullptr && part_.partial_mask == 0) {
        begin_write();
        return;
    }
    modifies_ = from_ != nullptr;
    if (modifies_) ++read_modify_writes_;
    data_.clear();
    command_ = {.op = Op::kRead,
                .site = part_.site,
                .row = part_.row,
                .seg_mask = modifies_ ? part_.partial_mask : part_.seg_mask};
}

/// Narrows the part's masks to what is enabled. Its offset, length and skip_bytes stay: the buffer's place.
void ByteAccess::apply_enables() {
    const uint32_t segment_bytes = map_.segment_bytes();
    uint64_t any = 0;
    each_segment(part_.seg_mask, [&](uint32_t segment, uint32_t k) {
        uint32_t count = 0;
        for (uint32_t b = 0; b < segment_bytes; ++b) {
            const uint64_t at = uint64_t{k} * segment_bytes + b;  // from the start of the first segment
            if (at < part_.skip_bytes || at >= part_.skip_bytes + part_.bytes) continue;
            count += enabled(part_.offset + at - part_.skip_bytes) ? 1 : 0;
        }
        const uint64_t bit = uint64_t{1} << segment;
        if (count != 0) any |= bit;
        if (count != segment_bytes) part_.partial_mask |= bit;
    });
    part_.seg_mask = any;
    part_.partial_mask &= any;
}

void ByteAccess::begin_write() {
    modifies_ = false;
    copy_enabled(buffer_.data() + part_.skip_bytes, from_ + part_.offset);
    const uint32_t first_segment = map_.place(address_ + part_.offset).segment;
    const uint32_t word_bytes = map_.word_bytes();
    data_.clear();
    each_segment(part_.seg_mask, [&](uint32_t segment, uint32_t) {
        const std::byte* bytes = buffer_.data() + size_t{segment - first_segment} * map_.segment_bytes();
        for (uint32_t done = 0; done < map_.segment_bytes(); done += word_bytes) {
            uint64_t word = 0;
            for (uint32_t b = 0; b < word_bytes; ++b) word |= std::to_integer<uint64_t>(bytes[done + b]) << (8 * b);
            data_.push_back(word);
        }
    });
    command_ = {
        .op = Op::kWrite, .write_alg = alg_, .site = part_.site, .row = part_.row, .seg_mask = part_.seg_mask};
}

void ByteAccess::finish(const Finished& finished) {
    status_ = finished.status;
    if (status_ != RspStatus::kOk) {
        over_ = true;
        return;
    }
    if (command_.op == Op::kRead) unpack(command_.seg_mask, finished.words);
    if (modifies_) {
        begin_write();
        return;
    }
    if (to_ != nullptr) copy_enabled(to_ + part_.offset, buffer_.data() + part_.skip_bytes);
    begin_part(part_.offset + part_.bytes);
}

/// The answer of a READ into the buffer.
void ByteAccess::unpack(uint64_t seg_mask, std::span<const uint64_t> words) {
    const uint32_t first_segment = map_.place(address_ + part_.offset).segment;
    const uint32_t word_bytes = map_.word_bytes();
    const uint32_t beats = map_.segment_bytes() / word_bytes;
    each_segment(seg_mask, [&](uint32_t segment, uint32_t k) {
        std::byte* bytes = buffer_.data() + size_t{segment - first_segment} * map_.segment_bytes();
        for (const uint64_t word : words.subspan(size_t{k} * beats, beats))
            for (uint32_t b = 0; b < word_bytes; ++b) *bytes++ = static_cast<std::byte>(word >> (8 * b));
    });
}

void ByteAccess::copy_enabled(std::byte* to, const std::byte* from) const {
    if (enables_.empty()) {
        std::memcpy(to, from, part_.bytes);
        return;
    }
    for (uint64_t i = 0; i < part_.bytes; ++i)
        if (enabled(part_.offset + i)) to[i] = from[i];
}

namespace {

RspStatus run(ByteAccess& access, const Execute& execute) {
    while (const Command* command = access.request()) access.finish(execute(*command, access.data()));
    return access.status();
}

}  // namespace

RspStatus load_bytes(const Geometry& geometry, const Execute& execute, uint64_t address, std::span<std::byte> bytes,
                     std::span<const uint8_t> enables) {
    ByteAccess access = ByteAccess::load(geometry, address, bytes, enables);
    return run(access, execute);
}

RspStatus store_bytes(const Geometry& geometry, const Execute& execute, WriteAlg alg, uint64_t address,
                      std::span<const std::byte> bytes, uint64_t& read_modify_writes,
                      std::span<const uint8_t> enables) {
    ByteAccess access = ByteAccess::store(geometry, alg, address, bytes, enables);
    const RspStatus status = run(access, execute);
    read_modify_writes += access.read_modify_writes();
    return status;
}

}  // namespace sky::model
