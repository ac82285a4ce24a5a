#pragma once

#include <optional>
#include <string>

#include "host/memory/summed_stream.hpp"
#include "sysc/model/geometry.hpp"

namespace sky::memory {

/// The options, as they were typed, that already say something of the array; empty: not given.
struct ShapingOptions {
    std::string mapping{};
    std::string segments{};
    std::string flag_site{};
};

/// What gives the rows, segments and sites of a command or an image their meaning: the geometry without its size.
struct ArrayShape {
    uint64_t sites_per_segment = 0;
    uint64_t segments = 0;
    uint64_t tracks_per_row = 0;
    uint8_t flag_site = 0;

    ArrayShape() = default;
    explicit ArrayShape(const model::Geometry& geometry);
    bool operator==(const ArrayShape&) const = default;

    void write(SummedWriter& out) const;
    /// False when the data end; see SummedReader::problem().
    bool read(SummedReader& in);
    /// "16 segments of 64 sites": in words.
    [[nodiscard]] std::string describe() const;
    /// What gives a memory of this shape instead of one of shape `other`: which of the `given` options, which
    /// contradict it, to leave out, and what to use.
    [[nodiscard]] std::string remedy(const ArrayShape& other, const ShapingOptions& given) const;
};

}  // namespace sky::memory
