#pragma once

#include <memory>
#include <string>

#include "host/memory/packed_file.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pulse.hpp"

namespace sky::memory {

/// Writes the command trace: a line of text for every pulse group, in the order in which they take effect; two lines
/// of comment, which begin with #, stand before them.
///
///     line   = cycle bank row slot where offset
///     slot   = "shift" | "detect" | "remove" | "overlap" | "inject"
///     where  = shift: ("left" | "right") ":" ("wire" | start ".." end)
///              overlap: ports "/" ports, those that remove and those that inject
///              the others: ports
///     ports  = range {"," range}                       of a row of one track, or of every track
///            | port ":" tracks {"," port ":" tracks}   of a row of several
///     range  = port ["-" port]
///
/// `cycle` counts from 1 and is the last one of the slot, in which the pulse takes effect; `offset` is that of the
/// head behind it, in steps to the left. A shift moves what lies between two ports, they included; "start" and "end"
/// stand for the ends of the wire. `tracks` is a hexadecimal mask, the lowest bit the first track of the row.
///
/// Packed as its name says (.gz, .zst); the file appears when close() succeeds.
class PulseTraceWriter {
   public:
    static Result<std::unique_ptr<PulseTraceWriter>> create(const std::string& path, const model::Geometry& geometry);

    void add(const model::Pulse& pulse);
    /// Writes the rest, under a temporary name until close().
    Status finish() { return out_->finish(); }
    Status close() { return out_->commit(); }
    /// Writing has failed; close() says why.
    [[nodiscard]] bool failed() const { return out_->failed(); }

   private:
    PulseTraceWriter(std::unique_ptr<PackedFile> out, const model::Geometry& geometry)
        : out_(std::move(out)), geometry_(geometry) {}

    [[nodiscard]] std::string where(const model::Pulse& pulse) const;
    [[nodiscard]] std::string range(const model::Pulse& pulse) const;
    [[nodiscard]] std::string ports(std::span<const model::PortMask> by_track) const;

    std::unique_ptr<PackedFile> out_;
    model::Geometry geometry_;
};

}  // namespace sky::memory
