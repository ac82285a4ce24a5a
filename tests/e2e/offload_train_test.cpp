// Question: does offload train learn, say the same in every mode, keep to its row names, stop when it is asked to,
// and refuse what it cannot do with the number that it needs?
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <thread>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

constexpr const char* kText = "/usr/share/common-licenses/GPL-3";

std::vector<std::string> tiny(const std::vector<std::string>& more, const std::string& steps = "3") {
    std::vector<std::string> words{"offload", "train", "--config-preset", "tiny", "--text",  kText,
                                   "--batch", "4",     "--seq",           "64",   "--steps", steps};
    if (std::find(more.begin(), more.end(), "--lr") == more.end()) words.insert(words.end(), {"--lr", "1e-3"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::vector<double> losses(const json& report) {
    std::vector<double> all;
    for (const json& row : report["results"]) all.push_back(row["loss"]);
    return all;
}

TEST(E2eOffloadTrain, LearnsAText) {
    const std::vector<double> all = losses(skytrack_json(tiny({"--weight-decay", "0.1"}, "200")));
    ASSERT_EQ(all.size(), 200U);
    EXPECT_GT(all.front(), 5.4) << "nothing is known of 256 bytes";
    EXPECT_LT(std::accumulate(all.end() - 20, all.end(), 0.0) / 20, 2.8);
}

TEST(E2eOffloadTrain, SaysTheSameInEveryMode) {
    const TemporaryFolder folder;
    const auto run = [&](const std::string& mode) {
        return skytrack_json(tiny({"--mode", mode, "--store", folder.path("store"), "--tile-bytes", "1MiB",
                                   "--resident-bytes", "0", "--save", folder.path(mode)}));
    };
    const json in_memory = run("in-memory");
    EXPECT_EQ(in_memory["results"][0]["read_bytes"], 0);
    for (const char* const mode : {"zero-infinity", "memascend", "tiled"}) {
        const json report = run(mode);
        EXPECT_EQ(losses(report), losses(in_memory)) << mode;
        EXPECT_EQ(read_file(folder.path(mode)), read_file(folder.path("in-memory"))) << mode;
        const json planned = skytrack_json(
            {"offload", "plan", "--model-dir", std::string(SKY_GOLDEN_FOLDER) + "/tiny-llama", "--dtype", "fp32"});
        for (const json& plan : planned["results"]) {
            if (plan["mode"] != mode) continue;
            EXPECT_GE(report["results"][1]["read_bytes"], plan["read_bytes_per_step"]);
            EXPECT_GE(report["results"][1]["written_bytes"], plan["written_bytes_per_step"]);
        }
        EXPECT_GT(report["results"][0]["pinned_bytes"], 1 << 20);
    }
    const std::vector<std::string> weights{"in-memory", "memascend", "tiled", "zero-infinity"};
    EXPECT_EQ(folder.names(), weights) << "stores are removed";
}

TEST(E2eOffloadTrain, HasTheseValuesInEveryRow) {
    const json report = skytrack_json(tiny({}));
    ASSERT_EQ(report["results"].size(), 3U);
    for (const json& row : report["results"]) {
        for (const char* const name : {"step", "loss", "grad_norm", "loss_scale", "peak_rss_bytes", "pinned_bytes",
                                       "read_bytes", "written_bytes", "tokens_per_second"})
            EXPECT_TRUE(row.contains(name)) << name;
        EXPECT_GT(row["peak_rss_bytes"], 1 << 20);
        EXPECT_GT(row["tokens_per_second"], 0);
    }
    EXPECT_EQ(report["results"][2]["step"], 3);
}

TEST(E2eOffloadTrain, GoesOnFromWhatItSaved) {
    const TemporaryFolder folder;
    const std::string model = folder.path("model");
    std::filesystem::create_directory(model);
    std::filesystem::copy(std::string(SKY_GOLDEN_FOLDER) + "/tiny-llama/config.json", model);
    const json first = skytrack_json(tiny({"--save", model + "/model.safetensors"}, "30"));
    std::vector<std::string> words = tiny({}, "1");
    words[2] = "--model-dir";
    words[3] = model;
    const json second = skytrack_json(words);
    EXPECT_LT(second["results"][0]["loss"], first["results"][0]["loss"].get<double>() - 1);
}

TEST(E2eOffloadTrain, StopsWhenItIsInterruptedAndKeepsWhatIsFinished) {
    const TemporaryFolder folder;
    const std::string saved = folder.path("out.safetensors");
    Program program(skytrack_path(), tiny({"--json", "--save", saved, "--mode", "tiled", "--tile-bytes", "1MiB",
                                           "--store", folder.path("store")},
                                          "100000000"));
    while (!std::filesystem::exists(folder.path("store")) && !program.ended())
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    program.interrupt();
    const Outcome outcome = program.wait();
    EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
    const json report = json::parse(outcome.out);
    EXPECT_TRUE(report["interrupted"]);
    if (report["results"].empty()) {  // before its first step
        EXPECT_NE(outcome.err.find("nothing was saved"), std::string::npos) << outcome.err;
        EXPECT_EQ(folder.names(), std::vector<std::string>{});
        return;
    }
    EXPECT_NE(outcome.err.find("their weights are in " + saved), std::string::npos) << outcome.err;
    EXPECT_EQ(folder.names(), std::vector<std::string>{"out.safetensors"});
}

TEST(E2eOffloadTrain, RefusesWhatItCannotDo) {
    const TemporaryFolder folder;
    const auto refused = [](const std::vector<std::string>& words, const std::string& what) {
        const Outcome outcome = skytrack(words);
        EXPECT_EQ(outcome.exit_code, 2) << what;
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
    };
    refused({"offload", "train", "--text", kText}, "no model is given");
    refused({"offload", "train", "--config-preset", "tiny"}, "no data are given");
    refused({"offload", "train", "--config-preset", "huge", "--text", kText}, "--config-preset is 'huge'");
    refused(tiny({"--mode", "tile"}), "nearest: tiled");
    refused(tiny({"--lr", "fast"}), "--lr is 'fast'\n  expected a number from 0");
    refused(tiny({"--beta2", "1"}), "expected a number from 0 to less than 1");
    refused(tiny({"--dtype", "fp16"}), "--dtype is 'fp16'");
    refused(tiny({"--mode", "tiled", "--tile-bytes", "256KiB", "--store", folder.path("s")}),
            "--tile-bytes is 262144\n  this model needs 786432 at least");
    refused(tiny({"--mode", "tiled", "--tile-bytes", "1MiB", "--host-memory", "1MiB", "--store", folder.path("s")}),
            "--host-memory is 1048576\n  the buffers alone take ");
    refused(
        {"offload", "train", "--config-preset", "tiny", "--seq", "64", "--text", folder.file("short", "skyrmion")},
        "has 8 tokens, less than one window\n  it needs 65 for --seq 64");
    const std::string tokens = folder.file("tokens", std::string("\x00\x01\x00\x00", 4));
    refused({"offload", "train", "--config-preset", "tiny", "--seq", "1", "--tokens", tokens},
            "token 0 is 256\n  the model knows those from 0 to 255");
    refused({"offload", "train", "--config-preset", "tiny", "--tokens", folder.file("odd", "abcde")},
            "has 5 bytes, no whole number of tokens");
    refused(tiny({"--save", kText}), "the same file as --text");
    refused(tiny({"--save", folder.path("missing") + "/out"}, "100000000"), "missing/out");
    std::filesystem::create_directories(folder.path("used") + "/skytrack-offload.tensors");
    refused(tiny({"--mode", "zero-infinity", "--store", folder.path("used")}), "is there: another run uses it");
    EXPECT_TRUE(std::filesystem::exists(folder.path("used") + "/skytrack-offload.tensors")) << "it is not ours";
}

TEST(E2eOffloadTrain, SaysWhatItDidBeforeALossIsNoNumber) {
    const Outcome outcome = skytrack(tiny({"--json", "--lr", "100", "--weight-decay", "100"}, "40"));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    const json report = json::parse(outcome.out);
    EXPECT_GE(report["results"].size(), 1U);
    EXPECT_LT(report["results"].size(), 40U);
}

TEST(E2eOffloadTrain, EndsWithTheStepWhoseLossIsNoNumber) {
    const TemporaryFolder folder;
    const std::string golden = std::string(SKY_GOLDEN_FOLDER) + "/tiny-llama/";
    std::string weights = read_file(golden + "init.safetensors");
    const uint32_t not_a_number = 0x7FC00000;
    std::memcpy(weights.data() + weights.size() - sizeof not_a_number, &not_a_number, sizeof not_a_number);
    std::filesystem::create_directory(folder.path("model"));
    std::filesystem::copy(golden + "config.json", folder.path("model"));
    (void)folder.file("model/model.safetensors", weights);
    std::vector<std::string> words = tiny({"--json", "--save", folder.path("out")});
    words[2] = "--model-dir";
    words[3] = folder.path("model");
    const Outcome outcome = skytrack(words);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("step 1: the loss is nan"), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder.path("out")));
}

}  // namespace
}  // namespace sky::test
