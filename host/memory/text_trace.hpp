#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "host/memory/text_trace_format.hpp"
#include "host/memory/trace.hpp"

namespace sky::memory {

/// The text traces of other simulators, one request a line; which one it is shows in the operation of the first
/// request, and every line has to be of that format. Lines of blanks are skipped, and a line NVMV0 or NVMV1 before
/// the first request.
///
///     NVMain, RTSim   CYCLE OP ADDR DATA [OLD] THREAD   OP is R or W, ADDR in hex, DATA and OLD 64 bytes in hex,
///                                                       lowest address first, CYCLE and THREAD decimal
///     Ramulator 2     LD ADDR and ST ADDR               ADDR decimal, or in hex behind 0x
///     DRAMsim3        ADDR OP CYCLE                     ADDR in hex, OP is READ or WRITE, CYCLE decimal
///
/// ADDR is a byte address; the access covers the 64-byte line that holds it. CYCLE, THREAD and OLD are checked and
/// then left aside. A format without data writes a line of pseudo-random bytes: word k of 64 bits is
/// mix64(mix64(A + mix64(N)) + k), A the address of the 64-byte line and N the number of the request, from 1.
class TextTraceReader final : public TraceReader {
   public:
    static Result<std::unique_ptr<TraceReader>> open(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    Result<bool> next(TraceRecord& record) override;
    [[nodiscard]] bool names_write_alg() const override { return false; }

   private:
    static constexpr size_t kMaxLineChars = 4096;
    static constexpr size_t kMaxFields = 7;  // one more than any format has

    TextTraceReader(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    /// The next line that is not blank; false at the end.
    Result<bool> read_line();
    Status parse_line();
    Status add_requests(const LineRequest& request);
    [[nodiscard]] Status wrong(const LineProblem& problem) const;

    std::unique_ptr<ByteSource> source_;
    TraceTarget target_;
    const TextTraceFormat* format_ = nullptr;  // null before the first request
    uint64_t line_number_ = 0;
    uint64_t requests_ = 0;
    std::string line_;
    std::vector<TraceRecord> pending_;  // requests of the line that were not handed out, last first
};

}  // namespace sky::memory
