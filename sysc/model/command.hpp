#pragma once

#include <bit>
#include <cstdint>

namespace sky::model {

/// Encodings are those of rtl/skrm/sky_skrm_pkg.sv.
enum class Op : uint8_t { kRead = 0, kWrite = 1, kErase = 2, kScan = 3, kBarrier = 4 };
enum class WriteAlg : uint8_t { kNaive = 0, kDcw = 1, kPw = 2, kFnw = 3, kPwFnw = 4, kAuto = 5 };
enum class RspStatus : uint8_t {
    kOk = 0,
    kBadOp = 1,        ///< unknown operation, or one this controller does not have
    kBadRow = 2,       ///< the row does not exist
    kBadSite = 3,      ///< word-based arrays take site 0 only
    kEmptyMask = 4,    ///< no segment named
    kBadMask = 5,      ///< a segment that does not exist
    kBadWriteAlg = 6,  ///< unknown write algorithm, or one this controller does not have
};

[[nodiscard]] const char* to_string(Op op);
[[nodiscard]] const char* to_string(WriteAlg alg);
[[nodiscard]] const char* to_string(RspStatus status);

struct Command {
    Op op = Op::kRead;
    WriteAlg write_alg = WriteAlg::kNaive;  ///< read for WRITE only
    uint8_t site = 0;                       ///< word-based: 0
    uint16_t tag = 0;                       ///< returned with every response beat
    uint32_t row = 0;                       ///< track
    uint64_t seg_mask = 0;                  ///< bit g names segment g; data beats follow in ascending order

    bool operator==(const Command&) const = default;

    /// 64-bit beats that follow on the write-data channel; also for a command that will be refused.
    [[nodiscard]] uint32_t data_beats() const {
        if (op == Op::kWrite) return static_cast<uint32_t>(std::popcount(seg_mask));
        return op == Op::kScan ? 2 : 0;
    }
};

/// One beat: READ answers one per masked segment, everything else one.
struct Response {
    uint16_t tag = 0;
    RspStatus status = RspStatus::kOk;
    bool last = false;
    uint64_t word = 0;

    bool operator==(const Response&) const = default;
};

}  // namespace sky::model
