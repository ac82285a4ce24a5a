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
#include "host/offload/train/train_needs.hpp"
#include "host/offload/train/train_store.hpp"

namespace sky::offload {

namespace {

using Clock = std::chrono::steady_clock;

class OneTrainer : public Trainer {
   public:
    OneTrainer(const TrainOptions& options, const TokenData& data)
        : options_(&options), data_(&data), decoder_(make_decoder(options.model)), workers_(options.threads) {}

    Status begin() {
        const DecoderPass::Options pass_options{.shape = pass_shape(), .passes = passes(), .stop = options_->stop};
        const Result<TrainNeeds> needs = needs_of(decoder_, *options_, pass_options);
        if (!needs.ok()) return needs.status();
        if (!options_->force)
            if (Status s = check_memory(needs.value(), *options_, available_memory_bytes()); !s.ok()) return s;
        const Result<Residence::Source> source = weights_of_folder();
        if (!source.ok()) return source.status();
        if (Status s = make_places(needs.value()); !s.ok()) return s;
        Result<std::unique_ptr<DecoderPass>> pass =
            DecoderPass::make(decoder_, pass_options, workers_, *residence_, *checkpoints_);
        if (!pass.ok()) return pass.status();
        pass_ = std::move(pass.value());
        return residence_->begin(in_pieces(source.value()));
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
                "{}",
                done.step, done.loss, done.grad_norm,
                steps_ == 0 ? "the weights that it began with are too large for fp32, or --seq is too long for them"
                            : "lower --lr, raise --eps, or --clip gradients"));
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
        const auto take = [&](uint32_t tensor, uint64_t first, std::span<const float> values) {
            Status status = check_finite(tensor, first, values);
            return status.ok() ? writer.value()->write(values) : status;
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
        return weights_of(decoder_, options_->weights_folder, options_->seed, options_->log);
    }
    /// Between pieces the run may be stopped.
    [[nodiscard]] Residence::Source in_pieces(const Residence::Source& source) const {
        return [this, source](uint32_t tensor, uint64_t first, std::span<float> to) -> Status {
            constexpr uint64_t kPiece = uint64_t{1} << 20;
            for (uint64_t at = 0; at < to.size(); at += kPiece) {
                if (options_->stop && options_->stop()) return Status::error("stopped before the first step");
                const std::span<float> piece = to.subspan(at, std::min<uint64_t>(kPiece, to.size() - at));
                if (Status s = source(tensor, first + at, piece); !s.ok()) return s;
            }
            return {};
        };
    }
    [[nodiscard]] Status check_finite(uint32_t tensor, uint64_t first, std::span<const float> values) const {
        const auto bad = std::find_if_not(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
        if (bad == values.end()) return {};
        return Status::error(fmt::format(
            "after step {} element {} of tensor '{}' is {}\nnothing is saved; lower --lr, raise --eps, or "
            "--clip gradients",
            steps_, first + static_cast<uint64_t>(bad - values.begin()), decoder_.parameters[tensor].name, *bad));
    }

    Status make_places(const TrainNeeds& needs);

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
Status OneTrainer::make_places(const TrainNeeds& needs) {
    const CheckpointShape shape{.layers = decoder_.layers.size(),
                                .elements = pass_shape().tokens() * decoder_.shape.hidden};
    if (!needs.tensors.empty()) {
        Result<std::unique_ptr<TrainStore>> store = TrainStore::make(needs.tensors, needs.cache_bytes, *options_);
        if (!store.ok()) return store.status();
        store_ = std::move(store.value());
    }
    if (needs.pinned_bytes > 0) {
        Result<std::unique_ptr<PinnedAllocator>> pinned = make_pinned(*options_, needs.pinned_bytes);
        if (!pinned.ok()) return pinned.status();
        pinned_ = std::move(pinned.value());
    }
    const bool staged = options_->mode != TrainMode::kInMemory;
    Result<std::unique_ptr<Checkpoints>> checkpoints =
        options_->activations == CheckpointPlace::kDevice ? make_device_checkpoints(shape)
        : options_->activations == CheckpointPlace::kHost
            ? make_host_checkpoints(shape, *pinned_)
            : make_ssd_checkpoints(shape, store_->store(), needs.first_checkpoint, *pinned_);
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
