#pragma once

#include <bit>
#include <cstdint>

#include "sysc/model/geometry.hpp"

namespace sky::model {

/// Encodings are those of rtl/skrm/sky_skrm_pkg.sv.
enum class Op : uint8_t { kRead = 0, kWrite = 1, kErase = 2, kScan = 3, kBarrier = 4 };
enum class WriteAlg : uint8_t { kNaive = 0, kDcw = 1, kPw = 2, kFnw = 3, kPwFnw = 4, kAuto = 5 };
enum class RspStatus : uint8_t {
    kOk = 0,
    kBadOp = 1,          ///< unknown operation, or one this controller does not have
    kBadRow = 2,         ///< the row does not exist
    kBadSite = 3,        ///< word-based: not 0; bit-interleaved: D or more
    kEmptyMask = 4,      ///< no segment named
    kBadMask = 5,        ///< a segment that does not exist
    kBadWriteAlg = 6,    ///< unknown write algorithm, or one that has no meaning in this mapping
    kNoFlagSite = 7,     ///< a flip-n-write in an array built without flag_site
    kManySegments = 8,   ///< a permutation write of more than one segment
    kProtected = 9,      ///< a permutation write with position protection on
    kPositionLost = 10,  ///< a track of the row slipped by two sites or more: its data are out of reach
};

[[nodiscard]] const char* to_string(Op op);
[[nodiscard]] const char* to_string(WriteAlg alg);
[[nodiscard]] const char* to_string(RspStatus status);

struct Command {
    Op op = Op::kRead;
    WriteAlg write_alg = WriteAlg::kNaive;  ///< read for WRITE only
    uint8_t site = 0;                       ///< word-based: 0; bit-interleaved: the site of each segment
    uint16_t tag = 0;                       ///< returned with every response beat
    uint32_t row = 0;                       ///< track, or group of tracks_per_row tracks
    uint64_t seg_mask = 0;                  ///< bit g names segment g; data beats follow in ascending order

    bool operator==(const Command&) const = default;

    /// 64-bit beats that follow on the write-data channel; also for a command that will be refused.
    [[nodiscard]] uint32_t data_beats(const Geometry& geometry) const {
        if (op == Op::kWrite) return static_cast<uint32_t>(std::popcount(seg_mask)) * geometry.beats_per_segment();
        return op == Op::kScan ? 2 : 0;
    }
    /// Beats of the answer when the status is kOk.
    [[nodiscard]] uint32_t response_beats(const Geometry& geometry) const {
        if (op == Op::kRead) return static_cast<uint32_t>(std::popcount(seg_mask)) * geometry.beats_per_segment();
        return op == Op::kScan ? 4 : 1;
    }
};

/// One beat. READ answers Geometry::beats_per_segment() per masked segment, SCAN four masks (segments below `lo`,
/// equal to `lo`, below `hi`, equal to `hi`), everything else one; an error is always one.
struct Response {
    uint16_t tag = 0;
    RspStatus status = RspStatus::kOk;
    bool last = false;
    uint64_t word = 0;

    bool operator==(const Response&) const = default;
};

}  // namespace sky::model
