#include "sysc/model/statistics.hpp"

#include <initializer_list>

namespace sky::model {

namespace {

stats::Group counted(const char* name, const char* description, const Counters& counters,
                     std::initializer_list<Counter> members) {
    stats::Group group(name, description);
    for (const Counter c : members) group.count(info(c).name, counters[c], info(c).unit, info(c).description);
    return group;
}

}  // namespace

stats::Group statistics(const Counters& counters, const Timing& timing, double word_bytes) {
    using enum Counter;
    const auto value = [&](Counter c) { return static_cast<double>(counters[c]); };
    stats::Group root("skrm", "SK-RM controller");

    root.count("model_ps", counters[kCycles] * timing.cycle_ps, "ps", "time on the model, bubbles included");
    root.count("op_ps", counters.op_cycles() * timing.cycle_ps, "ps",
               "time in device operations alone, all banks together");
    root.count(info(kEnergyFj).name, counters[kEnergyFj], info(kEnergyFj).unit, info(kEnergyFj).description);
    root.add(counted(
        "commands", "what was asked", counters,
        {kReads, kWritesNaive, kWritesDcw, kWritesPw, kWritesFnw, kWritesPwFnw, kAutoPermutes, kAutoCompares, kErases,
         kScans, kScanStops, kBarriers, kRefused, kCoalesced, kWordsRead, kWordsWritten, kRecoveries}));
    root.add(counted("operations", "what the device did", counters,
                     {kPasses, kShifts, kTrackSteps, kDetects, kRemoves, kEmptyRemoves, kInjects, kChecks,
                      kCorrections, kPositionErrors}));

    stats::Group energy("energy", "energy by operation");
    const uint64_t removes_charged = timing.remove_charge == RemoveCharge::kPerSite
                                         ? counters[kRemoves]
                                         : counters[kRemoves] - counters[kEmptyRemoves];
    const uint64_t detect_fj = (counters[kDetects] + 2 * counters[kChecks]) * timing.detect_fj;
    const uint64_t remove_fj = removes_charged * timing.remove_fj;
    const uint64_t inject_fj = counters[kInjects] * timing.inject_fj;
    energy.count("shift_fj", counters[kEnergyFj] - detect_fj - remove_fj - inject_fj, "fJ", "energy of shifts");
    energy.count("detect_fj", detect_fj, "fJ", "energy of detects");
    energy.count("remove_fj", remove_fj, "fJ", "energy of removes");
    energy.count("inject_fj", inject_fj, "fJ", "energy of injects");
    root.add(std::move(energy));

    root.add(counted("cycles", "where every cycle went; but for `cycles` all banks together", counters,
                     {kCycles, kCyclesShift, kCyclesRelax, kCyclesDetect, kCyclesRemove, kCyclesInject,
                      kCyclesOverlap, kCyclesCheck, kCyclesIdle, kCyclesBlocked, kCyclesDispatch, kCyclesRespond,
                      kCyclesRespondWait, kCyclesSettle}));

    stats::Group derived("derived", "figures computed from the counts");
    const double model_ns = value(kCycles) * timing.cycle_ps / 1000.0;
    const double bytes = (value(kWordsRead) + value(kWordsWritten)) * word_bytes;
    derived.count("bytes_moved", static_cast<uint64_t>(bytes), "bytes", "words answered and written, as bytes");
    if (bytes > 0) {
        derived.derived("ns_per_byte", model_ns / bytes, "ns/byte", "model time per byte moved",
                        "model_ps / 1000 / bytes_moved");
        derived.derived("pj_per_byte", value(kEnergyFj) / 1000.0 / bytes, "pJ/byte", "energy per byte moved",
                        "energy_fj / 1000 / bytes_moved");
    }
    if (counters[kCycles] > 0) {
        // Every cycle of every bank is in one of these; `cycles` is that of one bank.
        const auto bank_cycles = static_cast<double>(counters.op_cycles() + counters.bubble_cycles());
        derived.derived("busy", bank_cycles > 0 ? 1.0 - value(kCyclesIdle) / bank_cycles : 0.0, "of cycles",
                        "share of the banks' cycles not idle", "1 - cycles_idle / sum of all cycles_*");
        derived.count(info(kQueueCycles).name, counters[kQueueCycles], info(kQueueCycles).unit,
                      info(kQueueCycles).description);
        derived.derived("queue_occupancy", value(kQueueCycles) / value(kCycles), "commands",
                        "mean commands waiting in the queue", "queue_cycles / cycles");
    }
    root.add(std::move(derived));
    return root;
}

}  // namespace sky::model
