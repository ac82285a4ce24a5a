#include "host/memory/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "host/memory/array_shape.hpp"
#include "host/memory/image_format.hpp"

namespace sky::memory {

namespace format = image_format;

namespace {

constexpr std::string_view kWhyAFile = "an image is checked before it is loaded, which a pipe or device cannot be";

uint64_t zigzag(int32_t offset) {
    return offset < 0 ? 2 * static_cast<uint64_t>(-(int64_t{offset} + 1)) + 1 : 2 * static_cast<uint64_t>(offset);
}

/// Empty when a row of this geometry can be so, behind the row `last`.
std::string problem(const model::Geometry& geometry, const StoredRow& row, const std::optional<uint64_t>& last) {
    if (last && row.row <= *last) return fmt::format("row {} comes after row {}", row.row, *last);
    return row_problem(geometry, row.row, row.offset, row.flags, row.words);
}

}  // namespace

std::string row_problem(const model::Geometry& geometry, uint64_t row, int32_t offset, uint64_t flags,
                        std::span<const uint64_t> words) {
    if (offset > int64_t{geometry.overhead_sites} || offset < -int64_t{geometry.overhead_sites})
        return fmt::format("row {} rests at offset {}, past the {} sites of overhead", row, offset,
                           geometry.overhead_sites);
    if ((flags & ~(geometry.flag_site ? geometry.segment_mask() : 0)) != 0)
        return fmt::format("row {} has flags {:#x} of segments that have none", row, flags);
    const auto wide =
        std::find_if(words.begin(), words.end(), [&](uint64_t word) { return (word & ~geometry.word_mask()) != 0; });
    if (wide != words.end())
        return fmt::format("row {} has the word {:#x} of more than {} bits", row, *wide, geometry.word_bits());
    return {};
}

Result<std::unique_ptr<ImageWriter>> ImageWriter::create(const std::string& path, const model::Geometry& geometry,
                                                         std::string_view label) {
    Result<std::unique_ptr<SummedWriter>> out = SummedWriter::create(path);
    if (!out.ok()) return out.status();
    std::unique_ptr<ImageWriter> writer(new ImageWriter(std::move(out.value()), geometry));
    writer->out_->bytes(format::kMagic);
    writer->out_->byte(label.empty() ? format::kVersion : format::kLabelledVersion);
    ArrayShape(geometry).write(*writer->out_);
    writer->out_->varint(geometry.overhead_sites);
    if (!label.empty()) {
        writer->out_->varint(label.size());
        writer->out_->bytes(label);
    }
    return writer;
}

void ImageWriter::add(const StoredRow& row) {
    std::string text = problem(geometry_, row, last_row_);
    if (text.empty() && row.row >= geometry_.rows())
        text = fmt::format("row {} of a memory of {} rows", row.row, geometry_.rows());
    if (text.empty() && row.words.size() != geometry_.row_words())
        text = fmt::format("row {} has {} words, expected {}", row.row, row.words.size(), geometry_.row_words());
    if (!text.empty()) throw std::invalid_argument("ImageWriter::add: " + text);
    out_->byte(format::kRow);
    out_->varint(row.row);
    out_->varint(zigzag(row.offset));
    out_->varint(row.flags);
    out_->words(row.words);
    out_->flush();
    last_row_ = row.row;
    ++rows_;
}

Status ImageWriter::finish() {
    if (!std::exchange(finished_, true)) {
        out_->byte(format::kEnd);
        out_->varint(rows_);
    }
    return out_->finish();
}

Status ImageWriter::close() {
    (void)finish();  // end() says the same
    return out_->end();
}

Result<std::unique_ptr<ImageReader>> ImageReader::open(const std::string& path, const model::Geometry& geometry,
                                                       const ImageChecks& checks) {
    Result<std::unique_ptr<ByteSource>> source = ByteSource::open_file(path, std::string(kWhyAFile));
    if (!source.ok()) return source.status();
    return open(std::move(source.value()), geometry, checks);
}

Result<std::unique_ptr<ImageReader>> ImageReader::open(std::unique_ptr<ByteSource> source,
                                                       const model::Geometry& geometry, const ImageChecks& checks) {
    if (!source->rewinds())
        return Status::error(
            fmt::format("{}: {}\nname a regular file: save the image to one first", source->name(), kWhyAFile));
    std::unique_ptr<ImageReader> reader(new ImageReader(std::move(source), geometry, checks));
    if (Status status = reader->read_header(); !status.ok()) return status;
    if (Status status = reader->check_shape(); !status.ok()) return status;
    if (Status status = reader->check_rows(); !status.ok()) return status;
    if (Status status = reader->in_.rewind(); !status.ok()) return status;
    if (Status status = reader->read_header(); !status.ok()) return status;
    return reader;
}

Result<std::string> ImageReader::read_label(const std::string& path) {
    Result<std::unique_ptr<ByteSource>> source = ByteSource::open_file(path, std::string(kWhyAFile));
    if (!source.ok()) return source.status();
    ImageReader reader(std::move(source.value()), model::Geometry{}, {});
    if (!reader.in_.check_all()) {
        const ByteSource& file = reader.in_.source();
        if (!file.status().ok()) return file.status();
        return Status::error(
            fmt::format("{}: the {} bytes of the image are damaged: {}\nnothing was changed; copy the file again",
                        file.name(), file.position(), reader.in_.problem()));
    }
    if (Status status = reader.in_.rewind(); !status.ok()) return status;
    if (Status status = reader.read_header(); !status.ok()) return status;
    return std::move(reader.label_);
}

/// Reads to the end and forgets it.
Status ImageReader::check_rows() {
    std::string objection;  // the first; a damage counts more
    for (StoredRow row;;) {
        Result<bool> more = next(row);
        if (!more.ok()) return more.status();
        if (!more.value()) break;
        if (checks_.objection && objection.empty()) objection = checks_.objection(row);
    }
    if (!objection.empty()) return Status::error(in_.source().name() + ": " + objection);
    rows_ = std::exchange(rows_read_, 0);
    over_ = false;
    const std::optional<uint64_t> highest = std::exchange(last_row_, std::nullopt);
    if (!highest || *highest < geometry_.rows()) return {};
    return Status::error(
        fmt::format("{}: row {} is past the end of the memory, which has {} rows\nuse --set device.tracks={} or more",
                    in_.source().name(), *highest, geometry_.rows(), (*highest + 1) * geometry_.tracks_per_row));
}

Status ImageReader::damaged() const { return damaged(in_.problem()); }

Status ImageReader::damaged(const std::string& what) const {
    if (!in_.source().status().ok()) return in_.source().status();
    return Status::error(
        fmt::format("{}: stored row {}, byte {}: {}\nexpected a sound image, nothing was changed; copy the file "
                    "again or save it again",
                    in_.source().name(), rows_read_ + 1, in_.source().position(), what));
}

Status ImageReader::read_header() {
    const std::string& name = in_.source().name();
    for (const char expected : format::kMagic) {
        uint8_t got = 0;
        if (!in_.byte(got) && !in_.source().status().ok()) return in_.source().status();
        if (got != static_cast<uint8_t>(expected))
            return Status::error(
                fmt::format("{}: this is no image: it does not begin with {}\nname an image of the memory, "
                            "saved by this program",
                            name, format::kMagic));
    }
    uint8_t version = 0;
    if (!in_.byte(version)) return damaged();
    if (version != format::kVersion && version != format::kLabelledVersion)
        return Status::error(fmt::format("{}: version {} of the image\nexpected version {} or {}; save it again",
                                         name, version, format::kVersion, format::kLabelledVersion));
    if (!shape_.read(in_) || !in_.varint(overhead_sites_)) return damaged();
    return version == format::kLabelledVersion ? read_label() : Status();
}

Status ImageReader::read_label() {
    uint64_t size = 0;
    if (!in_.varint(size)) return damaged();
    label_.clear();
    for (uint8_t byte = 0; label_.size() < size; label_ += static_cast<char>(byte))
        if (!in_.byte(byte)) return damaged();
    return {};
}

Status ImageReader::check_shape() const {
    const ArrayShape wanted(geometry_);
    if (shape_ == wanted && overhead_sites_ == geometry_.overhead_sites) return {};
    return Status::error(
        fmt::format("{}: an image of {}, {} of overhead at each end; this memory has {}, {} of overhead\n"
                    "{} --set device.overhead_sites={}",
                    in_.source().name(), shape_.describe(), overhead_sites_, wanted.describe(),
                    geometry_.overhead_sites, shape_.remedy(wanted, checks_.shaping), overhead_sites_));
}

Result<bool> ImageReader::next(StoredRow& row) {
    if (over_) return false;
    if (checks_.stop && checks_.stop())
        return Status::error(in_.source().name() + ": interrupted while it was read\nload it again");
    uint8_t tag = 0;
    if (!in_.byte(tag)) return damaged();
    if (tag == format::kEnd) {
        if (Status status = read_end(); !status.ok()) return status;
        over_ = true;
        return false;
    }
    if (tag != format::kRow) return damaged(fmt::format("unknown tag {:#04x}", tag));
    if (Status status = read_row(row); !status.ok()) return status;
    last_row_ = row.row;
    ++rows_read_;
    return true;
}

Status ImageReader::read_row(StoredRow& row) {
    uint64_t offset = 0;
    if (!in_.varint(row.row) || !in_.varint(offset) || !in_.varint(row.flags)) return damaged();
    if (row.row >> 32 != 0) return damaged(fmt::format("row {} is no row of any memory", row.row));
    if (offset >> 32 != 0) return damaged(fmt::format("offset {} is none of any track", offset));
    row.offset = static_cast<int32_t>((offset >> 1) ^ (0 - (offset & 1)));
    row.words.resize(geometry_.row_words());
    if (!in_.words(row.words)) return damaged();
    const std::string text = problem(geometry_, row, last_row_);
    return text.empty() ? Status() : damaged(text);
}

Status ImageReader::read_end() {
    uint64_t count = 0;
    if (!in_.varint(count) || !in_.end()) return damaged();
    if (count != rows_read_) return damaged(fmt::format("the end counts {} rows, {} were read", count, rows_read_));
    return {};
}

}  // namespace sky::memory
