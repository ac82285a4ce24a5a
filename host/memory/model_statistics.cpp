#include "host/memory/model_statistics.hpp"

#include <string>

namespace sky::memory {

void add_model_statistics(const model::Controller& controller, stats::Group& root) {
    using model::Counter;
    stats::Group& banks = root.group("banks", "each bank by itself");
    for (uint32_t b = 0; b < controller.policy().banks; ++b) {
        const model::Counters& counted = controller.bank_counters(b);
        stats::Group& bank = banks.group("bank" + std::to_string(b));
        bank.count("busy_cycles", counted[Counter::kCycles] - counted[Counter::kCyclesIdle], "cycles",
                   "cycles that were not idle");
        bank.count("passes", counted[Counter::kPasses], "passes", "journeys over a row of this bank");
    }
    const model::TrackStore& tracks = controller.tracks();
    stats::Group& memory = root.group("host_memory", "what the rows cost the host");
    memory.count("touched_rows", tracks.touched_rows(), "rows", "rows that take memory because they were touched");
    memory.count("host_bytes", tracks.host_bytes(), "bytes", "host memory of all touched rows");
}

}  // namespace sky::memory
