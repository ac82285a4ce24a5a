// Question: does kv bench run every workload and trace on every tree in either mapping, and say what it ran?
#include <gtest/gtest.h>

#include <tuple>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kTrees{"bplus", "bplus_par", "skytree", "beps", "skyeps"};
const std::vector<std::string> kMechanisms{"port_parallel", "virtual_buffers", "indexed_leaves", "compare_write",
                                           "lazy_removal",  "fingerprints",    "scan_search",    "relabel"};

json row_of(std::vector<std::string> options, const std::string& input = {}) {
    options.insert(options.begin(), {"kv", "bench", "--seed", "7"});
    const json report = skytrack_json(options, input);
    if (!report.is_object() || report["results"].size() != 1) return {};
    for (const auto& value : report["results"][0]) EXPECT_TRUE(value.is_primitive()) << "rows are flat";
    return report["results"][0];
}

json small(std::vector<std::string> options) {
    options.insert(options.end(), {"--records", "300", "--set", "index.node_tracks=4", "--set", "index.fanout=4"});
    return row_of(options);
}

json switches(const json& row) {
    json on = json::array();
    for (const std::string& name : kMechanisms)
        if (row.at(name).get<bool>()) on.push_back(name);
    return on;
}

TEST(E2eKvBench, RunsEveryWorkloadOnEveryTreeInEitherMapping) {
    for (const std::string& tree : kTrees)
        for (const std::string mapping : {"word", "bit"})
            for (const std::string workload : {"load", "a", "b", "c", "d", "e", "f"}) {
                SCOPED_TRACE(testing::PrintToString(std::tie(tree, mapping, workload)));
                const json row = small({"--index", tree, "--mapping", mapping, "--workload", workload});
                ASSERT_TRUE(row.is_object());
                EXPECT_EQ(row["mapping"], mapping);
                EXPECT_EQ(row["durable"], false);
                EXPECT_EQ(row["workload"], workload);
                EXPECT_EQ(row["ops"], 300);
                EXPECT_EQ(row["distribution"], workload == "load" ? "none" : workload == "d" ? "latest" : "zipfian");
                for (const std::string& name : kMechanisms) EXPECT_TRUE(row[name].is_boolean()) << name;
                // A kind of operation that does not occur has no mean.
                const bool puts = workload != "c" && workload != "f";
                const bool gets = workload != "load" && workload != "e";
                EXPECT_EQ(row.contains("put_ns") && row.contains("put_pj"), puts);
                EXPECT_EQ(row.contains("get_ns") && row.contains("get_pj"), gets);
                EXPECT_EQ(row.contains("scan_ns") && row.contains("scan_pj"), workload == "e");
                EXPECT_EQ(row.contains("read_modify_write_ns"), workload == "f");
            }
}

TEST(E2eKvBench, MeansOfOperationsAddUpToTheWholePhase) {
    for (const std::string workload : {"a", "e", "f"}) {
        SCOPED_TRACE(workload);
        // Without staging every cost belongs to one operation, but for the memory's last cycles.
        const json row = small({"--index", "bplus", "--workload", workload});
        double ns = 0;
        double pj = 0;
        double ops = 0;
        for (const std::string kind : {"put", "get", "scan", "read_modify_write"}) {
            if (!row.contains(kind + "_ns")) continue;
            const double count = row[kind + "s"];
            ops += count;
            ns += count * row[kind + "_ns"].get<double>();
            pj += count * row[kind + "_pj"].get<double>();
        }
        EXPECT_EQ(ops, 300);
        EXPECT_NEAR(pj, row["energy_fj"].get<double>() / 1000, 1e-6 * pj);
        EXPECT_NEAR(ns, row["model_ps"].get<double>() / 1000, 0.01 * ns);
    }
}

TEST(E2eKvBench, NeverDoesLessThanItsFloors) {
    for (const std::string& tree : kTrees)
        for (const std::string mapping : {"word", "bit"}) {
            SCOPED_TRACE(testing::PrintToString(std::tie(tree, mapping)));
            const json load = row_of({"--index", tree, "--mapping", mapping, "--records", "3000"});
            EXPECT_GE(load["shifts"], load["floor_shifts"]);
            EXPECT_GE(load["injects"].get<double>(), 0.99 * load["floor_injects"].get<double>()) << "some are staged";
            EXPECT_NEAR(load["floor_injects"].get<double>() / 3000, 64, 1) << "half of 16 bytes";
            EXPECT_EQ(load["floor_shifts"], mapping == "word" ? 63 * load["reads"].get<int>() : 0);
            const json gets = row_of({"--index", tree, "--mapping", mapping, "--records", "300", "--workload", "c"});
            EXPECT_EQ(gets["floor_injects"], 0);
            EXPECT_GT(gets["reads"], 0);
        }
}

TEST(E2eKvBench, PicksByTheDistributionThatIsNamed) {
    json cycles = json::array();
    for (const std::string distribution : {"uniform", "zipfian", "latest", "sequential", "hotspot"}) {
        const json row = small({"--index", "bplus", "--workload", "a", "--distribution", distribution});
        EXPECT_EQ(row["distribution"], distribution);
        for (const json& other : cycles) EXPECT_NE(row["cycles"], other) << distribution;
        cycles.push_back(row["cycles"]);
    }
}

TEST(E2eKvBench, SwitchesEachMechanismAlone) {
    const json all = small({"--index", "skyeps"});
    EXPECT_EQ(switches(all), json(kMechanisms));
    EXPECT_EQ(switches(small({"--index", "beps"})), json({"lazy_removal"}));
    for (const std::string& name : kMechanisms) {
        if (name == "virtual_buffers") continue;  // indexed leaves need it
        SCOPED_TRACE(name);
        const json without = small({"--index", "skyeps", "--set", "index." + name + "=off"});
        EXPECT_EQ(without[name], false);
        EXPECT_EQ(switches(without).size(), kMechanisms.size() - 1);
    }
    const json naive = small({"--index", "skyeps", "--set", "index.compare_write=off"});
    EXPECT_GT(naive["removes"], all["removes"]);
    const json made = small({"--index", "beps", "--set", "index.port_parallel=on"});
    EXPECT_EQ(switches(made), json({"port_parallel", "lazy_removal"}));
    EXPECT_LT(made["cycles"], small({"--index", "beps"})["cycles"]);
}

TEST(E2eKvBench, TakesTheShapeOfTheTreeFromTheConfiguration) {
    const auto full = [](const std::string& bits) {
        return skytrack(
            {"kv", "bench", "--index", "skyeps", "--records", "400", "--set", "index.index_bits=" + bits});
    };
    EXPECT_EQ(full("9").exit_code, 0);
    const Outcome refused = full("8");
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.err.find("8 index bits name"), std::string::npos) << refused.err;
    const auto cycles = [](const std::string& children) {
        return row_of(
            {"--index", "skyeps", "--records", "3000", "--set", "index.flush_children=" + children})["cycles"];
    };
    EXPECT_NE(cycles("1"), cycles("16"));
}

TEST(E2eKvBench, TakesValuesLongerThanATrackWhereTheyHaveAStoreOfTheirOwn) {
    for (const std::string tree : {"bplus_par", "skyeps"})
        for (const std::string bytes : {"249", "1024", "4096"}) {
            const json row = row_of(
                {"--index", tree, "--value-bytes", bytes, "--records", "60", "--workload", "a", "--mapping", "bit"});
            EXPECT_EQ(row["ops"], 60) << tree << ' ' << bytes;
            EXPECT_EQ(row["value_bytes"], std::stoi(bytes));
        }
}

TEST(E2eKvBench, RunsATraceFromAFileOrFromStandardInput) {
    const std::string text =
        "# a few of each\ninsert 0x10 32\ninsert 17\nread 16\nupdate 17 4\nread 18\nscan 0 5\n"
        "delete 16\nread 16\nscan 0\n";
    const TemporaryFolder folder;
    for (const std::string& tree : kTrees) {
        SCOPED_TRACE(tree);
        const json row = row_of({"--index", tree, "--trace", folder.file("ops.txt", text)});
        EXPECT_EQ(row["workload"], "trace");
        EXPECT_EQ(row["trace"], folder.path("ops.txt"));
        EXPECT_EQ(row["ops"], 9);
        EXPECT_EQ(row["puts"], 3);
        EXPECT_EQ(row["gets"], 3);
        EXPECT_EQ(row["scans"], 2);
        EXPECT_EQ(row["erases"], 1);
        EXPECT_EQ(row["value_bytes"], 32);
        EXPECT_FALSE(row.contains("records"));
        const json piped = row_of({"--index", tree, "--trace", "-"}, text);
        EXPECT_EQ(piped["trace"], "standard input");
        EXPECT_EQ(piped["cycles"], row["cycles"]);
        const json packed = row_of({"--index", tree, "--trace", folder.file("ops.gz", gzipped(text))});
        EXPECT_EQ(packed["energy_fj"], row["energy_fj"]);
    }
}

TEST(E2eKvBench, BitInterleavedCostsTheSameOnEveryBackend) {
    json rows = json::array();
    for (const std::string backend : {"fast", "tlm", "rtl"}) {
        json row = row_of({"--index",      "skyeps",
                           "--mapping",    "bit",
                           "--records",    "150",
                           "--workload",   "e",
                           "--operations", "20",
                           "--backend",    backend,
                           "--set",        "device.sites_per_segment=8",
                           "--set",        "device.segments=8",
                           "--set",        "device.overhead_sites=8",
                           "--set",        "index.node_tracks=2",
                           "--set",        "index.fanout=4"});
        for (const char* name : {"backend", "tracks", "host_seconds"}) row.erase(name);
        rows.push_back(row);
    }
    EXPECT_EQ(rows[0], rows[1]);
    EXPECT_EQ(rows[0], rows[2]);
}

}  // namespace
}  // namespace sky::test
