#include "host/cli/kv_report.hpp"

#include <algorithm>

namespace sky::cli {

namespace {

void add_latency(Row& row, const std::string& name, const index::OperationCost& cost) {
    row.count(name + "s", cost.count, "operations");
    row.figure(name + "_mean_ns", cost.mean_ns, "ns of model time");
    row.figure(name + "_p50_ns", cost.p50_ns, "ns of model time");
    row.figure(name + "_p99_ns", cost.p99_ns, "ns of model time");
    row.figure(name + "_max_ns", cost.max_ns, "ns of model time");
}

void add_means(Row& row, const std::string& name, const index::OperationCost& cost) {
    if (cost.count == 0) return;
    const std::string over = ", mean over the " + name + "s, each with the flushes it triggers";
    row.figure(name + "_ns", cost.mean_ns, "ns of model time" + over);
    row.figure(name + "_pj", cost.mean_pj, "pJ" + over);
}

void add_tree(Row& row, const memory::Geometry& geometry, const IndexChoice& index) {
    row.text("mapping", to_string(geometry.mapping()));
    row.flag("durable", index.config.durable, "what is acknowledged outlives a power cut");
    for (const index::MechanismInfo& info : index::mechanism_infos())
        row.flag(info.name, (*index.config.mechanisms).*info.flag, info.description);
}

/// What no tree can do with less, however it is built, that stores each bit as a skyrmion and reads as often.
void add_floors(Row& row, const memory::Geometry& geometry, const index::KvBenchResult& result) {
    const uint64_t reads = result.counters[memory::Counter::kReads];
    const bool word = geometry.mapping() == memory::Mapping::kWord;
    row.count("reads", reads, "READ requests");
    row.count("scans_of_tracks", result.counters[memory::Counter::kScans], "SCAN requests");
    row.count("floor_shifts", word ? reads * (geometry.sites_per_segment - 1) : 0,
              "pulses, the least: sites - 1 for each READ of a track, none bit-interleaved");
    row.count("floor_injects", static_cast<uint64_t>(std::max<int64_t>(0, result.popcount_growth)),
              "ports, the least: growth of the ones in all keys and values");
}

}  // namespace

Row kv_row(const memory::MemorySession& session, const KvLoad& load, const index::KvBenchResult& result) {
    const memory::Geometry& geometry = session.geometry();
    Row row;
    row.text("index", index::to_string(load.index.kind));
    row.text("workload", load.workload);
    row.text("distribution", load.distribution);
    if (load.trace) row.text("trace", *load.trace);
    if (load.records) row.count("records", *load.records, "records");
    row.count("value_bytes", load.index.config.max_value_bytes, "bytes");
    add_tree(row, geometry, load.index);
    row.text("backend", memory::to_string(session.config().backend));
    row.count("tracks", geometry.tracks, "tracks of the memory");
    row.count("ops", result.ops, "operations");
    row.figure("ns_per_op", result.ns_per_op, "ns of model time an operation = model_ps / 1000 / ops");
    row.figure("pj_per_op", result.pj_per_op, "pJ an operation = energy_fj / 1000 / ops");
    row.device(result.counters, session.timing());
    add_floors(row, geometry, result);
    add_latency(row, "put", result.put);
    add_latency(row, "get", result.get);
    if (result.scan.count != 0) add_latency(row, "scan", result.scan);
    if (result.read_modify_write.count != 0) add_latency(row, "read_modify_write", result.read_modify_write);
    if (result.erase.count != 0) add_latency(row, "erase", result.erase);
    add_means(row, "put", result.put);
    add_means(row, "get", result.get);
    add_means(row, "scan", result.scan);
    add_means(row, "read_modify_write", result.read_modify_write);
    add_means(row, "erase", result.erase);
    row.figure("host_seconds", result.host_seconds, "s of host time");
    return row;
}

}  // namespace sky::cli
