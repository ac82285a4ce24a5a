#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/memory/latency_histogram.hpp"
#include "host/memory/trace.hpp"
#include "sysc/model/track_store.hpp"

namespace sky::memory {

struct RunnerConfig {
    uint64_t rows = 0;  ///< rows are folded onto this many: row modulo rows
    bool check = true;  ///< compare every word read with the one last written; costs host memory and time
};

/// Puts a stream of requests on a session, as many at once as the session keeps under way, and keeps account
/// of what came back. What the session holds at the beginning is known to the check. Needs the session for itself;
/// takes what it finishes. Holds requests back until it has a batch, so that the host's memory can be asked at once
/// for all that they will touch: the session has them all only after drain().
class RequestRunner {
   public:
    RequestRunner(MemorySession& session, const RunnerConfig& config);

    void submit(const TraceRecord& record);
    /// The same without a copy: the place to put the next request in, and to hand in what was put there.
    [[nodiscard]] TraceRecord& next_place() { return held_[held_count_]; }
    void submit_placed();
    /// Waits for everything under way.
    void drain();

    /// Those held back included.
    [[nodiscard]] uint64_t requests() const { return requests_; }
    [[nodiscard]] uint64_t reads() const { return reads_; }
    [[nodiscard]] uint64_t writes() const { return writes_; }
    [[nodiscard]] const LatencyHistogram& latency() const { return latency_; }
    /// The first request that was refused or read something else than was written; empty when there was none.
    [[nodiscard]] const std::string& failure() const { return failure_; }
    /// Requests answered with kPositionLost: their rows have slipped out of reach, which is reported and no failure.
    [[nodiscard]] uint64_t position_lost() const { return position_lost_; }
    /// Whether the failure is that the memory refused the request.
    [[nodiscard]] bool refused() const { return refusal_ != RspStatus::kOk; }
    /// Why it did; kOk when it did not.
    [[nodiscard]] RspStatus refusal() const { return refusal_; }

   private:
    static constexpr size_t kBatch = 32;

    struct Expected {
        uint64_t id = 0;
        uint64_t request = 0;  ///< counted from 1
        Command command;
        std::vector<uint64_t> words;  ///< of a READ that is checked
    };

    void know(const StoredRow& row);
    void hand_in_batch();
    void prefetch_words(const Command& command) const;
    void hand_in(const TraceRecord& record);
    [[nodiscard]] Expected& new_expected();
    void remember(const TraceRecord& record, Expected& expected);
    void take_finished();
    void settle(const Finished& finished, const Expected& expected);
    void compare(const Finished& finished, const Expected& expected);
    void fail(const Expected& expected, const std::string& what);

    MemorySession* session_;
    RunnerConfig config_;
    model::TrackStore written_;
    std::array<TraceRecord, kBatch> held_;
    size_t held_count_ = 0;
    uint64_t handed_in_ = 0;
    std::vector<Expected> under_way_;  // the first under_way_count_; the others are places to use again
    size_t under_way_count_ = 0;
    LatencyHistogram latency_;
    uint64_t requests_ = 0;
    uint64_t reads_ = 0;
    uint64_t writes_ = 0;
    uint64_t position_lost_ = 0;
    std::string failure_;
    RspStatus refusal_ = RspStatus::kOk;
};

}  // namespace sky::memory
