#include "host/memory/text_trace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/memory/printable.hpp"
#include "host/memory/random.hpp"
#include "sysc/model/address_map.hpp"

namespace sky::memory {

namespace {

constexpr std::string_view kBlanks = " \t\r";

/// Splits at blanks, as far as there is room; the number of fields.
size_t split(std::string_view line, std::span<std::string_view> fields) {
    size_t count = 0;
    for (size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos && count < fields.size();) {
        const size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
        fields[count++] = line.substr(at, end - at);
        at = line.find_first_not_of(kBlanks, end);
    }
    return count;
}

/// Empty when lines of memory fall into whole words of the array, else what to set.
std::string misfit(const Geometry& geometry) {
    const bool word = geometry.mapping() == Mapping::kWord;
    const uint32_t bits = word ? geometry.sites_per_segment : geometry.tracks_per_row;
    if (bits % 8 == 0 && 8 * kTraceLineBytes % bits == 0) return {};
    return fmt::format("lines of {} bytes do not fall into words of {} bits\nset device.{}", kTraceLineBytes, bits,
                       word ? "sites_per_segment to 8, 16, 32 or 64" : "tracks_per_row to 64, 128, 256 or 512");
}

void make_up(uint64_t line_address, uint64_t request, std::array<std::byte, kTraceLineBytes>& bytes) {
    const uint64_t first = mix64(line_address + mix64(request));
    for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(mix64(first + i / 8) >> (8 * (i % 8)));
}

}  // namespace

std::string good_lines() {
    std::string text;
    for (const TextTraceFormat* format : kTextTraceFormats)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", or ", format->good_line, format->name);
    return text;
}

LineProblem wrong_field_count(std::string_view line, Fields fields, std::string expected) {
    return {fmt::format("the line has {} field{}", fields.size() > 6 ? "more than 6" : std::to_string(fields.size()),
                        fields.size() == 1 ? "" : "s"),
            line, std::move(expected)};
}

Result<std::unique_ptr<TraceReader>> TextTraceReader::open(std::unique_ptr<ByteSource> source,
                                                           const TraceTarget& target) {
    if (const std::string problem = misfit(target.geometry); !problem.empty())
        return Status::error(fmt::format("{}: {}", source->name(), problem));
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

Status TextTraceReader::wrong(const LineProblem& problem) const {
    return Status::error(fmt::format("{}:{}: {}: '{}'\nexpected {}; a good line: {}", source_->name(), line_number_,
                                     problem.what, printable(problem.text), problem.expected,
                                     format_ ? std::string(format_->good_line) : good_lines()));
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
                return wrong({"the line is too long", line_, fmt::format("at most {} characters", kMaxLineChars)});
            line_ += static_cast<char>(c);
        }
        if (!source_->status().ok()) return source_->status();
    } while (line_.find_first_not_of(kBlanks) == std::string::npos);
    return true;
}

Result<bool> TextTraceReader::next(TraceRecord& record) {
    while (pending_.empty()) {
        Result<bool> line = read_line();
        if (!line.ok()) return line.status();
        if (!line.value()) {
            if (requests_ != 0) return false;
            return Status::error(
                fmt::format("{}: the trace is empty: it has no request\nexpected at least one line, "
                            "for example: {}",
                            source_->name(), good_lines()));
        }
        if (requests_ == 0 && (line_.starts_with("NVMV0") || line_.starts_with("NVMV1"))) {
            format_ = &kNvmainText;
            continue;
        }
        if (Status status = parse_line(); !status.ok()) return status;
    }
    std::swap(record, pending_.back());
    pending_.pop_back();
    return true;
}

Status TextTraceReader::parse_line() {
    std::array<std::string_view, kMaxFields> room;
    const Fields fields(room.data(), split(line_, room));
    for (const TextTraceFormat* format : kTextTraceFormats)
        if (format_ == nullptr && format->recognises(fields)) format_ = format;
    if (format_ == nullptr) return wrong({"a line of no known format", line_, "a request"});
    LineRequest request;
    if (const auto problem = format_->parse(line_, fields, request)) return wrong(*problem);
    ++requests_;
    if (!format_->has_data) make_up(request.address / kTraceLineBytes * kTraceLineBytes, requests_, request.bytes);
    return add_requests(request);
}

Status TextTraceReader::add_requests(const LineRequest& request) {
    const Geometry& geometry = target_.geometry;
    const uint64_t line_address = request.address / kTraceLineBytes * kTraceLineBytes;
    Geometry largest = geometry;
    largest.tracks = uint64_t{1} << 32;
    if (!model::in_range(geometry, line_address, kTraceLineBytes))
        return Status::error(fmt::format(
            "{}:{}: address {:#x} is past the end of the memory\nexpected less than {:#x} "
            "({} tracks); {}",
            source_->name(), line_number_, request.address, model::capacity_bytes(geometry), geometry.tracks,
            model::in_range(largest, line_address, kTraceLineBytes)
                ? "set device.tracks to more"
                : "no number of device.tracks holds it: leave the line out"));
    const uint32_t word_bytes = geometry.word_bits() / 8;
    const std::vector<model::TrackAccess> parts = model::split_access(geometry, line_address, kTraceLineBytes);
    pending_.resize(parts.size());
    for (size_t p = 0; p < parts.size(); ++p) {
        TraceRecord& record = pending_[parts.size() - 1 - p];
        record.command = {.op = request.write ? Op::kWrite : Op::kRead,
                          .write_alg = request.write ? target_.write_alg : WriteAlg::kNaive,
                          .site = parts[p].site,
                          .row = parts[p].row,
                          .seg_mask = parts[p].seg_mask};
        record.data.assign(record.command.data_beats(geometry), 0);
        const uint64_t bytes = request.write ? std::min(parts[p].bytes, record.data.size() * word_bytes) : 0;
        for (uint64_t i = 0; i < bytes; ++i)
            record.data[i / word_bytes] |= std::to_integer<uint64_t>(request.bytes[parts[p].offset + i])
                                           << (8 * (i % word_bytes));
    }
    return {};
}

}  // namespace sky::memory
