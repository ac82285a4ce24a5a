#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sysc/model/pin_driver.hpp"

namespace sky::memory {

/// Finished requests, oldest first, in places that are used again: it allocates only to grow.
class FinishedQueue {
   public:
    [[nodiscard]] bool empty() const { return count_ == 0; }
    void push(const model::Finished& finished) {
        if (count_ == places_.size()) grow();
        places_[(first_ + count_++) % places_.size()] = finished;
    }
    /// Takes out the oldest; it stays where it is until the next push().
    model::Finished& pop() {
        model::Finished& oldest = places_[first_];
        first_ = (first_ + 1) % places_.size();
        --count_;
        return oldest;
    }

   private:
    void grow() {
        std::rotate(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(first_), places_.end());
        first_ = 0;
        places_.resize(2 * places_.size());
    }

    std::vector<model::Finished> places_{16};
    size_t first_ = 0;
    size_t count_ = 0;
};

}  // namespace sky::memory
