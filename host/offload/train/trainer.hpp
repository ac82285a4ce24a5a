#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/memory/status.hpp"
#include "host/offload/log.hpp"
#include "host/offload/plan/hf_config.hpp"
#include "host/offload/plan/plan.hpp"
#include "host/offload/train/checkpoint_places.hpp"
#include "host/offload/train/mechanisms.hpp"
#include "host/offload/train/token_data.hpp"

namespace sky::offload {

/// What a training is, apart from its data.
struct TrainOptions {
    HfDecoder model;
    std::string weights_folder;  ///< with safetensors; empty, or without any: random weights
    uint64_t seed = 1;

    uint64_t batch = 1;       ///< sequences of a micro-batch
    uint64_t length = 64;     ///< tokens of a sequence
    uint64_t accumulate = 1;  ///< micro-batches of a step
    double lr = 1e-4;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;
    double clip = 0;      ///< largest norm of all gradients; 0: any
    uint64_t warmup = 0;  ///< steps in which the rate rises, before it is constant

    TrainMode mode = TrainMode::kInMemory;
    Mechanisms mechanisms{};
    CheckpointPlace activations = CheckpointPlace::kDevice;
    uint64_t tile_bytes = kDefaultTileBytes;
    uint64_t resident_bytes = uint64_t{1} << 20;  ///< tensors of fewer bytes stay in memory
    uint64_t host_memory = 0;                     ///< kTiled: of which as much is kept in memory as fits
    uint32_t threads = 1;
    std::string store_folder;  ///< of what is not in memory
    bool force = false;        ///< begins although memory does not seem to suffice

    Log log;
    std::function<bool()> stop;  ///< asked several times a step, and while the first one is prepared
};

/// What one step did.
struct TrainStep {
    uint64_t step = 0;  ///< from 1
    double loss = 0;    ///< mean over all its tokens, before the step
    double grad_norm = 0;
    double loss_scale = 1;
    uint64_t peak_rss_bytes = 0;
    uint64_t pinned_bytes = 0;
    uint64_t read_bytes = 0;
    uint64_t written_bytes = 0;
    double tokens_per_second = 0;  ///< of host time
};

/// Fine-tunes a decoder. The same numbers, bit by bit, in every mode and with every mechanism.
class Trainer {
   public:
    /// `options` and `data` must outlive it. Refuses what does not fit, with the bytes that it would take. When it
    /// was stopped there is none either.
    [[nodiscard]] static Result<std::unique_ptr<Trainer>> make(const TrainOptions& options, const TokenData& data);
    virtual ~Trainer() = default;
    Trainer() = default;
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Nothing when it was stopped: the weights are those of the step before.
    [[nodiscard]] virtual Result<std::optional<TrainStep>> step() = 0;
    /// The weights as safetensors, whole or not at all: not with a number that is none, whose tensor is named.
    [[nodiscard]] virtual Status save(const std::string& path) = 0;
    /// Of the weights: equal weights have equal ones.
    [[nodiscard]] virtual Result<uint64_t> weights_hash() = 0;
    [[nodiscard]] virtual uint64_t parameters() const = 0;
    [[nodiscard]] virtual uint64_t device_bytes() const = 0;
};

}  // namespace sky::offload
