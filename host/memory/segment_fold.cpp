#include "host/memory/segment_fold.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "sysc/model/segments.hpp"

namespace sky::memory {

bool SegmentFold::apply(TraceRecord& record) {
    if ((record.command.seg_mask & ~mask_) == 0) return true;
    if (record.command.op == Op::kBarrier) return true;  // its mask names nothing
    uint64_t folded = 0;
    bool twice = false;
    model::each_segment(record.command.seg_mask, [&](uint32_t segment, uint32_t) {
        const uint64_t bit = uint64_t{1} << (segment % segments_);
        twice = twice || (folded & bit) != 0;
        folded |= bit;
    });
    if (twice) return false;
    if (record.command.op == Op::kWrite) reorder(record, folded);
    record.command.seg_mask = folded;
    return true;
}

/// Data come by ascending segments, which are others now.
void SegmentFold::reorder(TraceRecord& record, uint64_t folded) {
    data_.resize(record.data.size());
    model::each_segment(record.command.seg_mask, [&](uint32_t segment, uint32_t k) {
        const uint64_t below = (uint64_t{1} << (segment % segments_)) - 1;
        const auto to = static_cast<uint32_t>(std::popcount(folded & below));
        std::copy_n(record.data.begin() + std::ptrdiff_t{k} * beats_, beats_,
                    data_.begin() + std::ptrdiff_t{to} * beats_);
    });
    std::swap(record.data, data_);
}

}  // namespace sky::memory
