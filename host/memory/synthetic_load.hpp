#pragma once

#include "host/memory/random.hpp"
#include "host/memory/trace.hpp"

namespace sky::memory {

/// An endless stream of reads and writes, half of each, of whole 64-byte lines at uniformly random addresses,
/// the written data uniformly random. The same seed gives the same stream.
class SyntheticLoad {
   public:
    static constexpr uint32_t kLineBytes = 64;

    /// Empty when tracks of this geometry hold whole lines, else what does not fit.
    [[nodiscard]] static std::string problem(const Geometry& geometry);

    /// `geometry` has no problem().
    SyntheticLoad(const Geometry& geometry, WriteAlg write_alg, uint64_t seed);

    void next(TraceRecord& record);

   private:
    Geometry geometry_;
    WriteAlg write_alg_;
    Random random_;
    uint32_t words_per_line_;
    uint32_t lines_per_track_;
};

}  // namespace sky::memory
