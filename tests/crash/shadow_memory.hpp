#pragma once

#include <map>
#include <memory>
#include <vector>

#include "host/memory/session.hpp"
#include "sysc/model/track.hpp"

namespace sky::test {

/// The tracks of a session that works by pulses, moved by nothing but its pulses: what would be left of the memory if
/// the power went at this pulse, shifts half done included.
class ShadowMemory {
   public:
    explicit ShadowMemory(const memory::SessionConfig& config);
    /// Begins with what a session holds.
    void copy(memory::MemorySession& session);

    void take(const model::Pulse& pulse);

    /// A new session on a copy of the tracks.
    [[nodiscard]] std::unique_ptr<memory::MemorySession> session(bool by_pulses = false);

   private:
    struct Row {
        std::vector<model::Track> tracks;
        memory::StoredRow stored;  ///< as of the last session()
        bool changed = false;
    };
    Row& row(uint32_t number);
    void store(Row& row) const;

    memory::SessionConfig config_;
    std::map<uint32_t, Row> rows_;
};

}  // namespace sky::test
