#include "host/memory/synthetic_load.hpp"

#include <fmt/format.h>

namespace sky::memory {

std::string SyntheticLoad::problem(const Geometry& geometry) {
    if (geometry.mapping() == Mapping::kBit) return {};
    const uint32_t line_bits = 8 * kLineBytes;
    if (line_bits % geometry.sites_per_segment == 0 && geometry.segments >= line_bits / geometry.sites_per_segment)
        return {};
    return fmt::format("a track of {} segments of {} sites does not hold whole lines of {} bytes", geometry.segments,
                       geometry.sites_per_segment, kLineBytes);
}

SyntheticLoad::SyntheticLoad(const Geometry& geometry, WriteAlg write_alg, uint64_t seed, uint32_t write_percent)
    : geometry_(geometry),
      write_alg_(write_alg),
      random_(seed),
      write_below_((uint64_t{write_percent} << 32) / 100),
      segments_per_line_(geometry.mapping() == Mapping::kBit ? 1 : 8 * kLineBytes / geometry.sites_per_segment),
      lines_per_row_(geometry.segments / segments_per_line_),
      first_line_(segments_per_line_ == 64 ? ~uint64_t{0} : (uint64_t{1} << segments_per_line_) - 1),
      beats_per_line_(segments_per_line_ * geometry.beats_per_segment()) {}

void SyntheticLoad::next(TraceRecord& record) {
    if (words_.next(record)) return;
    next_line(record);
    if (record.command.op == Op::kWrite && WordRequests::needed(write_alg_)) {
        words_.split(record);
        words_.next(record);
    }
}

void SyntheticLoad::next_line(TraceRecord& record) {
    Random random = random_;  // in a register, which no word written below can change
    const bool write = ~random.next() >> 32 < write_below_;
    const uint64_t row = random.below(geometry_.rows());
    const uint64_t site = geometry_.mapping() == Mapping::kBit ? random.below(geometry_.sites_per_segment) : 0;
    const uint64_t line = random.below(lines_per_row_);
    record.command = {.op = write ? Op::kWrite : Op::kRead,
                      .write_alg = write ? write_alg_ : WriteAlg::kNaive,
                      .site = static_cast<uint8_t>(site),
                      .row = static_cast<uint32_t>(row),
                      .seg_mask = first_line_ << (line * segments_per_line_)};
    record.data.resize(write ? beats_per_line_ : 0);
    const uint64_t word_mask = geometry_.word_mask();
    for (uint64_t& word : record.data) word = random.next() & word_mask;
    random_ = random;
}

}  // namespace sky::memory
