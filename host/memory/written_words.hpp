#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "host/memory/session.hpp"

namespace sky::memory {

/// What was last written to every word of a memory, either mapping; zero where nothing was. Takes host memory only
/// for the neighbourhood of words that were written.
class WrittenWords {
   public:
    explicit WrittenWords(const Geometry& geometry) : geometry_(geometry) {}

    /// Whether the command names words this geometry has, with as much data as they take; what is not whole the
    /// memory refuses.
    [[nodiscard]] bool whole(const Command& command, size_t data_words) const;

    /// Calls f(index, k) for each word of a whole command, k counting its data or answer beats.
    template <typename F>
    void each(const Command& command, F&& f) const {
        const uint32_t beats = geometry_.beats_per_segment();
        size_t k = 0;
        for (uint64_t mask = command.seg_mask; mask != 0; mask &= mask - 1) {
            const uint64_t first = first_word(command, static_cast<uint32_t>(std::countr_zero(mask)));
            for (uint32_t beat = 0; beat < beats; ++beat) f(first + beat, k++);
        }
    }

    [[nodiscard]] uint64_t read(uint64_t index) const;
    void write(uint64_t index, uint64_t word);

   private:
    static constexpr uint64_t kPageWords = 32;
    using Page = std::array<uint64_t, kPageWords>;

    /// Words of a row stand site by site, of a site segment by segment.
    [[nodiscard]] uint64_t first_word(const Command& command, uint32_t segment) const {
        return uint64_t{command.row} * geometry_.row_words() +
               (uint64_t{command.site} * geometry_.segments + segment) * geometry_.beats_per_segment();
    }

    Geometry geometry_;
    std::unordered_map<uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace sky::memory
