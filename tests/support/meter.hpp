#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "sysc/model/command.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/pin_driver.hpp"

namespace sky::test {

/// Hands one request at a time to anything with a controller's pins and counters(), model or RTL, and says what
/// each cost.
template <typename Target>
class Meter {
   public:
    explicit Meter(Target& target) : target_(&target), driver_(target) {}

    /// Runs a request that has to be taken; what was counted meanwhile.
    model::Counters run(const model::Command& command, std::span<const uint64_t> data = {}) {
        const model::Counters before = target_->counters();
        pass(command, data);
        return target_->counters() - before;
    }
    /// The same without looking at the counters.
    void pass(const model::Command& command, std::span<const uint64_t> data = {}) {
        driver_.submit(command, data);
        const model::Finished* done = driver_.advance();
        ASSERT_NE(done, nullptr);
        ASSERT_EQ(done->status, model::RspStatus::kOk);
        answer_ = done->words;
    }
    /// Words that the last request answered.
    [[nodiscard]] const std::vector<uint64_t>& answer() const { return answer_; }

   private:
    Target* target_;
    model::PinDriver<Target> driver_;
    std::vector<uint64_t> answer_;
};

}  // namespace sky::test
