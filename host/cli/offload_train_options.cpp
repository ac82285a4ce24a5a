#include "host/cli/offload_train_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>

#include "host/cli/named_files.hpp"
#include "host/cli/offload_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/printable.hpp"
#include "host/offload/train/safetensors.hpp"

namespace sky::cli {

namespace {

using offload::TrainMode;
using offload::TrainOptions;

constexpr uint64_t kMaxBatch = uint64_t{1} << 20;
constexpr uint64_t kMaxLength = uint64_t{1} << 24;
constexpr uint64_t kMaxTokens = uint64_t{1} << 26;  // of a step
constexpr uint64_t kMaxSteps = 1'000'000'000;
constexpr uint64_t kMaxThreads = 1024;
constexpr uint64_t kMaxHostMemory = uint64_t{1} << 50;
constexpr double kMaxRate = 100;
constexpr double kMaxClip = 1e12;
constexpr double kLeastNumber = std::numeric_limits<float>::min();  // that is not nothing, nor nearly so, in fp32

Status take(const Result<uint64_t>& result, uint64_t& into) {
    if (result.ok()) into = result.value();
    return result.status();
}

/// A number from `low` to `high`; without `high` itself when it is open.
Status take_real(const CommandLine& line, const std::string& name, double low, double high, bool open, double& into) {
    const std::string text = line.text(name);
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool whole = !text.empty() && *end == '\0';
    if (whole && number != 0 && std::abs(number) < kLeastNumber)
        return Status::error(fmt::format("--{} is '{}', which is nothing in fp32\nexpected {}at least {}", name,
                                         memory::printable(text), low == 0 ? "0, or " : "", kLeastNumber));
    if (whole && number >= low && (open ? number < high : number <= high)) {
        into = number;
        return {};
    }
    return Status::error(fmt::format("--{} is '{}'\nexpected a number from {} to {}{}", name, memory::printable(text),
                                     low, open ? "less than " : "", high));
}

/// The one of `values` whose name is given.
template <typename T>
struct Named {
    const char* name;
    T value;
};
template <typename T, size_t N>
Status take_choice(const CommandLine& line, const std::string& name, const Named<T> (&choices)[N],
                   std::optional<T>& into) {
    if (!line.has(name)) return {};
    std::vector<std::string> names;
    for (const Named<T>& choice : choices) names.emplace_back(choice.name);
    const Result<std::string> given = line.choice(name, names);
    if (!given.ok()) return given.status();
    for (const Named<T>& choice : choices)
        if (given.value() == choice.name) into = choice.value;
    return {};
}

Status read_model(const CommandLine& line, TrainOptions& options) {
    if (line.has("model-dir") == line.has("config-preset"))
        return Status::error(
            fmt::format("{}\nexpected either --model-dir with the folder of a model, or --config-preset tiny",
                        line.has("model-dir") ? "two models are given" : "no model is given"));
    if (line.has("config-preset")) {
        const Result<std::string> preset = line.choice("config-preset", std::vector<std::string>{"tiny"});
        if (!preset.ok()) return preset.status();
        options.model = offload::tiny_decoder();
        return {};
    }
    const std::string folder = line.text("model-dir");
    if (!line.flag("random-weights")) options.weights_folder = folder;
    Result<offload::HfDecoder> model = offload::read_hf_decoder(folder);
    if (!model.ok()) return model.status();
    options.model = std::move(model.value());
    return {};
}

Status read_sizes(const CommandLine& line, TrainRun& run) {
    TrainOptions& options = run.options;
    if (Status s = take(line.number("batch", 1, kMaxBatch), options.batch); !s.ok()) return s;
    if (Status s = take(line.number("seq", 1, kMaxLength), options.length); !s.ok()) return s;
    if (Status s = take(line.number("accumulate", 1, kMaxBatch), options.accumulate); !s.ok()) return s;
    if (Status s = take(line.number("steps", 1, kMaxSteps), run.steps); !s.ok()) return s;
    if (Status s = take(line.number("warmup", 0, kMaxSteps), options.warmup); !s.ok()) return s;
    const uint64_t tokens = options.batch * options.accumulate > kMaxTokens / options.length
                                ? kMaxTokens + 1
                                : options.batch * options.accumulate * options.length;
    if (tokens <= kMaxTokens) return {};
    return Status::error(
        fmt::format("--batch {} --seq {} --accumulate {} are too many tokens a step\nexpected at most {}",
                    options.batch, options.length, options.accumulate, kMaxTokens));
}

Status read_rates(const CommandLine& line, TrainOptions& options) {
    if (Status s = take_real(line, "lr", 0, kMaxRate, false, options.lr); !s.ok()) return s;
    if (Status s = take_real(line, "beta1", 0, 1, true, options.beta1); !s.ok()) return s;
    if (Status s = take_real(line, "beta2", 0, 1, true, options.beta2); !s.ok()) return s;
    if (Status s = take_real(line, "eps", kLeastNumber, 1, false, options.eps); !s.ok()) return s;
    if (Status s = take_real(line, "weight-decay", 0, kMaxRate, false, options.weight_decay); !s.ok()) return s;
    return take_real(line, "clip", 0, kMaxClip, false, options.clip);
}

Status read_mechanisms(const CommandLine& line, TrainOptions& options) {
    using offload::CheckMethod;
    using offload::CheckpointPlace;
    using offload::IoKind;
    using offload::PinnedKind;
    using offload::PoolKind;
    constexpr Named<PoolKind> kPools[]{{"uniform", PoolKind::kUniform}, {"adaptive", PoolKind::kAdaptive}};
    constexpr Named<PinnedKind> kPinned[]{{"pow2", PinnedKind::kPowerOfTwo}, {"exact", PinnedKind::kExact}};
    constexpr Named<CheckMethod> kChecks[]{{"chain", CheckMethod::kChain}, {"fused", CheckMethod::kFused}};
    constexpr Named<IoKind> kIo[]{{"files", IoKind::kFiles}, {"direct", IoKind::kDirect}};
    constexpr Named<CheckpointPlace> kPlaces[]{
        {"device", CheckpointPlace::kDevice}, {"host", CheckpointPlace::kHost}, {"ssd", CheckpointPlace::kSsd}};
    std::optional<CheckpointPlace> place;
    if (Status s = take_choice(line, "pool", kPools, options.mechanisms.pool); !s.ok()) return s;
    if (Status s = take_choice(line, "pinned", kPinned, options.mechanisms.pinned); !s.ok()) return s;
    if (Status s = take_choice(line, "overflow", kChecks, options.mechanisms.overflow); !s.ok()) return s;
    if (Status s = take_choice(line, "io", kIo, options.mechanisms.io); !s.ok()) return s;
    if (Status s = take_choice(line, "activations", kPlaces, place); !s.ok()) return s;
    options.activations = place.value_or(CheckpointPlace::kDevice);
    return {};
}

/// What is given and has nothing to do in this mode.
void note_what_is_idle(const CommandLine& line, const TrainOptions& options) {
    const bool tiled = options.mode == TrainMode::kTiled;
    const bool in_memory = options.mode == TrainMode::kInMemory;
    const auto idle = [&](const char* name, bool is_idle) {
        if (is_idle && line.given(name))
            print_note(fmt::format("--{} does nothing in mode {}", name, offload::to_string(options.mode)));
    };
    const bool stores = !in_memory || options.activations == offload::CheckpointPlace::kSsd;
    const bool pins = !in_memory || options.activations != offload::CheckpointPlace::kDevice;
    idle("pool", tiled || in_memory);
    idle("overflow", tiled || in_memory);
    idle("pinned", !pins);
    idle("io", !stores);
    idle("store", !stores);
    idle("resident-bytes", in_memory);
    idle("tile-bytes", !tiled);
    idle("host-memory", !tiled);
    for (const char* const name : {"backend", "set", "config"})
        if (line.given(name)) print_note(fmt::format("--{} does nothing here: no memory is simulated", name));
    const bool drawn =
        options.weights_folder.empty() || offload::SafeTensors::files_in(options.weights_folder).empty();
    if (line.given("seed") && !drawn)
        print_note("--seed does nothing here: the weights are those of --model-dir, and nothing else is drawn");
    if (line.flag("random-weights") && line.has("config-preset"))
        print_note("--random-weights does nothing here: a preset has no others");
}

/// The model's own files are not to be replaced by what is saved.
Status check_save(const CommandLine& line) {
    if (!line.has("save") || !line.has("model-dir")) return {};
    const std::string folder = line.text("model-dir");
    std::vector<NamedFile> files{{.option = "--save", .path = line.text("save"), .written = true},
                                 {.option = "a file of --model-dir", .path = folder + "/config.json"}};
    for (const std::string& path : offload::SafeTensors::files_in(folder))
        files.push_back({.option = "a file of --model-dir", .path = path});
    return check_apart(files);
}

Status read_memory(const CommandLine& line, TrainOptions& options) {
    std::vector<std::string> names;
    for (const TrainMode one : offload::kTrainModes) names.emplace_back(offload::to_string(one));
    const Result<std::string> given = line.choice("mode", names);
    if (!given.ok()) return given.status();
    for (const TrainMode one : offload::kTrainModes)
        if (given.value() == offload::to_string(one)) options.mode = one;
    if (Status s = read_mechanisms(line, options); !s.ok()) return s;
    if (Status s = take(read_resident_bytes(line), options.resident_bytes); !s.ok()) return s;
    if (Status s = take(line.bytes("tile-bytes", 1, offload::kMaxTileBytes), options.tile_bytes); !s.ok()) return s;
    if (line.has("host-memory"))
        if (Status s = take(line.bytes("host-memory", 1, kMaxHostMemory), options.host_memory); !s.ok()) return s;
    uint64_t threads = std::max(1U, std::thread::hardware_concurrency());
    if (line.has("threads"))
        if (Status s = take(line.number("threads", 1, kMaxThreads), threads); !s.ok()) return s;
    options.threads = static_cast<uint32_t>(threads);
    options.store_folder = line.text("store");
    options.force = line.flag("force");
    if (options.store_folder.empty()) return Status::error("--store is empty\nname a folder on an SSD");
    return {};
}

}  // namespace

void add_train_options(CommandLine& line) {
    line.add_option("model-dir", "DIR",
                    "folder with config.json, and *.safetensors or their index; without any weights random ones");
    line.add_flag("random-weights", "begin with random weights, whatever lies in --model-dir");
    line.add_option("config-preset", "NAME", "instead: tiny, of 133,440 parameters, with random weights");
    line.add_option("tokens", "FILE", "to train on: int32, little endian");
    line.add_option("text", "FILE", "instead: every byte is a token");
    line.add_option("batch", "B", "sequences of a micro-batch", "1");
    line.add_option("seq", "T", "tokens of a sequence", "64");
    line.add_option("accumulate", "N", "micro-batches of a step", "1");
    line.add_option("steps", "N", "how many", "10");
    line.add_option("lr", "X", "rate of AdamW", "1e-4");
    line.add_option("beta1", "X", "of AdamW", "0.9");
    line.add_option("beta2", "X", "of AdamW", "0.999");
    line.add_option("eps", "X", "of AdamW, added to the corrected square root; more than 0", "1e-8");
    line.add_option("weight-decay", "X", "of AdamW, for tensors with two dimensions", "0");
    line.add_option("clip", "X", "largest norm of all gradients; 0: any", "0");
    line.add_option("warmup", "N", "steps in which the rate rises", "0");
    line.add_option("dtype", "NAME", "of the weights that are computed with: fp32", "fp32");
    line.add_option("mode", "NAME", "in-memory, zero-infinity, memascend or tiled: the same numbers", "in-memory");
    line.add_option("activations", "NAME", "where the inputs of layers wait: device, host or ssd", "device");
    line.add_option("pool", "NAME", "uniform or adaptive slots for weights; as the mode has it");
    line.add_option("pinned", "NAME", "pow2 or exact blocks of pinned memory; as the mode has it");
    line.add_option("overflow", "NAME", "look through all gradients with chain or fused; in fp32 neither");
    line.add_option("io", "NAME", "files, one a tensor, or direct, one store; as the mode has it");
    line.add_option("tile-bytes", "BYTES", "of a tile of mode tiled, a multiple of 256 KiB", "64MiB");
    line.add_option("resident-bytes", "BYTES", "tensors of fewer bytes stay in host memory", "1MiB");
    line.add_option("host-memory", "BYTES", "mode tiled: for buffers, and for as much of the store as fits");
    line.add_option("threads", "N", "of the computation; as many as there are cores");
    line.add_option("store", "DIR",
                    "folder on an SSD for what is not in memory, empty or not there; removed at the end",
                    "skytrack-store");
    line.add_flag("force", "begin although memory does not seem to suffice");
    line.add_option("save", "FILE", "where the weights go, as safetensors");
}

Result<TrainRun> read_train_run(const CommandLine& line, uint64_t seed) {
    TrainRun run;
    run.options.seed = seed;
    const Result<std::string> dtype = line.choice("dtype", std::vector<std::string>{"fp32"});
    if (!dtype.ok()) return dtype.status();
    if (Status s = read_model(line, run.options); !s.ok()) return s;
    if (line.has("tokens") == line.has("text"))
        return Status::error(fmt::format("{}\nexpected either --tokens FILE, of int32, or --text FILE",
                                         line.has("text") ? "two files to train on are given" : "no data are given"));
    if (line.has("tokens")) run.tokens = line.text("tokens");
    if (line.has("text")) run.text = line.text("text");
    if (line.has("save")) run.save = line.text("save");
    if (Status s = check_save(line); !s.ok()) return s;
    if (Status s = read_sizes(line, run); !s.ok()) return s;
    if (Status s = read_rates(line, run.options); !s.ok()) return s;
    if (Status s = read_memory(line, run.options); !s.ok()) return s;
    note_what_is_idle(line, run.options);
    return run;
}

}  // namespace sky::cli
