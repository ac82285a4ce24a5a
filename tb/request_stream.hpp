#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sysc/model/command.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/random.hpp"

namespace sky::tb {

struct Request {
    model::Command command;
    std::vector<uint64_t> data;  ///< command.data_beats(geometry) words, all 64 bits used whatever the word's width
};

/// Random requests for a controller: every operation and write algorithm that its array has, or the one asked for;
/// random masks, sites and data, few rows so that requests meet each other's data, and about one in ten of a kind
/// that has to be refused, each status in turn.
class RequestStream {
   public:
    RequestStream(const model::Geometry& geometry, uint64_t seed,
                  std::optional<model::WriteAlg> write_alg = std::nullopt);

    [[nodiscard]] Request next();

    /// A number below `bound`, from the same seed.
    [[nodiscard]] uint64_t below(uint64_t bound) { return random_.below(bound); }

   private:
    void spoil(model::Command& command);
    [[nodiscard]] uint64_t mask();
    [[nodiscard]] uint64_t word();
    [[nodiscard]] uint32_t row();

    model::Geometry geometry_;
    std::vector<model::WriteAlg> write_algs_;
    model::Random random_;
    uint32_t spoiled_ = 0;
    uint64_t last_word_ = 0;
};

}  // namespace sky::tb
