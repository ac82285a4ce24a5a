#include "host/memory/text_trace.hpp"

#include <fmt/format.h>

#include <charconv>

#include "host/memory/printable.hpp"
#include "sysc/model/address_map.hpp"

namespace sky::memory {

namespace {

constexpr size_t kHexDigits = size_t{2} * TextTraceReader::kLineBytes;
constexpr size_t kMaxFields = 6;

/// Splits at blanks; the number of fields, or kMaxFields + 1 when there are more.
size_t split(std::string_view line, std::array<std::string_view, kMaxFields>& fields) {
    constexpr std::string_view kBlanks = " \t\r";
    size_t count = 0;
    for (size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
        if (count == kMaxFields) return kMaxFields + 1;
        const size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
        fields[count++] = line.substr(at, end - at);
        at = line.find_first_not_of(kBlanks, end);
    }
    return count;
}

template <typename Number>
bool parse_number(std::string_view text, int base, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

bool parse_address(std::string_view text, uint64_t& address) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return parse_number(text, 16, address);
}

bool parse_bytes(std::string_view text, std::array<std::byte, TextTraceReader::kLineBytes>& bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) {
        uint8_t byte = 0;
        if (!parse_number(text.substr(2 * i, 2), 16, byte)) return false;
        bytes[i] = std::byte{byte};
    }
    return true;
}

}  // namespace

Result<std::unique_ptr<TraceReader>> TextTraceReader::open(std::unique_ptr<ByteSource> source,
                                                           const TraceTarget& target) {
    const uint32_t sites = target.geometry.sites_per_segment;
    if (sites % 8 != 0 || kLineBytes % (sites / 8) != 0)
        return Status::error(
            fmt::format("{}: lines of {} bytes do not fall into words of {} bits\nset "
                        "device.sites_per_segment to 8, 16, 32 or 64",
                        source->name(), kLineBytes, sites));
    std::unique_ptr<TextTraceReader> reader(new TextTraceReader(std::move(source), target));
    // Finds a trace without requests before a run begins.
    TraceRecord first;
    Result<bool> got = reader->next(first);
    if (!got.ok()) return got.status();
    reader->pending_.push_back(std::move(first));
    return std::unique_ptr<TraceReader>(std::move(reader));
}

TextTraceReader::TextTraceReader(std::unique_ptr<ByteSource> source, const TraceTarget& target)
    : source_(std::move(source)), target_(target) {}

Status TextTraceReader::wrong(std::string_view what, std::string_view text, std::string_view expected) const {
    return Status::error(fmt::format("{}:{}: {}: '{}'\nexpected {}; a good line: {}", source_->name(), line_number_,
                                     what, printable(text), expected, kGoodLine));
}

Result<bool> TextTraceReader::read_line() {
    do {
        if (target_.stop && target_.stop())
            return Status::error(
                fmt::format("{}:{}: reading was stopped\nstart again", source_->name(), line_number_));
        line_.clear();
        ++line_number_;
        int c = source_->get();
        if (c < 0) {
            if (!source_->status().ok()) return source_->status();
            return false;
        }
        for (; c >= 0 && c != '\n'; c = source_->get()) {
            if (line_.size() == kMaxLineChars)
                return wrong("the line is too long", line_, fmt::format("at most {} characters", kMaxLineChars));
            line_ += static_cast<char>(c);
        }
        if (!source_->status().ok()) return source_->status();
    } while (line_.find_first_not_of(" \t\r") == std::string::npos);
    return true;
}

Result<bool> TextTraceReader::next(TraceRecord& record) {
    while (pending_.empty()) {
        Result<bool> line = read_line();
        if (!line.ok()) return line.status();
        if (!line.value()) {
            if (any_request_) return false;
            return Status::error(
                fmt::format("{}: the trace is empty: it has no request\nexpected at least one line, "
                            "for example: {}",
                            source_->name(), kGoodLine));
        }
        if (!any_request_ && (line_.starts_with("NVMV0") || line_.starts_with("NVMV1"))) continue;
        if (Status status = parse_line(); !status.ok()) return status;
        any_request_ = true;
    }
    std::swap(record, pending_.back());
    pending_.pop_back();
    return true;
}

Status TextTraceReader::parse_line() {
    std::array<std::string_view, kMaxFields> fields;
    const size_t count = split(line_, fields);
    if (count < kMaxFields - 1 || count > kMaxFields)
        return wrong(fmt::format("the line has {} field{}",
                                 count > kMaxFields ? "more than 6" : std::to_string(count), count == 1 ? "" : "s"),
                     line_, "5 or 6: CYCLE OP ADDR DATA [OLD] THREAD");
    uint64_t number = 0;
    uint64_t address = 0;
    if (!parse_number(fields[0], 10, number)) return wrong("bad cycle", fields[0], "a decimal number");
    if (fields[1] != "R" && fields[1] != "W") return wrong("unknown operation", fields[1], "R or W");
    if (!parse_address(fields[2], address)) return wrong("bad address", fields[2], "a byte address in hex");
    // DATA last, so that bytes_ holds it and not OLD.
    for (size_t i = count - 2; i >= 3; --i) {
        if (fields[i].size() != kHexDigits)
            return wrong(
                fmt::format("the data has {} hex digit{}", fields[i].size(), fields[i].size() == 1 ? "" : "s"),
                fields[i], fmt::format("{}, for {} bytes", kHexDigits, kLineBytes));
        if (!parse_bytes(fields[i], bytes_)) return wrong("bad data", fields[i], "hex digits");
    }
    if (!parse_number(fields[count - 1], 10, number))
        return wrong("bad thread", fields[count - 1], "a decimal number");
    return add_requests(fields[1] == "W", address);
}

Status TextTraceReader::add_requests(bool write, uint64_t address) {
    const Geometry& geometry = target_.geometry;
    const uint64_t line_address = address & ~uint64_t{kLineBytes - 1};
    if (!model::in_range(geometry, line_address, kLineBytes))
        return Status::error(
            fmt::format("{}:{}: address {:#x} is past the end of the memory\nexpected less than {:#x} "
                        "({} tracks); set device.tracks to more",
                        source_->name(), line_number_, address, model::WordAddressMap(geometry).capacity_bytes(),
                        geometry.tracks));
    const uint32_t word_bytes = geometry.sites_per_segment / 8;
    const std::vector<model::TrackAccess> parts = model::split_access(geometry, line_address, kLineBytes);
    pending_.resize(parts.size());
    for (size_t p = 0; p < parts.size(); ++p) {
        TraceRecord& record = pending_[parts.size() - 1 - p];
        record.command = {.op = write ? Op::kWrite : Op::kRead,
                          .write_alg = write ? target_.write_alg : WriteAlg::kNaive,
                          .row = parts[p].row,
                          .seg_mask = parts[p].seg_mask};
        record.data.assign(write ? parts[p].bytes / word_bytes : 0, 0);
        for (size_t i = 0; i < record.data.size() * word_bytes; ++i)
            record.data[i / word_bytes] |= std::to_integer<uint64_t>(bytes_[parts[p].offset + i])
                                           << (8 * (i % word_bytes));
    }
    return {};
}

}  // namespace sky::memory
