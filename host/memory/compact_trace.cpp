#include "host/memory/compact_trace.hpp"

#include <fmt/format.h>

#include <utility>

#include "host/memory/array_shape.hpp"
#include "host/memory/trace_format.hpp"

namespace sky::memory {

namespace format = trace_format;

Result<std::unique_ptr<TraceReader>> CompactTraceReader::open(std::unique_ptr<ByteSource> source,
                                                              const TraceTarget& target) {
    std::unique_ptr<CompactTraceReader> reader(new CompactTraceReader(std::move(source), target));
    if (Status status = reader->read_header(); !status.ok()) return status;
    if (reader->in_.source().peek() == format::kEnd)
        return Status::error(fmt::format("{}: the trace is empty: it has no request\nrecord it again with --record",
                                         reader->in_.source().name()));
    return std::unique_ptr<TraceReader>(std::move(reader));
}

CompactTraceReader::CompactTraceReader(std::unique_ptr<ByteSource> source, const TraceTarget& target)
    : in_(std::move(source)), target_(target) {}

Status CompactTraceReader::damaged() const { return damaged(in_.problem()); }

Status CompactTraceReader::damaged(const std::string& what) const {
    if (!in_.source().status().ok()) return in_.source().status();
    return Status::error(
        fmt::format("{}: record {}, byte {}: {}\nexpected a sound compact trace; copy the file again or "
                    "record it again with --record",
                    in_.source().name(), records_ + 1, in_.source().position(), what));
}

Status CompactTraceReader::read_header() {
    for (const char expected : format::kMagic) {
        uint8_t got = 0;
        if (!in_.byte(got)) return damaged();
        if (got != static_cast<uint8_t>(expected))
            return Status::error(
                fmt::format("{}: this is no trace: it does not begin with {}\nexpected a text trace or "
                            "a file written by --record",
                            in_.source().name(), format::kMagic));
    }
    uint8_t version = 0;
    if (!in_.byte(version)) return damaged();
    if (version != format::kVersion)
        return Status::error(
            fmt::format("{}: version {} of the compact trace\nexpected version {}; record it again with "
                        "--record",
                        in_.source().name(), version, format::kVersion));
    ArrayShape shape;
    if (!shape.read(in_)) return damaged();
    if (const ArrayShape wanted(target_.geometry); shape != wanted)
        return Status::error(fmt::format("{}: recorded on tracks of {}, this memory has {}\n{}", in_.source().name(),
                                         shape.describe(), wanted.describe(), shape.remedy(wanted, target_.shaping)));
    return {};
}

Result<bool> CompactTraceReader::next(TraceRecord& record) {
    if (over_) return false;
    uint8_t head = 0;
    if (!in_.byte(head)) return damaged();
    if (head == format::kEnd) {
        if (Status status = read_end(); !status.ok()) return status;
        over_ = true;
        return false;
    }
    if (Status status = read_record(head, record); !status.ok()) return status;
    ++records_;
    return true;
}

Status CompactTraceReader::read_record(uint8_t head, TraceRecord& record) {
    const unsigned op = head & format::kOpMask;
    const unsigned alg = head >> format::kWriteAlgShift;
    if (op > static_cast<unsigned>(Op::kBarrier)) return damaged(fmt::format("unknown operation {}", op));
    if (alg > static_cast<unsigned>(WriteAlg::kAuto)) return damaged(fmt::format("unknown write algorithm {}", alg));
    const Geometry& geometry = target_.geometry;
    uint64_t row = 0;
    Command& command = record.command;
    command = {.op = static_cast<Op>(op), .write_alg = static_cast<WriteAlg>(alg)};
    if (!in_.byte(command.site) || !in_.varint(row) || !in_.varint(command.seg_mask)) return damaged();
    if (row >= geometry.rows())
        return Status::error(
            fmt::format("{}: record {}: row {} is past the end of the memory\nexpected less than {}; "
                        "set device.tracks to more",
                        in_.source().name(), records_ + 1, row, geometry.rows()));
    command.row = static_cast<uint32_t>(row);
    if (Status status = check(command); !status.ok()) return status;
    record.data.resize(command.data_beats(geometry));
    // The bounds of a scan are compared as they are; what is written must fit.
    const uint64_t allowed = command.op == Op::kWrite ? geometry.word_mask() : ~uint64_t{0};
    for (uint64_t& beat : record.data) {
        if (!in_.varint(beat)) return damaged();
        if ((beat & ~allowed) != 0)
            return damaged(fmt::format("data word {:#x} has more than {} bits", beat, geometry.word_bits()));
    }
    return {};
}

Status CompactTraceReader::check(const Command& command) const {
    const Geometry& geometry = target_.geometry;
    if (command.op == Op::kBarrier) return {};
    if (command.seg_mask == 0) return damaged("the segment mask is empty");
    if ((command.seg_mask & ~geometry.segment_mask()) != 0)
        return damaged(
            fmt::format("segment mask {:#x} names a segment past {}", command.seg_mask, geometry.segments - 1));
    const uint32_t sites = geometry.mapping() == Mapping::kWord ? 1 : geometry.sites_per_segment;
    if (command.site >= sites) return damaged(fmt::format("site {} is past {}", command.site, sites - 1));
    return {};
}

Status CompactTraceReader::read_end() {
    uint64_t count = 0;
    if (!in_.varint(count) || !in_.end()) return damaged();
    if (count != records_)
        return damaged(fmt::format("the end record counts {} records, {} were read", count, records_));
    return {};
}

Result<std::unique_ptr<TraceWriter>> TraceWriter::create(const std::string& path, const Geometry& geometry) {
    Result<std::unique_ptr<SummedWriter>> out = SummedWriter::create(path);
    if (!out.ok()) return out.status();
    std::unique_ptr<TraceWriter> writer(new TraceWriter(std::move(out.value()), geometry.word_mask()));
    writer->out_->bytes(format::kMagic);
    writer->out_->byte(format::kVersion);
    ArrayShape(geometry).write(*writer->out_);
    return writer;
}

void TraceWriter::add(const Command& command, std::span<const uint64_t> data) {
    out_->byte(static_cast<uint8_t>(static_cast<unsigned>(command.op) | static_cast<unsigned>(command.write_alg)
                                                                            << format::kWriteAlgShift));
    out_->byte(command.site);
    out_->varint(command.row);
    out_->varint(command.seg_mask);
    const uint64_t kept = command.op == Op::kWrite ? word_mask_ : ~uint64_t{0};
    for (const uint64_t beat : data) out_->varint(beat & kept);
    ++records_;
    out_->flush();
}

Status TraceWriter::finish() {
    if (!std::exchange(finished_, true)) {
        out_->byte(format::kEnd);
        out_->varint(records_);
    }
    return out_->finish();
}

Status TraceWriter::close() {
    (void)finish();  // end() says the same
    return out_->end();
}

}  // namespace sky::memory
