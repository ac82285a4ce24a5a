#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "host/memory/trace.hpp"

namespace sky::memory {

/// NVMain and RTSim text: `CYCLE OP ADDR DATA [OLD] THREAD` per line, optionally behind a line NVMV0 or
/// NVMV1. CYCLE and THREAD are decimal, OP is R or W, ADDR is a byte address in hex, DATA and OLD are the 64
/// bytes of its line in hex, lowest address first. CYCLE, THREAD and OLD are checked and then left aside. The
/// access covers the 64-byte line that holds ADDR; lines of blanks are skipped.
class TextTraceReader final : public TraceReader {
   public:
    static constexpr uint32_t kLineBytes = 64;
    static constexpr std::string_view kGoodLine = "17 W 0x1f40 <128 hex digits> <128 hex digits> 0";

    static Result<std::unique_ptr<TraceReader>> open(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    Result<bool> next(TraceRecord& record) override;
    [[nodiscard]] bool names_write_alg() const override { return false; }

   private:
    static constexpr size_t kMaxLineChars = 4096;

    TextTraceReader(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    /// The next line that is not blank; false at the end.
    Result<bool> read_line();
    Status parse_line();
    Status add_requests(bool write, uint64_t address);
    [[nodiscard]] Status wrong(std::string_view what, std::string_view text, std::string_view expected) const;

    std::unique_ptr<ByteSource> source_;
    TraceTarget target_;
    uint64_t line_number_ = 0;
    bool any_request_ = false;
    std::string line_;
    std::array<std::byte, kLineBytes> bytes_{};
    std::vector<TraceRecord> pending_;  // requests of the line that were not handed out, last first
};

}  // namespace sky::memory
