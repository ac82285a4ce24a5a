#include "host/offload/train/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>

#include "host/memory/random.hpp"
#include "host/offload/available_memory.hpp"
#include "host/offload/train/decoder_pass.hpp"
#include "host/offload/train/in_memory.hpp"
#include "host/offload/train/initial_weights.hpp"
#include "host/offload/train/safetensors.hpp"
#include "host/offload/train/staged.hpp"
#include "host/offload/train/train_store.hpp"

namespace sky::offload {

namespace {

using Clock = std::chrono::steady_clock;

class OneTrainer : public Trainer {
   public:
    OneTrainer(const TrainOptions& options, const TokenData& data)
        : options_(&options), data_(&data), decoder_(make_decoder(options.model)), workers_(options.threads) {}

    Status begin() {
        if (Status s = make_places(); !s.ok()) return s;
        const DecoderPass::Options pass_options{.shape = pass_shape(), .passes = passes(), .stop = options_->stop};
        Result<std::unique_ptr<DecoderPass>> pass =
            DecoderPass::make(decoder_, pass_options, workers_, *residence_, *checkpoints_);
        if (!pass.ok()) return pass.status();
        pass_ = std::move(pass.value());
        const Result<Residence::Source> source = weights_of_folder();
        if (!source.ok()) return source.status();
        return residence_->begin(source.value());
    }

    Result<std::optional<TrainStep>> step() override {
        const auto begin = Clock::now();
        const StoreStatistics before = store_statistics();
        TrainStep done{.step = steps_ + 1};
        Result<std::vector<double>> losses = forward_and_backward();
        if (!losses.ok()) return losses.status();
        if (losses.value().empty()) return std::optional<TrainStep>();
        for (const double loss : losses.value()) done.loss += loss;
        done.loss /= static_cast<double>(losses.value().size());
        const Result<GradientSummary> summary = residence_->finish_gradients();
        if (!summary.ok()) return summary.status();
        done.grad_norm = std::sqrt(summary.value().square_sum);
        if (!std::isfinite(done.loss) || !summary.value().finite)
            return Status::error(fmt::format(
                "step {}: the loss is {} and the norm of the gradients {}\nthe run is stopped before they are used; "
                "lower --lr, or --clip gradients",
                done.step, done.loss, done.grad_norm));
        if (Status s = residence_->optimize(adamw_step(done.grad_norm)); !s.ok()) return s;
        ++steps_;
        measure(before, begin, done);
        return std::optional<TrainStep>(done);
    }

    Status save(const std::string& path) override {
        std::vector<SafeTensorsWriter::Entry> entries;
        for (const Parameter& p : decoder_.parameters)
            entries.push_back(
                {.name = p.name,
                 .shape = p.matrix ? std::vector<uint64_t>{p.rows, p.columns} : std::vector<uint64_t>{p.rows}});
        Result<std::unique_ptr<SafeTensorsWriter>> writer = SafeTensorsWriter::create(path, entries);
        if (!writer.ok()) return writer.status();
        const auto take = [&](uint32_t, uint64_t, std::span<const float> values) {
            return writer.value()->write(values);
        };
        if (Status s = residence_->weights(take); !s.ok()) return s;
        return writer.value()->commit();
    }

    Result<uint64_t> weights_hash() override {
        uint64_t hash = 0;
        const auto take = [&](uint32_t tensor, uint64_t first, std::span<const float> values) -> Status {
            for (uint64_t i = 0; i < values.size(); ++i)
                hash += memory::mix64(memory::mix64((uint64_t{tensor} << 48U) + first + i) +
                                      std::bit_cast<uint32_t>(values[i]));
            return {};
        };
        if (Status s = residence_->weights(take); !s.ok()) return s;
        return hash;
    }

    [[nodiscard]] uint64_t parameters() const override { return decoder_.elements(); }
    [[nodiscard]] uint64_t device_bytes() const override {
        return pass_->device_bytes() + residence_->device_bytes() + checkpoints_->device_bytes();
    }

   private:
    /// Tiles come once a step, with all micro-batches behind one another; otherwise each is a pass.
    [[nodiscard]] uint64_t passes() const { return options_->mode == TrainMode::kTiled ? 1 : options_->accumulate; }
    [[nodiscard]] PassShape pass_shape() const {
        return {.micro_batches = options_->accumulate / passes(),
                .sequences = options_->batch,
                .length = options_->length};
    }
    [[nodiscard]] StoreStatistics store_statistics() const {
        return store_ ? store_->store().statistics() : StoreStatistics{};
    }
    [[nodiscard]] Result<Residence::Source> weights_of_folder() const {
        if (options_->weights_folder.empty()) return random_weights(decoder_, options_->seed);
        return weights_of(decoder_, options_->weights_folder, options_->seed);
    }

    Status make_places();

    Result<std::vector<double>> forward_and_backward() {
        const PassShape shape = pass_shape();
        std::vector<int32_t> inputs(shape.tokens());
        std::vector<int32_t> targets(shape.tokens());
        std::vector<double> losses;
        for (uint64_t number = 0; number < passes(); ++number) {
            const uint64_t windows = shape.micro_batches * shape.sequences;
            data_->windows((steps_ * passes() + number) * windows, windows, inputs, targets);
            Result<std::vector<double>> means = pass_->run(inputs, targets, {.number = number, .passes = passes()});
            if (!means.ok() || means.value().empty()) return means;
            losses.insert(losses.end(), means.value().begin(), means.value().end());
        }
        return losses;
    }

    [[nodiscard]] AdamWStep adamw_step(double norm) const {
        const uint64_t number = steps_ + 1;
        AdamWStep step{.lr = options_->lr,
                       .beta1 = options_->beta1,
                       .beta2 = options_->beta2,
                       .eps = options_->eps,
                       .weight_decay = options_->weight_decay,
                       .step = number};
        if (number < options_->warmup) step.lr *= static_cast<double>(number) / static_cast<double>(options_->warmup);
        // As PyTorch clips.
        constexpr double kGuard = 1e-6;
        if (options_->clip > 0) step.gradient_scale = std::min(1.0, options_->clip / (norm + kGuard));
        return step;
    }

    void measure(const StoreStatistics& before, Clock::time_point begin, TrainStep& done) const {
        const StoreStatistics now = store_statistics();
        done.read_bytes = now.read_bytes - before.read_bytes;
        done.written_bytes = now.written_bytes - before.written_bytes;
        done.pinned_bytes = pinned_ ? pinned_->statistics().peak_reserved_bytes : 0;
        done.peak_rss_bytes = peak_rss_bytes();
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        done.tokens_per_second =
            static_cast<double>(options_->batch * options_->length * options_->accumulate) / seconds;
    }

    const TrainOptions* options_;
    const TokenData* data_;
    Decoder decoder_;
    Workers workers_;
    std::unique_ptr<PinnedAllocator> pinned_;
    std::unique_ptr<TrainStore> store_;
    std::unique_ptr<Checkpoints> checkpoints_;
    std::unique_ptr<Residence> residence_;
    std::unique_ptr<DecoderPass> pass_;
    uint64_t steps_ = 0;
};

/// Store and pinned memory, and what lies in them.
Status OneTrainer::make_places() {
    const CheckpointShape shape{.layers = decoder_.layers.size(),
                                .elements = pass_shape().tokens() * decoder_.shape.hidden};
    const bool staged = options_->mode != TrainMode::kInMemory;
    const Result<StagedPlan> planned = staged ? plan_staged(decoder_, *options_) : StagedPlan{};
    if (!planned.ok()) return planned.status();
    const StagedPlan& plan = planned.value();
    std::vector<TensorSpec> specs = plan.tensors;
    const size_t first_checkpoint = specs.size();
    uint64_t pinned_bytes = plan.pinned_bytes;
    const uint64_t input_bytes = round_up(shape.elements * sizeof(float), kPageBytes);
    if (options_->activations == CheckpointPlace::kHost) pinned_bytes += shape.layers * input_bytes;
    if (options_->activations == CheckpointPlace::kSsd) {
        pinned_bytes += 2 * input_bytes;
        for (TensorSpec& spec : checkpoint_specs(shape)) specs.push_back(std::move(spec));
    }
    uint64_t cache_bytes = 0;
    if (options_->mode == TrainMode::kTiled && options_->host_memory > 0) {
        if (options_->host_memory < pinned_bytes)
            return Status::error(
                fmt::format("--host-memory is {}\nthe buffers alone take {}: give more, or choose "
                            "smaller --tile-bytes",
                            options_->host_memory, pinned_bytes));
        cache_bytes = options_->host_memory - pinned_bytes;
    }
    if (!specs.empty()) {
        Result<std::unique_ptr<TrainStore>> store = TrainStore::make(specs, cache_bytes, *options_);
        if (!store.ok()) return store.status();
        store_ = std::move(store.value());
    }
    if (pinned_bytes > 0) {
        Result<std::unique_ptr<PinnedAllocator>> pinned = make_pinned(*options_, pinned_bytes);
        if (!pinned.ok()) return pinned.status();
        pinned_ = std::move(pinned.value());
    }
    Result<std::unique_ptr<Checkpoints>> checkpoints =
        options_->activations == CheckpointPlace::kDevice ? make_device_checkpoints(shape)
        : options_->activations == CheckpointPlace::kHost
            ? make_host_checkpoints(shape, *pinned_)
            : make_ssd_checkpoints(shape, store_->store(), first_checkpoint, *pinned_);
    if (!checkpoints.ok()) return checkpoints.status();
    checkpoints_ = std::move(checkpoints.value());
    Result<std::unique_ptr<Residence>> residence = staged ? make_staged_residence({.decoder = &decoder_,
                                                                                   .options = options_,
                                                                                   .workers = &workers_,
                                                                                   .store = &store_->store(),
                                                                                   .pinned = pinned_.get()})
                                                          : make_in_memory_residence(decoder_, workers_);
    if (!residence.ok()) return residence.status();
    residence_ = std::move(residence.value());
    return {};
}

}  // namespace

const char* to_string(TrainMode mode) {
    switch (mode) {
        case TrainMode::kInMemory: return "in-memory";
        case TrainMode::kZeroInfinity: return "zero-infinity";
        case TrainMode::kMemAscend: return "memascend";
        case TrainMode::kTiled: break;
    }
    return "tiled";
}

Result<std::unique_ptr<Trainer>> Trainer::make(const TrainOptions& options, const TokenData& data) {
    auto trainer = std::make_unique<OneTrainer>(options, data);
    if (Status s = trainer->begin(); !s.ok()) return s;
    return std::unique_ptr<Trainer>(std::move(trainer));
}

}  // namespace sky::offload
