#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/train/attention.hpp"
#include "host/offload/train/checkpoints.hpp"
#include "host/offload/train/decoder.hpp"
#include "host/offload/train/device.hpp"
#include "host/offload/train/kernels.hpp"
#include "host/offload/train/residence.hpp"
#include "host/offload/train/workers.hpp"

namespace sky::offload {

/// What goes through a decoder at once: micro-batches of sequences of one length. Several micro-batches give the
/// bits that they would give one after the other.
struct PassShape {
    uint64_t micro_batches = 1;
    uint64_t sequences = 1;
    uint64_t length = 1;

    [[nodiscard]] uint64_t micro_tokens() const { return sequences * length; }
    [[nodiscard]] uint64_t tokens() const { return micro_batches * micro_tokens(); }
};

/// Which part of a step a pass is.
struct PassPart {
    uint64_t number = 0;  ///< of the passes of this step
    uint64_t passes = 1;  ///< of the step

    [[nodiscard]] bool last() const { return number + 1 == passes; }
};

/// Buffers on the device. What a float* names in a row of `tokens` tokens has its width behind it.
struct Workspace {
    float *x, *norm1, *h1, *norm2;                       // hidden
    float *q, *k, *v, *q_raw, *k_raw, *attention;        // queries, keys
    float *gate, *up, *act;                              // intermediate
    float *dx, *dnorm;                                   // hidden
    float *dq, *dk, *dv, *dattention;                    // queries, keys
    float *inverse1, *inverse2, *q_inverse, *k_inverse;  // a token; a token and head
    float *most, *target;                                // a token
    double* sum;                                         // a token
    float* block_most;                                   // kHeadBlocks and token
    double* block_sum;
    float* dlogits;      // kHeadBlocks blocks of logits, a token a row
    float* dx_deferred;  // hidden, of all passes of a step: what a tied embedding still gets
    float* vectors;      // of one unit
    float* vector_sum;
    std::vector<std::array<float*, 2>> weights;  // of each worker: a compute block of two tensors
    std::vector<float*> gradient;                // the same
    std::vector<float*> scratch;
};

/// A decoder's loss and gradients, forward and backward, by hand.
class DecoderPass {
   public:
    struct Options {
        PassShape shape;
        uint64_t passes = 1;         ///< of a step
        std::function<bool()> stop;  ///< asked before every piece of weights; may be empty
    };

    [[nodiscard]] static Result<std::unique_ptr<DecoderPass>> make(const Decoder& decoder, const Options& options,
                                                                   Workers& workers, Residence& residence,
                                                                   Checkpoints& checkpoints);

    /// Of the device's memory, of a pass that is not made yet.
    [[nodiscard]] static uint64_t device_bytes_of(const Decoder& decoder, const Options& options, uint32_t threads);

    /// `inputs` and `targets` have a token for each of the shape, sequence after sequence. The mean loss of each
    /// micro-batch; the gradients of their mean over the step go to the residence. Empty when it was stopped.
    [[nodiscard]] Result<std::vector<double>> run(std::span<const int32_t> inputs, std::span<const int32_t> targets,
                                                  PassPart part);
    [[nodiscard]] uint64_t device_bytes() const { return device_->bytes(); }

   private:
    DecoderPass(const Decoder& decoder, const Options& options, Workers& workers, Residence& residence,
                Checkpoints& checkpoints);
    static Workspace carve(const Decoder& decoder, const Options& options, uint32_t threads, Carver& carver);

    // decoder_pass.cpp
    Status embed(std::span<const int32_t> inputs);
    Status forward_layer(uint64_t layer);
    Status backward_layer(uint64_t layer, PassPart part);
    void attend();
    Status project(const LayerParameters& layer, bool keep);
    Status forward_attention(const LayerParameters& layer, bool keep);
    Status forward_head(std::span<const int32_t> targets);
    Status backward_head(std::span<const int32_t> targets, PassPart part);
    Status backward_mlp(const LayerParameters& layer, PassPart part);
    Status backward_projections(const LayerParameters& layer, PassPart part);
    Status backward_attention(const LayerParameters& layer, PassPart part);
    Status backward_embedding(std::span<const int32_t> inputs, PassPart part);
    Status embedding_gradient(std::span<const int32_t> inputs, PassPart part);
    Status tied_embedding_gradient(std::span<const int32_t> inputs, PassPart part);
    Status load_vectors(std::span<const uint32_t> tensors);
    [[nodiscard]] const float* vector(uint32_t tensor) const { return ws_.vectors + vector_at_[tensor]; }
    template <typename ForTokens>
    void for_tokens(const ForTokens& each);

    // block_products.cpp
    Status linear(const Use& use, const float* x, float* y, const float* bias);
    Status gate_and_up_backward(const LayerParameters& layer);
    Status input_gradient(const Use& use, const float* dy, float* dx, bool add);
    Status weight_gradient(uint32_t tensor, const float* dy, const float* x, PassPart part);
    void block_gradient(uint32_t tensor, uint64_t block, const float* dy, const float* x, bool add, uint32_t worker,
                        float* to);
    using ColumnGradient = std::function<void(uint64_t micro_batch, uint64_t begin, uint64_t end, float* out)>;
    Status vector_gradient(uint32_t tensor, PassPart part, const ColumnGradient& gradient);
    Status norm_gradient(uint32_t tensor, uint64_t rows_per_token, const float* dy, const float* x,
                         const float* inverse, PassPart part);
    Status bias_gradient(uint32_t tensor, const float* dy, PassPart part);
    [[nodiscard]] Result<WeightPiece> piece_at(const Use& use, uint64_t block);

    // head.cpp
    Status head_forward(std::span<const int32_t> targets);
    Status head_backward(std::span<const int32_t> targets, PassPart part);
    void upload_head_block(const WeightPiece& piece, uint64_t block, uint32_t worker);
    void logits(uint64_t rows, uint32_t worker, uint64_t first, uint64_t tokens, float* out);
    void block_sums(uint64_t block, uint64_t place, uint32_t worker, std::span<const int32_t> targets);
    void fold_block_sums(uint64_t blocks);
    void logit_gradients(uint64_t block, uint64_t place, uint32_t worker, std::span<const int32_t> targets,
                         float scale);
    void head_input_gradient(const WeightPiece& piece, uint64_t first, uint64_t count);
    Status head_weight_gradient(uint64_t first, uint64_t count, bool add, GradientRoom& room);
    [[nodiscard]] std::vector<double> losses() const;

    [[nodiscard]] const Parameter& parameter(uint32_t tensor) const { return decoder_->parameters[tensor]; }
    [[nodiscard]] bool should_stop() {
        stopped_ = stopped_ || (options_.stop && options_.stop());
        return stopped_;
    }
    Status run_unit(uint32_t unit, std::span<const int32_t> inputs, std::span<const int32_t> targets, PassPart part,
                    std::vector<double>& means);

    const Decoder* decoder_;
    Options options_;
    Workers* workers_;
    Residence* residence_;
    Checkpoints* checkpoints_;
    AttentionShape attention_;
    RopeTable rope_;
    std::unique_ptr<Device> device_;
    Workspace ws_{};
    bool stopped_ = false;
    std::vector<uint64_t> vector_at_;   // of a tensor in Workspace::vectors
    std::vector<int32_t> step_inputs_;  // of the passes of this step so far, for a tied embedding
};

}  // namespace sky::offload
