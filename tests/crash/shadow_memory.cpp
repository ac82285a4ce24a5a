#include "tests/crash/shadow_memory.hpp"

#include <stdexcept>

namespace sky::test {
namespace {

using memory::MemorySession;
using memory::StoredRow;
using model::Pulse;
using model::Track;

/// What load_image() uses, without a file.
struct RowSetter : MemorySession {
    static void set(MemorySession& session, const StoredRow& row) { (session.*&RowSetter::set_stored_row)(row); }
};

}  // namespace

ShadowMemory::ShadowMemory(const memory::SessionConfig& config) : config_(config) {}

ShadowMemory::Row& ShadowMemory::row(uint32_t number) {
    Row& row = rows_[number];
    while (row.tracks.size() < config_.geometry.tracks_per_row) row.tracks.emplace_back(config_.geometry);
    row.stored.row = number;
    row.changed = true;
    return row;
}

void ShadowMemory::take(const Pulse& pulse) {
    Row& of = row(pulse.row);
    for (size_t t = 0; t < of.tracks.size(); ++t) {
        Track& track = of.tracks[t];
        switch (pulse.kind) {
            case Pulse::Kind::kShift: track.shift(pulse.start, pulse.end, pulse.direction); break;
            case Pulse::Kind::kRemove: track.remove(pulse.removes[t]); break;
            case Pulse::Kind::kInject: track.inject(pulse.injects[t]); break;
            case Pulse::Kind::kOverlap:
                track.remove(pulse.removes[t]);
                track.inject(pulse.injects[t]);
                break;
            default: break;
        }
    }
}

/// The row as an image would have it.
void ShadowMemory::store(Row& row) const {
    const memory::Geometry& geometry = config_.geometry;
    row.stored.offset = row.tracks.front().offset();
    row.stored.words.clear();
    row.changed = false;
    if (row.tracks.size() == 1) {
        for (uint32_t g = 0; g < geometry.segments; ++g) row.stored.words.push_back(row.tracks.front().word(g));
        return;
    }
    for (uint32_t site = 0; site < geometry.sites_per_segment; ++site)
        for (uint32_t g = 0; g < geometry.segments; ++g) {
            uint64_t word = 0;
            for (size_t t = 0; t < row.tracks.size(); ++t) word |= uint64_t{row.tracks[t].bit(g, site)} << t;
            row.stored.words.push_back(word);
        }
}

void ShadowMemory::copy(MemorySession& session) {
    session.each_row([&](const StoredRow& stored) {
        Row& of = row(static_cast<uint32_t>(stored.row));
        const memory::Geometry& geometry = config_.geometry;
        of.tracks.assign(of.tracks.size(), Track(geometry, 0, stored.offset));
        auto word = stored.words.begin();
        if (of.tracks.size() == 1) {
            for (uint32_t g = 0; g < geometry.segments; ++g) of.tracks.front().set_word(g, *word++);
            return;
        }
        for (uint32_t site = 0; site < geometry.sites_per_segment; ++site)
            for (uint32_t g = 0; g < geometry.segments; ++g, ++word)
                for (size_t t = 0; t < of.tracks.size(); ++t) of.tracks[t].set_bit(g, site, (*word >> t & 1) != 0);
    });
}

std::unique_ptr<MemorySession> ShadowMemory::session(bool by_pulses) {
    memory::SessionConfig config = config_;
    config.by_pulses = by_pulses;
    auto session = MemorySession::start(config);
    if (!session.ok()) throw std::runtime_error(session.status().message());
    for (auto& [number, row] : rows_) {
        if (row.changed) store(row);
        RowSetter::set(*session.value(), row.stored);
    }
    return std::move(session.value());
}

}  // namespace sky::test
