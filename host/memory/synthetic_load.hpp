#pragma once

#include <string>

#include "host/memory/random.hpp"
#include "host/memory/word_requests.hpp"

namespace sky::memory {

/// An endless stream of reads and writes of whole lines at uniformly random addresses, the written data uniformly
/// random. The same seed gives the same stream.
///
/// Word-based, a line is 64 bytes: neighbouring segments of one track. Bit-interleaved, it is one segment at one
/// site of a row: tracks_per_row / 8 bytes. A permutation write (pw, pw_fnw) takes one segment at a time: with it
/// the write of a line is one request per word, in ascending order.
class SyntheticLoad {
   public:
    static constexpr uint32_t kLineBytes = 64;
    static constexpr uint32_t kHalf = 50;

    /// Empty when tracks of this geometry hold whole lines, else what does not fit.
    [[nodiscard]] static std::string problem(const Geometry& geometry);

    /// `geometry` has no problem(). Of the lines, `write_percent` (0 to 100) in a hundred are written.
    SyntheticLoad(const Geometry& geometry, WriteAlg write_alg, uint64_t seed, uint32_t write_percent = kHalf);

    void next(TraceRecord& record);

   private:
    void next_line(TraceRecord& record);

    Geometry geometry_;
    WriteAlg write_alg_;
    Random random_;
    uint64_t write_below_;  // of 2^32
    uint32_t segments_per_line_;
    uint32_t lines_per_row_;  // at one site
    uint64_t first_line_;     // its segments
    uint32_t beats_per_line_;
    WordRequests words_;
};

}  // namespace sky::memory
