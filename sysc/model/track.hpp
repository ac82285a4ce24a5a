#pragma once

#include <bitset>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sysc/model/geometry.hpp"
#include "sysc/model/shift_planner.hpp"

namespace sky::model {

using PortMask = std::bitset<kMaxSegments + 1>;

/// A pulse that would destroy data or that no circuit could drive. The track is as before the pulse.
class TrackError : public std::runtime_error {
   public:
    enum class Kind : uint8_t {
        kPushedOut,  ///< a skyrmion would leave the shifted range
        kOccupied,   ///< an inject onto a site that holds a skyrmion
        kBadPorts,   ///< start not left of end, or a mask that names a port that does not exist
    };
    TrackError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
    [[nodiscard]] Kind kind() const { return kind_; }

   private:
    Kind kind_;
};

/// One nanotrack, site by site: the reference that rtl/track/sky_track.sv must equal. 1 = skyrmion.
/// See Geometry for where ports and segments lie.
class Track {
   public:
    /// Empty but for its guard pattern, at a head offset. `id` is named in errors only.
    explicit Track(const Geometry& geometry, uint64_t id = 0, int32_t offset = 0);

    /// The port number that stands for the end of the wire: as `start` the left end, as `end` the right end.
    [[nodiscard]] uint32_t wire_end() const { return geometry_.ports(); }

    /// One step of every site between ports `start` and `end`, both port sites included. Sites outside stay,
    /// the vacated site reads 0. Throws kPushedOut or kBadPorts.
    void shift(uint32_t start, uint32_t end, Direction direction);
    /// One step of the whole wire.
    void shift(Direction direction) { shift(wire_end(), wire_end(), direction); }

    /// The sites under the masked ports.
    [[nodiscard]] PortMask detect(const PortMask& ports) const;
    /// Clears the sites under the masked ports; returns those that held a skyrmion.
    PortMask remove(const PortMask& ports);
    /// Sets the sites under the masked ports. Throws kOccupied.
    void inject(const PortMask& ports);

    /// The site under a port, and a domain-wall write of it: set to the value whatever was there.
    [[nodiscard]] bool sense(uint32_t port) const { return site(geometry_.port_site(port)); }
    void write(uint32_t port, bool value) { set_site(geometry_.port_site(port), value); }

    /// Net whole-wire steps to the left.
    [[nodiscard]] int32_t offset() const { return offset_; }

    [[nodiscard]] uint32_t skyrmions() const;
    [[nodiscard]] bool site(uint32_t position) const { return sites_.at(position) != 0; }
    void set_site(uint32_t position, bool value) { sites_.at(position) = value ? 1 : 0; }

    /// What the two guard ports see.
    [[nodiscard]] bool guard_first() const { return site(geometry_.guard_port_site()); }
    [[nodiscard]] bool guard_second() const { return site(geometry_.guard_port_site() + 1); }

    /// Skyrmions in the sites that a shift between these ports moves.
    [[nodiscard]] uint32_t skyrmions(uint32_t start, uint32_t end) const;

    /// Site s of segment g where it lies when the head is at `offset`; s is below depth().
    [[nodiscard]] bool bit(uint32_t segment, uint32_t s, int32_t offset) const {
        return site(position(segment, s, offset));
    }
    [[nodiscard]] bool bit(uint32_t segment, uint32_t s) const { return bit(segment, s, offset_); }
    void set_bit(uint32_t segment, uint32_t s, bool value) { set_site(position(segment, s, offset_), value); }
    /// The word of segment g; site 0 is the most significant of D bits.
    [[nodiscard]] uint64_t word(uint32_t segment, int32_t offset) const;
    [[nodiscard]] uint64_t word(uint32_t segment) const { return word(segment, offset_); }
    void set_word(uint32_t segment, uint64_t word);

    [[nodiscard]] const Geometry& geometry() const { return geometry_; }

   private:
    [[nodiscard]] uint32_t position(uint32_t segment, uint32_t s, int32_t offset) const {
        return static_cast<uint32_t>(static_cast<int32_t>(geometry_.port_site(segment) + 1 + s) - offset);
    }
    [[nodiscard]] uint32_t first_site(uint32_t start) const {
        return start >= wire_end() ? 0 : geometry_.port_site(start);
    }
    [[nodiscard]] uint32_t last_site(uint32_t end) const {
        return end >= wire_end() ? geometry_.sites() - 1 : geometry_.port_site(end);
    }
    [[noreturn]] void fail(TrackError::Kind kind, const std::string& command, const std::string& why) const;
    void check_ports(const PortMask& ports, const char* command) const;

    Geometry geometry_;
    uint64_t id_;
    int32_t offset_;
    std::vector<uint8_t> sites_;
};

}  // namespace sky::model
