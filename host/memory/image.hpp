#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/memory/array_shape.hpp"
#include "host/memory/summed_stream.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/stored_row.hpp"

namespace sky::memory {

using model::StoredRow;

/// Empty when a row of this geometry can be so, else what is wrong with it. `words`: some or all of its words.
[[nodiscard]] std::string row_problem(const model::Geometry& geometry, uint64_t row, int32_t offset, uint64_t flags,
                                      std::span<const uint64_t> words);

/// Writes an image of the memory's state; see image_format.hpp. Packed as its name says (.gz, .zst); the file appears
/// when close() succeeds. The same rows make the same file.
class ImageWriter {
   public:
    /// `label`: any bytes that go with the image.
    static Result<std::unique_ptr<ImageWriter>> create(const std::string& path, const model::Geometry& geometry,
                                                       std::string_view label = {});

    /// Rows in ascending order, each one that the geometry can have, else std::invalid_argument.
    void add(const StoredRow& row);
    /// Writes the end, under a temporary name until close().
    Status finish();
    Status close();
    /// Writing has failed; close() says why.
    [[nodiscard]] bool failed() const { return out_->failed(); }
    [[nodiscard]] uint64_t rows() const { return rows_; }

   private:
    ImageWriter(std::unique_ptr<SummedWriter> out, const model::Geometry& geometry)
        : out_(std::move(out)), geometry_(geometry) {}

    std::unique_ptr<SummedWriter> out_;
    model::Geometry geometry_;
    uint64_t rows_ = 0;
    std::optional<uint64_t> last_row_;
    bool finished_ = false;
};

/// What a reader of an image asks besides.
struct ImageChecks {
    /// Empty, or why a row cannot be loaded and what to do, on two lines; empty: all can.
    std::function<std::string(const StoredRow&)> objection{};
    /// Asked at every row; true ends the reading with an error. Empty: no.
    std::function<bool()> stop{};
    ShapingOptions shaping{};  ///< for the remedy when the image does not fit
};

/// Reads an image, row by row in constant memory. It is read to its end and checked before open() succeeds, so that a
/// damaged one changes nothing; hence it has to be a regular file.
class ImageReader {
   public:
    /// Everything in `geometry` but the number of tracks is that of the memory which was saved, no row of the image
    /// lies past its tracks, and there is no objection to one.
    static Result<std::unique_ptr<ImageReader>> open(const std::string& path, const model::Geometry& geometry,
                                                     const ImageChecks& checks = {});
    static Result<std::unique_ptr<ImageReader>> open(std::unique_ptr<ByteSource> source,
                                                     const model::Geometry& geometry, const ImageChecks& checks = {});

    /// The label of an image whose checksum is sound; empty: it has none. The rows are not looked at.
    static Result<std::string> read_label(const std::string& path);

    /// The next row; false at the end. Fails when the file has changed since open().
    Result<bool> next(StoredRow& row);
    /// Rows of the whole image.
    [[nodiscard]] uint64_t rows() const { return rows_; }

   private:
    ImageReader(std::unique_ptr<ByteSource> source, const model::Geometry& geometry, const ImageChecks& checks)
        : in_(std::move(source)), geometry_(geometry), checks_(checks) {}

    Status check_rows();
    /// Everything before the rows.
    Status read_header();
    Status read_label();
    Status check_shape() const;
    Status read_row(StoredRow& row);
    Status read_end();
    /// The message about what in_ found wrong, or about `what`.
    [[nodiscard]] Status damaged() const;
    [[nodiscard]] Status damaged(const std::string& what) const;

    SummedReader in_;
    model::Geometry geometry_;
    ImageChecks checks_;
    ArrayShape shape_;
    uint64_t overhead_sites_ = 0;
    std::string label_;
    uint64_t rows_ = 0;
    uint64_t rows_read_ = 0;
    std::optional<uint64_t> last_row_;
    bool over_ = false;
};

}  // namespace sky::memory
