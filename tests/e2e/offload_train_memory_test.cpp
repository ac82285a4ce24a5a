// Question: does a training of 100 million parameters take the memory that the planner says, in every mode?
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

constexpr double kMebi = 1024.0 * 1024.0;

class SlowOffloadTrainMemory : public testing::Test {
   protected:
    SlowOffloadTrainMemory() {
        std::filesystem::create_directory(folder_.path("hundred-million"));
        (void)folder_.file("hundred-million/config.json",
                           R"({"architectures": ["LlamaForCausalLM"], "hidden_size": 512,
            "intermediate_size": 1408, "num_hidden_layers": 12, "num_attention_heads": 8, "num_key_value_heads": 8,
            "vocab_size": 65536, "rms_norm_eps": 1e-5, "tie_word_embeddings": false})");
    }
    [[nodiscard]] json run(const std::string& mode) const {
        const json report = skytrack_json({"offload",
                                           "train",
                                           "--model-dir",
                                           folder_.path("hundred-million"),
                                           "--text",
                                           "/usr/share/common-licenses/GPL-3",
                                           "--seq",
                                           "64",
                                           "--steps",
                                           "2",
                                           "--threads",
                                           "1",
                                           "--resident-bytes",
                                           "0",
                                           "--tile-bytes",
                                           "12MiB",
                                           "--mode",
                                           mode,
                                           "--store",
                                           folder_.path("store")});
        return report["results"].back();
    }
    [[nodiscard]] std::map<std::string, double> planned() const {
        const json report = skytrack_json({"offload", "plan", "--model-dir", folder_.path("hundred-million"),
                                           "--dtype", "fp32", "--tile-bytes", "12MiB"});
        std::map<std::string, double> bytes;
        for (const json& plan : report["results"])
            bytes[plan["mode"]] = plan["peak_bytes"].get<double>() - plan["runtime_bytes"].get<double>();
        return bytes;
    }
    TemporaryFolder folder_;
};

TEST_F(SlowOffloadTrainMemory, IsWhatThePlannerSays) {
    const std::map<std::string, double> plan = planned();
    std::map<std::string, double> rss;
    std::map<std::string, double> device;
    std::printf("%-14s %12s %12s %12s %12s  MiB\n", "mode", "VmHWM", "planned", "device", "pinned");
    for (const std::string mode : {"in-memory", "zero-infinity", "memascend", "tiled"}) {
        const json row = run(mode);
        rss[mode] = row["peak_rss_bytes"];
        device[mode] = row["device_bytes"];
        std::printf("%-14s %12.1f %12.1f %12.1f %12.1f\n", mode.c_str(), rss[mode] / kMebi,
                    plan.count(mode) != 0 ? plan.at(mode) / kMebi : 0, device[mode] / kMebi,
                    row["pinned_bytes"].get<double>() / kMebi);
    }
    for (const std::string a : {"zero-infinity", "memascend"})
        for (const std::string b : {"memascend", "tiled"}) {
            if (a == b) continue;
            const double wanted = plan.at(a) + device[a] - plan.at(b) - device[b];
            EXPECT_NEAR(rss[a] - rss[b], wanted, std::max(0.02 * wanted, 8 * kMebi)) << a << " and " << b;
        }
    for (const auto& [mode, bytes] : rss) EXPECT_LE(bytes, rss["zero-infinity"]) << mode;
    EXPECT_LT(rss["tiled"], 300 * kMebi);
}

}  // namespace
}  // namespace sky::test
