#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/regfile/code.hpp"

namespace sky::regfile {

/// What the core asks of its register file at once: the write of an instruction and the reads of the next one, those
/// left out that need no access (x0, one register twice, what the write forwards). 0: none.
struct SampledRequest {
    uint8_t write = 0;
    uint8_t read1 = 0;
    uint8_t read2 = 0;
    bool announced = false;  ///< the core hints at it while the one before is answered

    [[nodiscard]] bool empty() const { return write == 0 && read1 == 0 && read2 == 0; }
    bool operator==(const SampledRequest&) const = default;
};

/// Requests of a run, taken as windows all over it: which of them meet in a bank depends on the placement, so that
/// counts of neighbours are not enough. A sink of stream_accesses().
class RequestSample {
   public:
    static constexpr uint32_t kWindow = 64;  ///< requests in a row

    /// Of a run of `total` requests about `wanted`. `code` must outlive it.
    RequestSample(const Code& code, uint64_t total, uint64_t wanted);

    void operator()(uint64_t pc, std::span<const uint8_t> accesses);

    [[nodiscard]] std::span<const SampledRequest> requests() const { return requests_; }
    [[nodiscard]] uint64_t seen() const { return seen_; }

   private:
    [[nodiscard]] const std::vector<SampledRequest>& requests_of(uint64_t pc, size_t count);

    const Code* code_;
    uint64_t period_;
    uint64_t seen_ = 0;
    std::vector<SampledRequest> requests_;
    std::unordered_map<uint64_t, std::vector<SampledRequest>> pieces_;
};

}  // namespace sky::regfile
