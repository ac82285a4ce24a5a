// Question: does offload plan print the rows it promises, say what its means are of, and refuse what it cannot plan?
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kFour{"--model", "llama-3.1-8b", "--model", "qwen2.5-7b",
                                     "--model", "qwen2.5-14b",  "--model", "qwen2.5-32b"};

std::vector<std::string> planned(std::vector<std::string> options) {
    options.insert(options.begin(), {"offload", "plan"});
    return options;
}

json rows_of(const std::vector<std::string>& options) {
    const json report = skytrack_json(planned(options));
    return report.is_object() ? report["results"] : json::array();
}

Outcome outcome_of(const std::vector<std::string>& options) { return skytrack(planned(options)); }

TEST(E2eOffloadPlan, PrintsARowOfEachModeWithExactlyThePromisedFields) {
    const std::vector<std::string> fields{"model",
                                          "mode",
                                          "dtype",
                                          "grad_dtype",
                                          "parameters",
                                          "pool_request_bytes",
                                          "pool_bytes",
                                          "optimizer_bytes",
                                          "swap_out_bytes",
                                          "gradient_bytes",
                                          "overflow_bytes",
                                          "checkpoint_bytes",
                                          "runtime_bytes",
                                          "peak_bytes",
                                          "reduction_percent",
                                          "max_context",
                                          "max_batch",
                                          "read_bytes_per_step",
                                          "written_bytes_per_step",
                                          "steps_per_tbw"};
    const Outcome outcome = outcome_of({"--model", "llama-3.1-8b", "--dtype", "fp16", "--json"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const auto report = nlohmann::ordered_json::parse(outcome.out);
    ASSERT_EQ(report["results"].size(), 3U);
    const std::vector<std::string> modes{"zero-infinity", "memascend", "tiled"};
    for (size_t i = 0; i < modes.size(); ++i) {
        const auto& row = report["results"][i];
        std::vector<std::string> names;
        for (const auto& [name, value] : row.items()) names.push_back(name);
        EXPECT_EQ(names, fields);
        EXPECT_EQ(row["mode"], modes[i]);
        EXPECT_EQ(row["model"], "llama-3.1-8b");
        EXPECT_EQ(row["dtype"], "fp16");
        EXPECT_EQ(row["grad_dtype"], "fp32");
        EXPECT_EQ(row["parameters"], 8030261248U);
        uint64_t sum = 0;
        for (const char* part : {"pool_bytes", "optimizer_bytes", "swap_out_bytes", "gradient_bytes",
                                 "overflow_bytes", "checkpoint_bytes", "runtime_bytes"})
            sum += row[part].get<uint64_t>();
        EXPECT_EQ(row["peak_bytes"], sum);
        const double peak = row["peak_bytes"].get<double>();
        const double before = report["results"][0]["peak_bytes"].get<double>();
        EXPECT_NEAR(row["reduction_percent"].get<double>(), 100 * (1 - peak / before), 1e-9);
        EXPECT_TRUE(row["max_context"].is_null()) << "of no machine";
    }
    EXPECT_EQ(report["results"][0]["pool_bytes"], uint64_t{16} << 30);
    EXPECT_EQ(report["results"][0]["overflow_bytes"], 40151306240U);
    EXPECT_EQ(report["results"][1]["pool_bytes"], 2537553920U);
    EXPECT_LT(report["results"][2]["peak_bytes"], uint64_t{6} << 30);
}

TEST(E2eOffloadPlan, SaysWhichMeanItIs) {
    struct Case {
        std::vector<std::string> flags;
        double percent;
        double within;
        std::string text;
    };
    for (const Case& c :
         {Case{{}, 55.66, 0.005, "--dtype fp16 --grad-dtype fp32\n  memascend    peak 55.66 %"},
          Case{{"--dtype", "bf16"},
               25.6,
               0.05,
               "--dtype bf16 --grad-dtype fp32 (no overflow check runs)\n  memascend    peak 25.63 %"},
          Case{{"--dtype", "bf16", "--grad-dtype", "bf16"},
               32.0,
               0.05,
               "--dtype bf16 --grad-dtype bf16 (no overflow check runs)\n  memascend    peak 31.99 "
               "%"}}) {
        std::vector<std::string> options = kFour;
        options.insert(options.end(), c.flags.begin(), c.flags.end());
        const json rows = rows_of(options);
        ASSERT_EQ(rows.size(), 4U * 3 + 3);
        const json& mean = rows[13];
        EXPECT_EQ(mean["model"], "mean");
        EXPECT_EQ(mean["mode"], "memascend");
        EXPECT_EQ(mean["models"], 4);
        EXPECT_NEAR(mean["reduction_percent"].get<double>(), c.percent, c.within);
        EXPECT_NEAR(mean["pool_reduction_percent"].get<double>(), 72.7151, 0.00005);
        const Outcome text = outcome_of(options);
        EXPECT_NE(text.out.find("mean over 4 models, less than zero-infinity, " + c.text), std::string::npos)
            << text.out;
        EXPECT_NE(text.out.find("weights before rounding 72.7151 %"), std::string::npos);
    }
}

TEST(E2eOffloadPlan, PrintsGibibytesAndExactBytes) {
    const Outcome outcome = outcome_of({"--model", "qwen2.5-7b", "--ram", "128G", "--context", "4096"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "") << "every mode fits";
    for (const char* shown :
         {"qwen2.5-7b: 7615616512 parameters", "16.00 GiB     17179869184 B", "2.46 GiB      2646081536 B",
          "longest context (tokens)", "steps until 600 TB", "8-bit m and v, bf16 p with 8-bit residual"})
        EXPECT_NE(outcome.out.find(shown), std::string::npos) << shown << "\n" << outcome.out;
}

TEST(E2eOffloadPlan, SaysWhatFitsAMachine) {
    const json rows = rows_of({"--model", "qwen2.5-7b", "--ram", "137438953472", "--context", "4096"});
    // 28 layers of 2 * 3584 bytes a token beside the rest; the baseline's blocks are powers of two.
    const uint64_t ram = uint64_t{128} << 30;
    for (const json& row : rows) {
        const uint64_t left = ram - (row["peak_bytes"].get<uint64_t>() - row["checkpoint_bytes"].get<uint64_t>());
        uint64_t a_layer = left / 28;
        if (row["mode"] == "zero-infinity") a_layer = uint64_t{1} << static_cast<int>(std::log2(a_layer));
        EXPECT_EQ(row["max_context"], a_layer / 7168) << row["mode"];
        EXPECT_EQ(row["max_batch"], a_layer / 7168 / 4096) << row["mode"];
    }
    const Outcome part = outcome_of({"--model", "qwen2.5-7b", "--ram", "64G"});
    EXPECT_EQ(part.exit_code, 0);
    EXPECT_NE(part.err.find("qwen2.5-7b does not fit: mode zero-infinity needs 113776881152 bytes, 45057404416 more"),
              std::string::npos)
        << part.err;
    EXPECT_EQ(part.err.find("memascend"), std::string::npos) << part.err;
}

TEST(E2eOffloadPlan, ReadsAConfigAndWritesTheReport) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path("mine"));
    (void)folder.file("mine/config.json", R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 176,
        "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 256})");
    const json rows = rows_of({"--model-dir", folder.path("mine/"), "--dtype", "fp32", "--tile-bytes", "768KiB",
                               "--resident-bytes", "1MiB", "--tbw", "1e15", "--out", folder.path("out")});
    ASSERT_EQ(rows.size(), 3U);
    const uint64_t p = 133440;
    EXPECT_EQ(rows[0]["model"], "mine");
    EXPECT_EQ(rows[0]["parameters"], p);
    EXPECT_EQ(rows[1]["pool_request_bytes"], 4 * p) << "all of it is resident";
    EXPECT_EQ(rows[1]["read_bytes_per_step"], 16 * p);
    EXPECT_EQ(rows[1]["steps_per_tbw"], 1'000'000'000'000'000 / (20 * p));
    EXPECT_EQ(json::parse(read_file(folder.path("out/result.json")))["results"], rows);
    EXPECT_NE(read_file(folder.path("out/summary.txt")).find("mine: 133440 parameters"), std::string::npos);
}

void expect_refused(const std::vector<std::string>& options, const std::string& what, const std::string& remedy) {
    SCOPED_TRACE(testing::PrintToString(options));
    const Outcome outcome = outcome_of(options);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    const size_t second = outcome.err.find("\n  ");
    ASSERT_NE(second, std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.substr(0, second).find(what), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.substr(second).find(remedy), std::string::npos) << outcome.err;
}

TEST(E2eOffloadPlan, RefusesWhatItCannotPlan) {
    const TemporaryFolder folder;
    (void)folder.file("config.json", R"({"architectures": ["MambaForCausalLM"]})");
    const auto with = [](const std::string& option, const std::string& value) {
        return std::vector<std::string>{"--model", "llama-3.1-8b", option, value};
    };
    expect_refused({}, "no model is given", "expected --model llama-3.2-1b or");
    expect_refused({"--model", "llama3.1-8b"}, "no model is named 'llama3.1-8b'", "nearest: llama-3.1-8b;");
    expect_refused({"--model-dir", folder.path("none")}, "there is no " + folder.path("none/config.json"),
                   "config.json of a model");
    expect_refused({"--model-dir", folder.path()}, "unknown architecture 'MambaForCausalLM'", "Qwen3MoeForCausalLM");
    expect_refused(
        with("--ram", "4G"),
        "--ram is 4294967296, too little for llama-3.1-8b: mode tiled takes least and needs 5636096000 byt",
        "without --ram every mode is planned");
    expect_refused(with("--ram", "lots"), "--ram is 'lots'", "such as 4096, 600e12 or 128G");
    expect_refused(with("--tbw", "0"), "--tbw is '0'", "whole bytes from 1");
    expect_refused(with("--tbw", "1.5"), "--tbw is '1.5'", "whole bytes from 1");
    expect_refused(with("--dtype", "fp8"), "--dtype is 'fp8'", "fp32 or fp16 or bf16");
    expect_refused(with("--grad-dtype", "fp16"), "--grad-dtype is 'fp16'", "fp32 or bf16");
    expect_refused(with("--gpus", "0"), "--gpus is '0'", "a whole number from 1 to 65536");
    expect_refused(with("--batch", "-1"), "--batch is '-1'", "a whole number from 1");
    expect_refused(with("--tile-bytes", "1000000"), "--tile-bytes is 1000000",
                   "a multiple of 262144, such as 786432");
    expect_refused(with("--tile-bytes", "256KiB"), "--tile-bytes is '256KiB'", "from 786432 to 1073741824");
    expect_refused({"--model", "llama-3.1-8b", "--context", "4294967296", "--batch", "16777216"},
                   "4294967296 tokens times a batch of 16777216",
                   "choose less of --context, --batch, --gpus or --accumulate");
}

}  // namespace
}  // namespace sky::test
