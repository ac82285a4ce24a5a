#pragma once

#include "host/memory/trace.hpp"

namespace sky::memory {

/// Cuts a word-based write of several segments into one write per segment, ascending, as a permutation write needs.
class WordRequests {
   public:
    /// Whether the algorithm writes one segment at a time.
    [[nodiscard]] static bool needed(WriteAlg alg) { return alg == WriteAlg::kPw || alg == WriteAlg::kPwFnw; }

    /// Takes a WRITE; next() hands out its parts.
    void split(const TraceRecord& write);
    /// The next part; false when there is none left.
    bool next(TraceRecord& record);

   private:
    TraceRecord whole_;
    uint64_t left_ = 0;  // segments still to hand out
    size_t word_ = 0;
};

}  // namespace sky::memory
