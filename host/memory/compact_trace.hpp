#pragma once

#include <span>
#include <string>

#include "host/memory/summed_stream.hpp"
#include "host/memory/trace.hpp"

namespace sky::memory {

/// Reads the compact trace; see trace_format.hpp. Refuses one that was recorded on an array of another shape.
/// Damage is found where it lies, at the latest when the end is read.
class CompactTraceReader final : public TraceReader {
   public:
    static Result<std::unique_ptr<TraceReader>> open(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    Result<bool> next(TraceRecord& record) override;
    [[nodiscard]] bool names_write_alg() const override { return true; }

   private:
    CompactTraceReader(std::unique_ptr<ByteSource> source, const TraceTarget& target);

    Status read_header();
    Status read_record(uint8_t head, TraceRecord& record);
    Status read_end();
    [[nodiscard]] Status check(const Command& command) const;
    /// The message about what in_ found wrong, or about `what`.
    [[nodiscard]] Status damaged() const;
    [[nodiscard]] Status damaged(const std::string& what) const;

    SummedReader in_;
    TraceTarget target_;
    uint64_t records_ = 0;
    bool over_ = false;
};

/// Writes a compact trace, packed as its name says; the file appears when close() succeeds.
class TraceWriter {
   public:
    static Result<std::unique_ptr<TraceWriter>> create(const std::string& path, const Geometry& geometry);

    /// Any command; `data` has command.data_beats(geometry) words, of which a WRITE keeps Geometry::word_mask().
    void add(const Command& command, std::span<const uint64_t> data);
    /// Writes the end, under a temporary name until close().
    Status finish();
    Status close();
    /// Writing has failed; close() says why.
    [[nodiscard]] bool failed() const { return out_->failed(); }
    [[nodiscard]] uint64_t records() const { return records_; }

   private:
    TraceWriter(std::unique_ptr<SummedWriter> out, uint64_t word_mask)
        : out_(std::move(out)), word_mask_(word_mask) {}

    std::unique_ptr<SummedWriter> out_;
    uint64_t word_mask_;
    uint64_t records_ = 0;
    bool finished_ = false;
};

}  // namespace sky::memory
