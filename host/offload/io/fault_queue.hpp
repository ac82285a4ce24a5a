#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "host/memory/random.hpp"
#include "host/offload/io/io_queue.hpp"

namespace sky::offload {

/// What storage does to a request.
enum class Fault {
    kEio,      ///< it fails with EIO
    kEnospc,   ///< it fails with ENOSPC
    kShort,    ///< part of it is moved, and the completion says so
    kTorn,     ///< part of it is moved, and the completion says that all is
    kStale,    ///< nothing is moved, and the completion says that all is
    kBitFlip,  ///< one bit is turned over on its way
    kDelayed,  ///< it takes its time
};

inline constexpr Fault kFaults[] = {Fault::kEio,   Fault::kEnospc,  Fault::kShort,  Fault::kTorn,
                                    Fault::kStale, Fault::kBitFlip, Fault::kDelayed};
[[nodiscard]] std::string_view to_string(Fault fault);

/// A queue on storage that fails when it is told to: for tests of whatever lies above.
class FaultQueue : public IoQueue {
   public:
    FaultQueue(std::unique_ptr<IoQueue> inner, uint64_t seed, std::chrono::milliseconds delay)
        : inner_(std::move(inner)), random_(seed), delay_(delay) {}

    /// Of the requests submitted from now on, the one behind so many others is hit. Only when none is armed.
    void arm(Fault fault, uint64_t others);
    /// Drops what arm() has armed and no request has met.
    void disarm();
    /// Requests that were hit.
    [[nodiscard]] uint64_t injected() const { return injected_; }

    void submit(const IoRequest& request) override;
    void wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) override;
    void wake() override { inner_->wake(); }

   private:
    using Clock = std::chrono::steady_clock;
    struct Block {
        alignas(4096) std::byte bytes[4096];
    };
    struct Hit {
        Fault fault;
        IoRequest request;
        std::vector<Block> copy;  // of a write with a bit turned over
    };

    std::optional<Fault> hits_next();
    void inject(Fault fault, IoRequest request);
    void pass_part(Fault fault, IoRequest request);
    void pass_flipped(IoRequest request);
    void come_back(IoCompletion completion, std::vector<IoCompletion>& completions);
    void flip_bit(std::byte* data, uint64_t bytes);

    std::unique_ptr<IoQueue> inner_;
    memory::Random random_;
    std::chrono::milliseconds delay_;
    std::atomic<uint64_t> injected_{0};
    std::mutex mutex_;
    std::optional<Fault> armed_;
    uint64_t others_ = 0;
    std::map<uint64_t, Hit> hits_;  // by id, under way
    std::vector<IoCompletion> ready_;
    std::vector<std::pair<Clock::time_point, IoCompletion>> delayed_;
};

}  // namespace sky::offload
