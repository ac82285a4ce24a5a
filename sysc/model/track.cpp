#include "sysc/model/track.hpp"

#include <algorithm>
#include <numeric>

#include "sysc/model/position_guard.hpp"

namespace sky::model {

Track::Track(const Geometry& geometry, uint64_t id, int32_t offset)
    : geometry_(geometry), id_(id), offset_(offset), sites_(geometry.sites(), 0) {
    for (uint32_t i = 0; i < geometry.guard_pattern_sites(); ++i) {
        const auto at_home = static_cast<int32_t>(geometry.data_sites() + i);
        set_site(static_cast<uint32_t>(at_home - offset),
                 guard_bit(at_home - static_cast<int32_t>(geometry.guard_port_site())));
    }
}

void Track::fail(TrackError::Kind kind, const std::string& command, const std::string& why) const {
    throw TrackError(kind, "track " + std::to_string(id_) + ", head offset " + std::to_string(offset_) + ", " +
                               command + ": " + why);
}

void Track::check_ports(const PortMask& ports, const char* command) const {
    if ((ports >> geometry_.ports()).any())
        fail(TrackError::Kind::kBadPorts, command, "the track has ports 0 to " + std::to_string(geometry_.segments));
}

void Track::shift(uint32_t start, uint32_t end, Direction direction) {
    const bool left = direction == Direction::kLeft;
    const bool from_wire = start >= wire_end();
    const bool to_wire = end >= wire_end();
    const auto name = [&] {
        return std::string("shift ") + (left ? "left" : "right") + " [" +
               (from_wire ? "left end" : "AP" + std::to_string(start)) + ", " +
               (to_wire ? "right end" : "AP" + std::to_string(end)) + "]";
    };
    if (!from_wire && !to_wire && start >= end)
        fail(TrackError::Kind::kBadPorts, name(), "the start port must be left of the end port");

    const uint32_t first = first_site(start);
    const uint32_t last = last_site(end);
    const uint32_t leaving = left ? first : last;
    if (sites_[leaving] != 0)
        fail(TrackError::Kind::kPushedOut, name(),
             "the skyrmion at site " + std::to_string(leaving) + " would leave the range");

    const auto begin = sites_.begin() + first;
    const auto stop = sites_.begin() + last + 1;
    if (left) {
        std::copy(begin + 1, stop, begin);
        *(stop - 1) = 0;
    } else {
        std::copy_backward(begin, stop - 1, stop);
        *begin = 0;
    }
    if (from_wire && to_wire) offset_ += left ? 1 : -1;
}

PortMask Track::detect(const PortMask& ports) const {
    check_ports(ports, "detect");
    PortMask sensed;
    for (uint32_t port = 0; port < geometry_.ports(); ++port)
        sensed[port] = ports[port] && sites_[geometry_.port_site(port)] != 0;
    return sensed;
}

PortMask Track::remove(const PortMask& ports) {
    const PortMask found = detect(ports);
    for (uint32_t port = 0; port < geometry_.ports(); ++port)
        if (found[port]) sites_[geometry_.port_site(port)] = 0;
    return found;
}

void Track::inject(const PortMask& ports) {
    check_ports(ports, "inject");
    for (uint32_t port = 0; port < geometry_.ports(); ++port)
        if (ports[port] && sites_[geometry_.port_site(port)] != 0)
            fail(TrackError::Kind::kOccupied, "inject at AP" + std::to_string(port), "the site holds a skyrmion");
    for (uint32_t port = 0; port < geometry_.ports(); ++port)
        if (ports[port]) sites_[geometry_.port_site(port)] = 1;
}

uint32_t Track::skyrmions() const { return std::accumulate(sites_.begin(), sites_.end(), 0U); }

uint32_t Track::skyrmions(uint32_t start, uint32_t end) const {
    return std::accumulate(sites_.begin() + first_site(start), sites_.begin() + last_site(end) + 1, 0U);
}

uint64_t Track::word(uint32_t segment, int32_t offset) const {
    uint64_t word = 0;
    for (uint32_t s = 0; s < geometry_.sites_per_segment; ++s) word = word << 1 | (bit(segment, s, offset) ? 1 : 0);
    return word;
}

void Track::set_word(uint32_t segment, uint64_t word) {
    for (uint32_t s = geometry_.sites_per_segment; s-- > 0; word >>= 1) set_bit(segment, s, (word & 1) != 0);
}

}  // namespace sky::model
