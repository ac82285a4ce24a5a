#pragma once

#include <vector>

#include "host/memory/trace.hpp"

namespace sky::memory {

/// Folds requests made for an array onto one that has fewer segments, S: segment g becomes g modulo S, and the data
/// of a WRITE follow their segments.
class SegmentFold {
   public:
    explicit SegmentFold(const Geometry& onto)
        : segments_(onto.segments), mask_(onto.segment_mask()), beats_(onto.beats_per_segment()) {}

    /// False, and the request as it was, when two of its segments would become the same one.
    [[nodiscard]] bool apply(TraceRecord& record);

   private:
    void reorder(TraceRecord& record, uint64_t folded);

    uint32_t segments_;
    uint64_t mask_;
    uint32_t beats_;
    std::vector<uint64_t> data_;
};

}  // namespace sky::memory
