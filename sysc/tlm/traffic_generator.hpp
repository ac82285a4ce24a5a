#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <unordered_map>
#include <vector>

#include "sysc/model/random.hpp"
#include "sysc/stats/stats.hpp"
#include "sysc/tlm/at_initiator.hpp"
#include "sysc/tlm/payload_pool.hpp"

namespace sky::tlm {

struct TrafficConfig {
    uint64_t first_address = 0;  ///< of the region; nobody else writes there, and it starts as zeros
    uint64_t region_bytes = 0;   ///< at least a line
    uint32_t line_bytes = 64;
    uint64_t requests = 0;
    uint32_t outstanding = 1;  ///< kept under way
    uint32_t write_percent = 50;
    bool sequential = false;  ///< line after line, from the first again after the last; else at random
    uint64_t seed = 1;
};

/// Reads and writes whole lines through nb_transport as fast as the target answers, checks every byte read
/// against what was written last, and keeps account. Stops when the requests are done.
class TrafficGenerator : public sc_core::sc_module {
   public:
    TrafficGenerator(const sc_core::sc_module_name& name, const TrafficConfig& config)
        : sc_module(name),
          initiator_("initiator", [this](::tlm::tlm_generic_payload& payload) { take(payload); }),
          config_(config),
          random_(config.seed) {
        if (config.line_bytes == 0 || config.region_bytes < config.line_bytes || config.outstanding == 0)
            SC_REPORT_FATAL("traffic", "needs a region of at least one line, and one request outstanding");
        for (uint32_t i = 0; i < config.outstanding; ++i) slots_.push_back(std::make_unique<Slot>(config.line_bytes));
    }

    [[nodiscard]] auto& socket() { return initiator_.socket; }

    [[nodiscard]] bool finished() const { return reads_ + writes_ == config_.requests; }
    [[nodiscard]] uint64_t reads() const { return reads_; }
    [[nodiscard]] uint64_t writes() const { return writes_; }
    /// Reads that gave other bytes than were written.
    [[nodiscard]] uint64_t mismatches() const { return mismatches_; }
    /// Requests that were answered with an error.
    [[nodiscard]] uint64_t errors() const { return errors_; }
    /// From BEGIN_REQ's turn to BEGIN_RESP.
    [[nodiscard]] sc_core::sc_time max_latency() const { return max_latency_; }
    [[nodiscard]] double mean_latency_ns() const {
        const uint64_t done = reads_ + writes_;
        return done == 0 ? 0.0 : latency_sum_.to_seconds() * 1e9 / static_cast<double>(done);
    }
    [[nodiscard]] stats::Group statistics() const {
        stats::Group group(basename(), "line requests of one initiator");
        group.count("reads", reads_, "requests", "lines read");
        group.count("writes", writes_, "requests", "lines written");
        group.count("bytes", (reads_ + writes_) * config_.line_bytes, "bytes", "bytes moved");
        group.count("mismatches", mismatches_, "requests", "lines read that were not as written");
        group.count("errors", errors_, "requests", "requests answered with an error");
        group.derived("latency_mean", mean_latency_ns(), "ns", "time from handing in to the answer, mean",
                      "sum of latencies / requests");
        group.derived("latency_max", max_latency_.to_seconds() * 1e9, "ns", "the longest of them", "maximum");
        return group;
    }

   private:
    struct Slot {
        explicit Slot(uint32_t line_bytes) : bytes(line_bytes) {}
        const ::tlm::tlm_generic_payload* payload = nullptr;
        std::vector<unsigned char> bytes;
        uint64_t line = 0;
        uint64_t version = 0;  // how often the line was written before, and with, this request
        sc_core::sc_time handed_in;
    };

    void start_of_simulation() override {
        for (const auto& slot : slots_) send(*slot);
    }

    void send(Slot& slot) {
        if (sent_ == config_.requests) return;
        const uint64_t lines = config_.region_bytes / config_.line_bytes;
        slot.line = config_.sequential ? sent_ % lines : random_.below(lines);
        ++sent_;
        const bool write = random_.percent(config_.write_percent);
        // Requests for one line do not pass each other, so a read gives what was written last before it was sent.
        if (write) slot.version = ++versions_[slot.line];
        if (!write) slot.version = version_of(slot.line);
        for (uint32_t i = 0; i < config_.line_bytes; ++i)
            slot.bytes[i] = write ? byte_of(slot, i) : static_cast<unsigned char>(~byte_of(slot, i));
        ::tlm::tlm_generic_payload& payload = pool_.get();
        payload.set_command(write ? ::tlm::TLM_WRITE_COMMAND : ::tlm::TLM_READ_COMMAND);
        payload.set_address(config_.first_address + slot.line * config_.line_bytes);
        payload.set_data_ptr(slot.bytes.data());
        payload.set_data_length(config_.line_bytes);
        payload.set_streaming_width(config_.line_bytes);
        slot.payload = &payload;
        slot.handed_in = sc_core::sc_time_stamp();
        initiator_.send(payload);
    }

    void take(const ::tlm::tlm_generic_payload& payload) {
        Slot& slot = **std::find_if(slots_.begin(), slots_.end(),
                                    [&](const std::unique_ptr<Slot>& s) { return s->payload == &payload; });
        slot.payload = nullptr;
        const sc_core::sc_time latency = sc_core::sc_time_stamp() - slot.handed_in;
        latency_sum_ += latency;
        max_latency_ = std::max(max_latency_, latency);
        if (payload.is_read()) {
            ++reads_;
        } else {
            ++writes_;
        }
        if (!payload.is_response_ok()) {
            ++errors_;
        } else if (payload.is_read()) {
            bool same = true;
            for (uint32_t i = 0; i < config_.line_bytes; ++i) same = same && slot.bytes[i] == byte_of(slot, i);
            if (!same) ++mismatches_;
        }
        send(slot);
    }

    [[nodiscard]] uint64_t version_of(uint64_t line) const {
        const auto found = versions_.find(line);
        return found == versions_.end() ? 0 : found->second;
    }
    /// Byte i of the line as that version wrote it.
    [[nodiscard]] unsigned char byte_of(const Slot& slot, uint32_t i) const {
        if (slot.version == 0) return 0;
        const uint64_t word = model::mix64(config_.seed ^ model::mix64(slot.line * 8 + i / 8) ^ slot.version << 32);
        return static_cast<unsigned char>(word >> (8 * (i % 8)));
    }

    AtInitiator initiator_;
    PayloadPool pool_;
    TrafficConfig config_;
    model::Random random_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::unordered_map<uint64_t, uint64_t> versions_;
    uint64_t sent_ = 0;
    uint64_t reads_ = 0;
    uint64_t writes_ = 0;
    uint64_t mismatches_ = 0;
    uint64_t errors_ = 0;
    sc_core::sc_time latency_sum_;
    sc_core::sc_time max_latency_;
};

}  // namespace sky::tlm
