#pragma once

#include <span>
#include <string>

#include "host/memory/new_file.hpp"
#include "host/memory/trace.hpp"

namespace sky::memory {

/// Reads the compact trace; see trace_format.hpp. Refuses one that was recorded on words or tracks of another
/// shape. Damage is found where it lies, at the latest when the end is read.
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
    Status check(const Command& command) const;
    /// Read one value; false when the trace ends or the value is none, with damage_ set.
    bool byte(uint8_t& value);
    bool varint(uint64_t& value);
    /// Adds the bytes read since the last call to the checksum.
    void sum_up();
    [[nodiscard]] Status damaged(const std::string& what) const;

    std::unique_ptr<ByteSource> source_;
    TraceTarget target_;
    uint64_t records_ = 0;
    std::string unsummed_;
    uint32_t crc_ = 0;
    bool over_ = false;
    Status damage_;
};

/// Writes a compact trace; the file appears when close() succeeds.
class TraceWriter {
   public:
    static Result<std::unique_ptr<TraceWriter>> create(const std::string& path, const Geometry& geometry);

    /// `data` has command.data_beats(geometry) words.
    void add(const Command& command, std::span<const uint64_t> data);
    Status close();
    /// Writing has failed; close() says why.
    [[nodiscard]] bool failed() const { return file_->failed(); }
    [[nodiscard]] uint64_t records() const { return records_; }

   private:
    explicit TraceWriter(std::unique_ptr<NewFile> file) : file_(std::move(file)) {}

    void varint(uint64_t value);
    /// Hands what was gathered to the file and adds it to the checksum.
    void flush();

    std::unique_ptr<NewFile> file_;
    std::string gathered_;
    uint64_t records_ = 0;
    uint32_t crc_ = 0;
};

}  // namespace sky::memory
