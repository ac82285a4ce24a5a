#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "host/memory/array_shape.hpp"
#include "host/memory/finished_queue.hpp"
#include "host/memory/status.hpp"
#include "sysc/model/command.hpp"
#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/pulse.hpp"
#include "sysc/model/stored_row.hpp"
#include "sysc/model/track_store.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::memory {

using model::Command;
using model::Counter;
using model::Counters;
using model::Finished;
using model::Geometry;
using model::Mapping;
using model::Op;
using model::Policy;
using model::ReturnPolicy;
using model::RspStatus;
using model::Scheduler;
using model::StoredRow;
using model::Timing;
using model::WriteAlg;

enum class Backend : uint8_t {
    kFast,  ///< the cycle model, from event to event
    kTlm,   ///< the cycle model behind a SystemC TLM-2.0 socket
    kRtl,   ///< the Verilated controller and tracks, driven at their pins
};
[[nodiscard]] const char* to_string(Backend backend);
[[nodiscard]] std::optional<Backend> parse_backend(const std::string& name);

struct SessionConfig {
    Backend backend = Backend::kFast;
    Geometry geometry{};
    Timing timing{};
    model::Policy policy{};
    uint32_t outstanding = 1;  ///< requests the host keeps under way, 1 to 256
    /// Work pulse by pulse, with the same answers, counters and cycles, so that observe_pulses() has something to
    /// show: on `fast` only, and many times slower.
    bool by_pulses = false;
};

/// Thrown where a word was asked for that the memory does not give: it does not exist, or its row slipped out of
/// reach (kPositionLost).
class WordRefused : public std::out_of_range {
   public:
    explicit WordRefused(RspStatus status) : std::out_of_range(to_string(status)), status_(status) {}
    [[nodiscard]] RspStatus status() const { return status_; }

   private:
    RspStatus status_;
};

class ChangedLines;
class ImageWriter;

/// A memory being used: requests go in, model time passes, answers come out. The same requests give the same
/// answers, counters and cycles on every backend.
///
/// Model time advances only inside submit() (while `outstanding` requests are under way), advance(), drain()
/// and execute(); between calls the memory stands still, so host time never counts. Not thread-safe.
class MemorySession {
   public:
    /// Fails when the geometry or the timing cannot be built on the backend. On `rtl` the number of tracks is
    /// cut to what the Verilated array holds; see geometry().
    static Result<std::unique_ptr<MemorySession>> start(const SessionConfig& config);

    /// Whether a memory of this configuration takes the command, and else why not.
    [[nodiscard]] static RspStatus check(const SessionConfig& config, const Command& command);

    virtual ~MemorySession() = default;
    MemorySession(const MemorySession&) = delete;
    MemorySession& operator=(const MemorySession&) = delete;

    /// Hands in a request and returns its id. `data` has command.data_beats(geometry) words, else
    /// std::invalid_argument.
    uint64_t submit(const Command& command, std::span<const uint64_t> data = {});
    /// Called for every request in the order of submit(), before it is handed in; for recording. Empty: nobody.
    using Observer = std::function<void(const Command&, std::span<const uint64_t>)>;
    void observe(Observer observer) {
        observer_ = std::move(observer);
        watched_ = observer_ != nullptr || changed_ != nullptr;
    }
    /// Notes every line that a request handed in from now on may change; nullptr: nobody notes it.
    void note_changes(ChangedLines* changed) {
        changed_ = changed;
        watched_ = observer_ != nullptr || changed_ != nullptr;
    }
    /// The rows as they lie at rest, for who copies or replays them while nothing is under way; nullptr where the
    /// backend does not keep them on the host.
    [[nodiscard]] virtual model::TrackStore* tracks() { return nullptr; }
    /// Called for every pulse of the device; `by_pulses` of the configuration must be set, else std::logic_error.
    virtual void observe_pulses(const model::PulseObserver& observer);
    /// The oldest finished request that was not yet taken. Does not advance model time.
    std::optional<Finished> poll();
    /// The same without a copy: nullptr when there is none, else valid until the next call.
    const Finished* take();
    /// Runs until one more request has finished; false when none was under way.
    bool advance();
    /// Runs until no request is under way. What finished waits for poll().
    void drain();
    /// submit() and run until that request has finished. The result is valid until the next call; requests that
    /// finish meanwhile wait for poll().
    const Finished& execute(const Command& command, std::span<const uint64_t> data = {});

    /// Hints, without effect on the model: a command for this row will come; and these will be its words. Best for
    /// some tens of commands at once: all rows, then all words, then the commands.
    virtual void prefetch_row(uint32_t /*row*/) {}
    virtual void prefetch_words(const Command& /*command*/) {}

    /// The word in one segment; WordRefused when the memory does not take the command.
    uint64_t read_word(uint32_t row, uint32_t segment);
    void write_word(uint32_t row, uint32_t segment, uint64_t word, WriteAlg alg);

    /// Writes what outlives power, every row's words, flags and rest offset, into an image; see image_format.hpp.
    /// Runs what is under way to its end first. The same content makes the same file on every backend.
    Status save_image(const std::string& path);
    /// The same into an image that was begun; its close() is the caller's.
    void save_image(ImageWriter& image);
    /// Begins with what an image holds, at no cost in model time. Once, and before the first request, else
    /// std::logic_error. A run goes on as if it had not been interrupted; but what the controller keeps in registers
    /// begins anew, which is the elevator's place and, with several banks, whose turn it is to answer. A damaged or
    /// foreign image changes nothing. `stop` is asked now and then; true ends the loading with an error. `shaping` is
    /// for the remedy when the image does not fit.
    Status load_image(const std::string& path, const std::function<bool()>& stop = {},
                      const ShapingOptions& shaping = {});
    /// Empty, or why the controller could not have left the row so and what to do, on two lines.
    [[nodiscard]] std::string objection(uint64_t row, int32_t offset) const;
    /// Every row that is not all zero and at home, ascending. Runs what is under way to its end first.
    void each_row(const std::function<void(const StoredRow&)>& visit);

    /// Counters since start(). counters()[kCycles] is the model time in cycles of timing().cycle_ps.
    [[nodiscard]] virtual const Counters& counters() = 0;
    /// The tree of everything since start(): the counters, and where the backend knows them each bank's and the host
    /// memory the rows take.
    [[nodiscard]] stats::Group statistics();
    /// The tree of what these counters hold, such as a difference of two.
    [[nodiscard]] stats::Group statistics(const Counters& counted) const;

    [[nodiscard]] const Geometry& geometry() const { return config_.geometry; }
    [[nodiscard]] const Timing& timing() const { return config_.timing; }
    [[nodiscard]] const SessionConfig& config() const { return config_; }
    [[nodiscard]] double word_bytes() const { return config_.geometry.sites_per_segment / 8.0; }

   protected:
    explicit MemorySession(const SessionConfig& config) : config_(config) {}

    virtual uint64_t enqueue(const Command& command, std::span<const uint64_t> data) = 0;
    /// Runs until one more request finishes; valid until the next call. nullptr when none is under way.
    virtual const Finished* run() = 0;
    /// enqueue() and run() in one; nullptr when nothing was done because the backend cannot or other requests are
    /// under way.
    virtual const Finished* run_alone(const Command& /*command*/, std::span<const uint64_t> /*data*/) {
        return nullptr;
    }
    [[nodiscard]] virtual size_t under_way() const = 0;
    /// each_row() while nothing is under way.
    virtual void each_stored_row(const std::function<void(const StoredRow&)>& visit) = 0;
    /// Puts a row nothing was done to into this state.
    virtual void set_stored_row(const StoredRow& row) = 0;
    /// What the backend knows besides the counters.
    virtual void add_statistics(stats::Group& /*root*/) const {}

   private:
    void announce(const Command& command, std::span<const uint64_t> data);
    void tell(const Command& command, std::span<const uint64_t> data);
    void check_segment(uint32_t segment) const;

    SessionConfig config_;
    Observer observer_;
    FinishedQueue finished_;
    ChangedLines* changed_ = nullptr;
    bool watched_ = false;  // by an observer or for changed lines
    bool used_ = false;     // by a request or an image
};

}  // namespace sky::memory
