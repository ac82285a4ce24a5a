#include "host/index/kv_measurement.hpp"

namespace sky::index {

using memory::Counter;
using memory::Counters;

KvMeasurement::KvMeasurement(memory::MemorySession& session, Index& index, KvRunner& runner)
    : session_(session), index_(index), runner_(runner) {}

void KvMeasurement::start() {
    session_.drain();
    before_ = session_.counters();
    runner_.start_measuring();
    started_ = std::chrono::steady_clock::now();
}

KvBenchResult KvMeasurement::finish(KvOutcome outcome) {
    session_.drain();
    const std::chrono::duration<double> host = std::chrono::steady_clock::now() - started_;
    const Counters counters = session_.counters() - before_;
    const uint64_t cycle_ps = session_.timing().cycle_ps;
    KvBenchResult r;
    r.outcome = outcome;
    r.counters = counters;
    r.host_seconds = host.count();
    r.ops = runner_.operations();
    r.op_ps = counters.op_cycles() * cycle_ps;
    r.cycles = counters[Counter::kCycles];
    r.model_ps = r.cycles * cycle_ps;
    r.energy_fj = counters[Counter::kEnergyFj];
    r.track_steps = counters[Counter::kTrackSteps];
    r.shifts = counters[Counter::kShifts];
    r.detects = counters[Counter::kDetects];
    r.removes = counters[Counter::kRemoves];
    r.injects = counters[Counter::kInjects];
    r.popcount_growth = runner_.popcount_growth();
    if (r.ops != 0) {
        r.ns_per_op = static_cast<double>(r.model_ps) / 1000 / static_cast<double>(r.ops);
        r.pj_per_op = static_cast<double>(r.energy_fj) / 1000 / static_cast<double>(r.ops);
    }
    r.put = runner_.cost(KvRunner::Measured::kPut);
    r.get = runner_.cost(KvRunner::Measured::kGet);
    r.scan = runner_.cost(KvRunner::Measured::kScan);
    r.read_modify_write = runner_.cost(KvRunner::Measured::kReadModifyWrite);
    r.erase = runner_.cost(KvRunner::Measured::kErase);
    r.index_statistics = index_.statistics();
    r.memory_statistics = session_.statistics(counters);
    return r;
}

stats::Group KvBenchResult::statistics() const {
    stats::Group group("kv", "one measured phase");
    group.count("ops", ops, "ops", "operations finished")
        .count("op_time", op_ps, "ps", "model time in which the device worked")
        .count("model_time", model_ps, "ps", "model time from first submit to drain")
        .count("energy", energy_fj, "fJ", "energy of all device operations")
        .count("cycles", cycles, "cycles", "controller cycles")
        .count("track_steps", track_steps, "steps", "shift pulses times tracks that moved")
        .count("shifts", shifts, "pulses", "shift pulses")
        .count("detects", detects, "ports", "detects, per port")
        .count("removes", removes, "ports", "removes, per port")
        .count("injects", injects, "ports", "injects, per port")
        .derived("ns_per_op", ns_per_op, "ns/op", "model time per operation", "model_time / 1000 / ops")
        .derived("pj_per_op", pj_per_op, "pJ/op", "energy per operation", "energy / 1000 / ops")
        .derived("host_seconds", host_seconds, "s", "time on the host, not on the model", "wall clock");
    put.add_to(group, "put_ns", "inserts and updates, with the flushes they trigger");
    get.add_to(group, "get_ns", "gets");
    scan.add_to(group, "scan_ns", "scans");
    read_modify_write.add_to(group, "read_modify_write_ns", "a get and the put that follows it, together");
    erase.add_to(group, "erase_ns", "erases");
    group.add(memory_statistics);
    group.add(index_statistics).rename("index_with_load");
    return group;
}

}  // namespace sky::index
