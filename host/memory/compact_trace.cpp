#include "host/memory/compact_trace.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include "host/memory/trace_format.hpp"

namespace sky::memory {

namespace format = trace_format;

namespace {

uint32_t add_to_crc(uint32_t crc, const void* bytes, size_t count) {
    return static_cast<uint32_t>(crc32(crc, static_cast<const Bytef*>(bytes), static_cast<uInt>(count)));
}

}  // namespace

Result<std::unique_ptr<TraceReader>> CompactTraceReader::open(std::unique_ptr<ByteSource> source,
                                                              const TraceTarget& target) {
    std::unique_ptr<CompactTraceReader> reader(new CompactTraceReader(std::move(source), target));
    if (Status status = reader->read_header(); !status.ok()) return status;
    if (reader->source_->peek() == format::kEnd)
        return Status::error(fmt::format("{}: the trace is empty: it has no request\nrecord it again with --record",
                                         reader->source_->name()));
    return std::unique_ptr<TraceReader>(std::move(reader));
}

CompactTraceReader::CompactTraceReader(std::unique_ptr<ByteSource> source, const TraceTarget& target)
    : source_(std::move(source)), target_(target) {}

Status CompactTraceReader::damaged(const std::string& what) const {
    return Status::error(
        fmt::format("{}: record {}, byte {}: {}\nexpected a sound compact trace; copy the file again or "
                    "record it again with --record",
                    source_->name(), records_ + 1, source_->position(), what));
}

bool CompactTraceReader::byte(uint8_t& value) {
    const int c = source_->get();
    if (c < 0) {
        damage_ =
            source_->status().ok() ? damaged("the trace is truncated: its end record is missing") : source_->status();
        return false;
    }
    value = static_cast<uint8_t>(c);
    unsummed_ += static_cast<char>(value);
    return true;
}

void CompactTraceReader::sum_up() {
    crc_ = add_to_crc(crc_, unsummed_.data(), unsummed_.size());
    unsummed_.clear();
}

bool CompactTraceReader::varint(uint64_t& value) {
    value = 0;
    for (unsigned i = 0; i < format::kMaxVarintBytes; ++i) {
        uint8_t part = 0;
        if (!byte(part)) return false;
        const unsigned shift = i * format::kVarintBits;
        const uint64_t bits = part & 0x7fU;
        if (bits << shift >> shift != bits) break;
        value |= bits << shift;
        if ((part & 0x80U) == 0) return true;
    }
    damage_ = damaged("a number is longer than 64 bits");
    return false;
}

Status CompactTraceReader::read_header() {
    for (const char expected : format::kMagic) {
        uint8_t got = 0;
        if (!byte(got)) return damage_;
        if (got != static_cast<uint8_t>(expected))
            return Status::error(
                fmt::format("{}: this is no trace: it does not begin with SKYT\nexpected a text trace or "
                            "a file written by --record",
                            source_->name()));
    }
    uint8_t version = 0;
    uint64_t sites = 0;
    uint64_t segments = 0;
    if (!byte(version)) return damage_;
    if (version != format::kVersion)
        return Status::error(
            fmt::format("{}: version {} of the compact trace\nexpected version {}; record it again with "
                        "--record",
                        source_->name(), version, format::kVersion));
    if (!varint(sites) || !varint(segments)) return damage_;
    const Geometry& geometry = target_.geometry;
    if (sites != geometry.sites_per_segment || segments != geometry.segments)
        return Status::error(fmt::format(
            "{}: recorded on tracks of {} segments of {} sites, this memory has {} of {}\n"
            "use --set device.segments={} --set device.sites_per_segment={}",
            source_->name(), segments, sites, geometry.segments, geometry.sites_per_segment, segments, sites));
    return {};
}

Result<bool> CompactTraceReader::next(TraceRecord& record) {
    if (over_) return false;
    uint8_t head = 0;
    if (!byte(head)) return damage_;
    if (head == format::kEnd) {
        if (Status status = read_end(); !status.ok()) return status;
        over_ = true;
        return false;
    }
    if (Status status = read_record(head, record); !status.ok()) return status;
    sum_up();
    ++records_;
    return true;
}

Status CompactTraceReader::read_record(uint8_t head, TraceRecord& record) {
    const unsigned op = head & format::kOpMask;
    const unsigned alg = head >> format::kWriteAlgShift;
    if (op > static_cast<unsigned>(Op::kBarrier)) return damaged(fmt::format("unknown operation {}", op));
    if (alg > static_cast<unsigned>(WriteAlg::kAuto)) return damaged(fmt::format("unknown write algorithm {}", alg));
    uint64_t row = 0;
    Command& command = record.command;
    command = {.op = static_cast<Op>(op), .write_alg = static_cast<WriteAlg>(alg)};
    if (!varint(row) || !varint(command.seg_mask)) return damage_;
    if (row >= target_.geometry.tracks)
        return Status::error(
            fmt::format("{}: record {}: track {} is past the end of the memory\nexpected less than {}; "
                        "set device.tracks to more",
                        source_->name(), records_ + 1, row, target_.geometry.tracks));
    command.row = static_cast<uint32_t>(row);
    if (command.op == Op::kWrite && command.write_alg != WriteAlg::kNaive && command.write_alg != WriteAlg::kDcw)
        return Status::error(fmt::format(
            "{}: record {}: write algorithm {} is none this memory has\nexpected naive or dcw; record the "
            "trace again with one of them",
            source_->name(), records_ + 1, model::to_string(command.write_alg)));
    if (Status status = check(command); !status.ok()) return status;
    record.data.resize(command.data_beats(target_.geometry));
    for (uint64_t& word : record.data) {
        if (!varint(word)) return damage_;
        if ((word & ~target_.geometry.word_mask()) != 0)
            return damaged(
                fmt::format("data word {:#x} has more than {} bits", word, target_.geometry.sites_per_segment));
    }
    return {};
}

Status CompactTraceReader::check(const Command& command) const {
    if (command.op == Op::kBarrier) return {};
    if (command.seg_mask == 0) return damaged("the segment mask is empty");
    if ((command.seg_mask & ~target_.geometry.segment_mask()) != 0)
        return damaged(fmt::format("segment mask {:#x} names a segment past {}", command.seg_mask,
                                   target_.geometry.segments - 1));
    return {};
}

Status CompactTraceReader::read_end() {
    uint64_t count = 0;
    if (!varint(count)) return damage_;
    sum_up();
    uint32_t crc = 0;
    for (unsigned i = 0; i < 4; ++i) {
        uint8_t part = 0;
        if (!byte(part)) return damage_;
        crc |= uint32_t{part} << (8 * i);
    }
    if (crc != crc_) return damaged(fmt::format("bad checksum: {:#010x}, expected {:#010x}", crc, crc_));
    if (count != records_)
        return damaged(fmt::format("the end record counts {} records, {} were read", count, records_));
    if (source_->get() >= 0) return damaged("garbage after the end record");
    return source_->status();
}

Result<std::unique_ptr<TraceWriter>> TraceWriter::create(const std::string& path, const Geometry& geometry) {
    Result<std::unique_ptr<NewFile>> file = NewFile::create(path);
    if (!file.ok()) return file.status();
    std::unique_ptr<TraceWriter> writer(new TraceWriter(std::move(file.value())));
    writer->gathered_.append(format::kMagic.data(), format::kMagic.size());
    writer->gathered_ += static_cast<char>(format::kVersion);
    writer->varint(geometry.sites_per_segment);
    writer->varint(geometry.segments);
    return writer;
}

void TraceWriter::varint(uint64_t value) {
    for (; value >= 0x80; value >>= format::kVarintBits) gathered_ += static_cast<char>(value | 0x80);
    gathered_ += static_cast<char>(value);
}

void TraceWriter::add(const Command& command, std::span<const uint64_t> data) {
    gathered_ += static_cast<char>(static_cast<unsigned>(command.op) | static_cast<unsigned>(command.write_alg)
                                                                           << format::kWriteAlgShift);
    varint(command.row);
    varint(command.seg_mask);
    for (const uint64_t word : data) varint(word);
    ++records_;
    flush();
}

void TraceWriter::flush() {
    crc_ = add_to_crc(crc_, gathered_.data(), gathered_.size());
    file_->write(gathered_);
    gathered_.clear();
}

Status TraceWriter::close() {
    gathered_ += static_cast<char>(format::kEnd);
    varint(records_);
    flush();
    const uint32_t crc = crc_;
    for (unsigned i = 0; i < 4; ++i) gathered_ += static_cast<char>(crc >> (8 * i));
    flush();
    return file_->commit();
}

}  // namespace sky::memory
