// Question: does offload train learn, say the same in every mode, keep to its row names, stop when it is asked to,
// and refuse what it cannot do with the number that it needs?
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <thread>
#include <utility>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

constexpr const char* kText = "/usr/share/common-licenses/GPL-3";

std::vector<std::string> tiny(const std::vector<std::string>& more, const std::string& steps = "3") {
    std::vector<std::string> words{"offload", "train", "--config-preset", "tiny", "--text", kText, "--steps", steps};
    for (const auto& [option, value] : {std::pair{"--batch", "4"}, {"--seq", "64"}, {"--lr", "1e-3"}})
        if (std::find(more.begin(), more.end(), option) == more.end()) words.insert(words.end(), {option, value});
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
    refused(tiny({"--save", ""}), "the name of the file to write is empty");
    refused(tiny({"--store", ""}), "--store is empty");
    refused(tiny({"--eps", "1e-60"}), "--eps is '1e-60', which is nothing in fp32");
    refused(tiny({"--eps", "0"}), "--eps is '0'\n  expected a number from 1.17");
    refused(tiny({"--lr", "1e-60"}), "--lr is '1e-60', which is nothing in fp32\n  expected 0, or at least 1.17");
}

/// A copy of the golden model, whose weights a test may change.
class Model {
   public:
    Model() {
        std::filesystem::create_directory(path());
        std::filesystem::copy(std::string(SKY_GOLDEN_FOLDER) + "/tiny-llama/config.json", path());
        weights_ = read_file(std::string(SKY_GOLDEN_FOLDER) + "/tiny-llama/init.safetensors");
        uint64_t length = 0;
        std::memcpy(&length, weights_.data(), sizeof length);
        header_ = json::parse(weights_.substr(sizeof length, length));
        data_ = sizeof length + length;
        write();
    }
    [[nodiscard]] std::string path() const { return folder_.path("model"); }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path(name); }
    void set(const std::string& tensor, uint64_t element, float value) {
        const uint64_t at = header_[tensor]["data_offsets"][0];
        std::memcpy(weights_.data() + data_ + at + element * sizeof value, &value, sizeof value);
        write();
    }
    [[nodiscard]] std::vector<std::string> training(const std::vector<std::string>& more,
                                                    const std::string& steps = "3") const {
        std::vector<std::string> words = tiny(more, steps);
        words[2] = "--model-dir";
        words[3] = path();
        return words;
    }

   private:
    void write() const { (void)folder_.file("model/model.safetensors", weights_); }

    TemporaryFolder folder_;
    std::string weights_;
    json header_;
    uint64_t data_ = 0;
};

TEST(E2eOffloadTrain, NeverReplacesTheFilesOfItsModel) {
    const Model model;
    for (const std::string name : {"config.json", "model.safetensors"}) {
        const std::string before = read_file(model.path() + "/" + name);
        const Outcome outcome = skytrack(model.training({"--save", model.path() + "/../model/" + name}));
        EXPECT_EQ(outcome.exit_code, 2) << name;
        EXPECT_NE(outcome.err.find("the same file as a file of --model-dir"), std::string::npos) << outcome.err;
        EXPECT_EQ(read_file(model.path() + "/" + name), before);
    }
}

TEST(E2eOffloadTrain, SavesNoNumberThatIsNone) {
    Model model;
    // Of a token that the text has not: nothing is computed with it, but it decays.
    model.set("model.embed_tokens.weight", 255 * 64 + 3, 3e38F);
    const TemporaryFolder folder;
    const std::string saved = folder.file("out.safetensors", "what was there before");
    const Outcome outcome =
        skytrack(model.training({"--save", saved, "--lr", "100", "--weight-decay", "100", "--json"}, "1"));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("after step 1 element 16323 of tensor 'model.embed_tokens.weight' is -inf"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(json::parse(outcome.out)["results"].size(), 1U);
    EXPECT_EQ(read_file(saved), "what was there before");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"out.safetensors"});
}

TEST(E2eOffloadTrain, BeginsAtRandomOnlyWhenNoWeightsAreThereOrItIsToldTo) {
    const Model model;
    const json preset = skytrack_json(tiny({}));
    EXPECT_NE(losses(skytrack_json(model.training({}))), losses(preset));
    EXPECT_EQ(losses(skytrack_json(model.training({"--random-weights"}))), losses(preset));
    std::filesystem::rename(model.path() + "/model.safetensors", model.path() + "/model.safetensor");
    const Outcome misspelt = skytrack(model.training({}));
    EXPECT_EQ(misspelt.exit_code, 2);
    EXPECT_NE(misspelt.err.find("but 'model.safetensor'"), std::string::npos) << misspelt.err;
    std::filesystem::remove(model.path() + "/model.safetensor");
    const Outcome none = skytrack(model.training({}));
    EXPECT_EQ(none.exit_code, 0) << none.err;
    EXPECT_NE(none.err.find("the weights are random, of seed 1"), std::string::npos) << none.err;
}

TEST(E2eOffloadTrain, LeavesNoParentOfItsStore) {
    const TemporaryFolder folder;
    (void)skytrack_json(tiny({"--mode", "zero-infinity", "--store", folder.path("a/b/store")}));
    EXPECT_EQ(folder.names(), std::vector<std::string>{});
}

TEST(E2eOffloadTrain, SaysWhatDoesNothing) {
    const Model model;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--backend", "tlm"}, {"--set", "device.shift_ps=600"}, {"--seed", "3"}}) {
        const Outcome outcome = skytrack(model.training(words, "1"));
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        EXPECT_NE(outcome.err.find(words[0] + " does nothing here"), std::string::npos) << outcome.err;
    }
    EXPECT_EQ(skytrack(tiny({"--seed", "3"}, "1")).err.find("does nothing"), std::string::npos) << "it draws weights";
}

TEST(E2eOffloadTrain, SaysWhatMemoryIsMissingBeforeItTakesAny) {
    const TemporaryFolder folder;
    (void)folder.file("config.json", R"({"architectures": ["LlamaForCausalLM"], "hidden_size": 16384,
        "intermediate_size": 53248, "num_hidden_layers": 1000, "num_attention_heads": 128, "num_key_value_heads": 8,
        "vocab_size": 128256})");
    const Outcome outcome = skytrack({"offload", "train", "--model-dir", folder.path(), "--text", kText});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_NE(outcome.err.find("mode in-memory takes "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("are available\n  choose --mode tiled, which takes least; --force"), std::string::npos)
        << outcome.err;
}

#ifndef __SANITIZE_ADDRESS__  // which needs any number of addresses
TEST(E2eOffloadTrain, RunsOutOfMemoryWithARemedyOfItsOwn) {
    const TemporaryFolder folder;
    const std::string tokens = folder.file("tokens.i32", "");
    std::filesystem::resize_file(tokens, uint64_t{400} << 20);
    Program shell("/bin/sh", {"-c", "ulimit -v 400000; exec \"$0\" \"$@\"", skytrack_path(), "offload", "train",
                              "--config-preset", "tiny", "--tokens", tokens});
    const Outcome outcome = shell.wait();
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_NE(outcome.err.find("not enough memory"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("--mode tiled takes least"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("tracks"), std::string::npos) << outcome.err;
}
#endif

TEST(E2eOffloadTrain, TakesNoMoreMemoryTheMoreStepsItReports) {
    const TemporaryFolder folder;
    const json report =
        skytrack_json(tiny({"--seq", "1", "--batch", "1", "--threads", "1", "--out", folder.path("out")}, "3000"));
    ASSERT_EQ(report["results"].size(), 3000U);
    const auto held = [&](size_t step) { return report["results"][step]["peak_rss_bytes"].get<uint64_t>(); };
    EXPECT_LE(held(2999), held(999) + (uint64_t{1} << 20));
    EXPECT_EQ(json::parse(read_file(folder.path("out/result.json"))), report);
    const std::string summary = read_file(folder.path("out/summary.txt"));
    EXPECT_GT(std::count(summary.begin(), summary.end(), '\n'), 3000);
}

TEST(E2eOffloadTrain, EndsInOrderWhenNobodyReadsItsRows) {
    const TemporaryFolder folder;
    const std::string saved = folder.path("out.safetensors");
    std::vector<std::string> words{"-c", "{ \"$0\" \"$@\"; echo $? >'" + folder.path("code") + "'; } | head -n 5",
                                   skytrack_path()};
    const std::vector<std::string> training =
        tiny({"--mode", "zero-infinity", "--store", folder.path("store"), "--save", saved}, "100000000");
    words.insert(words.end(), training.begin(), training.end());
    Program shell("/bin/sh", words);
    const Outcome outcome = shell.wait();
    EXPECT_EQ(read_file(folder.path("code")), "2\n") << outcome.err;
    EXPECT_NE(outcome.err.find("cannot write to standard output"), std::string::npos) << outcome.err;
    const std::vector<std::string> left{"code", "out.safetensors"};
    EXPECT_EQ(folder.names(), left);
}

TEST(E2eOffloadTrain, SaysWhatItDidBeforeALossIsNoNumber) {
    const Outcome outcome = skytrack(tiny({"--json", "--lr", "100", "--weight-decay", "100"}, "40"));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    const json report = json::parse(outcome.out);
    EXPECT_GE(report["results"].size(), 1U);
    EXPECT_LT(report["results"].size(), 40U);
}

TEST(E2eOffloadTrain, EndsWithTheStepWhoseLossIsNoNumber) {
    Model model;
    for (uint64_t i = 0; i < 64; ++i) model.set("model.norm.weight", i, 3e38F);
    const std::string saved = model.path("out");
    const Outcome outcome = skytrack(model.training({"--json", "--save", saved}));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("step 1: the loss is "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("the weights that it began with"), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(saved));
    model.set("model.norm.weight", 7, NAN);
    const Outcome refused = skytrack(model.training({"--json", "--save", saved}));
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_NE(refused.err.find("element 7 of tensor 'model.norm.weight' is nan"), std::string::npos) << refused.err;
    EXPECT_EQ(refused.out, "");
}

}  // namespace
}  // namespace sky::test
