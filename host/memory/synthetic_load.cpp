#include "host/memory/synthetic_load.hpp"

#include <fmt/format.h>

namespace sky::memory {

std::string SyntheticLoad::problem(const Geometry& geometry) {
    const uint32_t line_bits = 8 * kLineBytes;
    if (line_bits % geometry.sites_per_segment == 0 && geometry.segments >= line_bits / geometry.sites_per_segment)
        return {};
    return fmt::format("a track of {} segments of {} sites does not hold whole lines of {} bytes", geometry.segments,
                       geometry.sites_per_segment, kLineBytes);
}

SyntheticLoad::SyntheticLoad(const Geometry& geometry, WriteAlg write_alg, uint64_t seed)
    : geometry_(geometry),
      write_alg_(write_alg),
      random_(seed),
      words_per_line_(8 * kLineBytes / geometry.sites_per_segment),
      lines_per_track_(geometry.segments / words_per_line_) {}

void SyntheticLoad::next(TraceRecord& record) {
    const bool write = random_.next() >> 63 != 0;
    const uint64_t row = random_.below(geometry_.tracks);
    const uint64_t line = random_.below(lines_per_track_);
    const uint64_t words = words_per_line_ == 64 ? ~uint64_t{0} : (uint64_t{1} << words_per_line_) - 1;
    record.command = {.op = write ? Op::kWrite : Op::kRead,
                      .write_alg = write ? write_alg_ : WriteAlg::kNaive,
                      .row = static_cast<uint32_t>(row),
                      .seg_mask = words << (line * words_per_line_)};
    record.data.resize(write ? words_per_line_ : 0);
    for (uint64_t& word : record.data) word = random_.next() & geometry_.word_mask();
}

}  // namespace sky::memory
