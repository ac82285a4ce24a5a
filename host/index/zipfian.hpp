#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "host/memory/random.hpp"

namespace sky::index {

/// Zipf-distributed ranks: rank r of n has weight (r + 1)^-0.99, held as a table of integer sums (8 bytes a
/// rank), so that draws are exact and the same everywhere.
class ZipfianRanks {
   public:
    /// A table of millions takes seconds: `go_on` is asked now and then, and false leaves the rest out.
    explicit ZipfianRanks(uint64_t ranks, const std::function<bool()>& go_on = {});
    [[nodiscard]] uint64_t draw(memory::Random& random) const;
    /// Of one rank, out of total(). For tests and figures.
    [[nodiscard]] uint64_t weight(uint64_t rank) const;
    [[nodiscard]] uint64_t total() const { return sums_.back(); }

   private:
    std::vector<uint64_t> sums_;  // inclusive
};

}  // namespace sky::index
