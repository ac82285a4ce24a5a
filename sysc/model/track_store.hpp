#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sysc/model/geometry.hpp"

namespace sky::model {

/// The words of every track at rest. A track takes memory when it is first touched; an untouched one reads as
/// zeros and costs nothing.
class TrackStore {
   public:
    explicit TrackStore(const Geometry& geometry);

    /// The S words of a track, or nullptr while it was never touched. Valid until the store is destroyed.
    [[nodiscard]] const uint64_t* find(uint64_t row) const;
    /// The S words of a track, made on first use.
    [[nodiscard]] uint64_t* touch(uint64_t row);
    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment) const {
        const uint64_t* words = find(row);
        return words ? words[segment] : 0;
    }

    [[nodiscard]] uint64_t touched_tracks() const { return used_; }
    /// Host memory held, in bytes.
    [[nodiscard]] uint64_t host_bytes() const;

   private:
    struct Entry {
        uint32_t row = 0;
        uint32_t slot = kFree;
    };
    static constexpr uint32_t kFree = 0xffffffff;
    static constexpr uint32_t kTracksPerChunk = 64;

    [[nodiscard]] size_t probe(uint64_t row) const;
    [[nodiscard]] uint64_t* slot_words(uint32_t slot) const;
    void grow();

    uint32_t segments_;
    uint64_t used_ = 0;
    std::vector<Entry> table_;  // open addressing, power of two
    std::vector<std::unique_ptr<uint64_t[]>> chunks_;
};

}  // namespace sky::model
