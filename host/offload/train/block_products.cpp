// Products with weights and of their gradients, compute block by compute block.
#include <algorithm>

#include "host/offload/train/blas.hpp"
#include "host/offload/train/decoder_pass.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kColumnStep = 16;
constexpr uint64_t kLeastStripe = 64;
constexpr uint64_t kStripes = 8;

/// Columns of a matrix that are computed at once where the rows have to be taken in turn.
struct Stripes {
    explicit Stripes(uint64_t all) : columns(all) {
        width = std::max(kLeastStripe, round_up(ceil_div(columns, kStripes), kColumnStep));
    }
    [[nodiscard]] uint64_t count() const { return ceil_div(columns, width); }
    [[nodiscard]] uint64_t begin(uint64_t stripe) const { return stripe * width; }
    [[nodiscard]] uint64_t end(uint64_t stripe) const { return std::min(columns, (stripe + 1) * width); }

    uint64_t columns;
    uint64_t width;
};

/// dx[:, stripe] += dy[:, block] * block[:, stripe].
void add_input_gradient(const PassShape& shape, const Parameter& p, const std::byte* block_data, Dtype dtype,
                        uint64_t block, uint64_t begin, uint64_t end, const float* dy, bool add, float* staging,
                        float* dx) {
    const uint64_t row = p.block_begin(block);
    const uint64_t rows = p.block_end(block) - row;
    Device::upload(block_data + begin * bytes_of(dtype), dtype, rows, end - begin, p.columns, staging);
    for (uint64_t m = 0; m < shape.micro_batches; ++m) {
        const uint64_t first = m * shape.micro_tokens();
        multiply(shape.micro_tokens(), end - begin, rows, 1.0F, {dy + first * p.rows + row, p.rows},
                 {staging, end - begin}, add, {dx + first * p.columns + begin, p.columns});
    }
}

const std::byte* block_data(const Parameter& p, const WeightPiece& piece, Dtype dtype, uint64_t block,
                            size_t tensor = 0) {
    const uint64_t rows = p.block_begin(block) - p.block_begin(piece.first_block);
    return piece.data[tensor] + rows * p.columns * bytes_of(dtype);
}

}  // namespace

Result<WeightPiece> DecoderPass::piece_at(const Use& use, uint64_t block) {
    if (should_stop()) return Status::error("the run was stopped");
    Result<WeightPiece> piece = residence_->next_piece(use);
    if (piece.ok() && (piece.value().first_block != block || piece.value().blocks == 0))
        return Status::error("a piece of " + parameter(use.first).name + " is not the one that is next");
    return piece;
}

Status DecoderPass::linear(const Use& use, const float* x, float* y, const float* bias) {
    const Parameter& p = parameter(use.first);
    const Dtype dtype = residence_->weight_dtype();
    const PassShape& shape = options_.shape;
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        workers_->run(piece.value().blocks, [&](uint64_t i, uint32_t worker) {
            const uint64_t block = next + i;
            const uint64_t row = p.block_begin(block);
            const uint64_t rows = p.block_end(block) - row;
            float* const weights = ws_.weights[worker][0];
            Device::upload(block_data(p, piece.value(), dtype, block), dtype, rows * p.columns, weights);
            for (uint64_t m = 0; m < shape.micro_batches; ++m) {
                const uint64_t first = m * shape.micro_tokens();
                multiply(shape.micro_tokens(), rows, p.columns, 1.0F, {x + first * p.columns, p.columns},
                         {weights, p.columns, true}, false, {y + first * p.rows + row, p.rows});
            }
            if (bias != nullptr) add_bias(shape.tokens(), p.rows, row, row + rows, bias, y);
        });
        next += piece.value().blocks;
    }
    return residence_->end_use(use);
}

Status DecoderPass::input_gradient(const Use& use, const float* dy, float* dx, bool add) {
    const Parameter& p = parameter(use.first);
    const Dtype dtype = residence_->weight_dtype();
    const Stripes stripes(p.columns);
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        workers_->run(stripes.count(), [&](uint64_t stripe, uint32_t worker) {
            for (uint64_t block = next; block < next + piece.value().blocks; ++block)
                add_input_gradient(options_.shape, p, block_data(p, piece.value(), dtype, block), dtype, block,
                                   stripes.begin(stripe), stripes.end(stripe), dy, add || block > 0,
                                   ws_.weights[worker][0], dx);
        });
        next += piece.value().blocks;
    }
    return residence_->end_use(use);
}

/// What both give, once more, and the gradients of both and of their input: with each block all that it is for.
Status DecoderPass::gate_and_up_backward(const LayerParameters& layer) {
    const Use use{.first = layer.gate, .second = layer.up};
    const Parameter& p = parameter(layer.gate);
    const Dtype dtype = residence_->weight_dtype();
    const PassShape& shape = options_.shape;
    const Stripes stripes(p.columns);
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        workers_->run(piece.value().blocks, [&](uint64_t i, uint32_t worker) {
            const uint64_t row = p.block_begin(next + i);
            const uint64_t rows = p.block_end(next + i) - row;
            for (size_t tensor = 0; tensor < 2; ++tensor) {
                float* const weights = ws_.weights[worker][tensor];
                Device::upload(block_data(p, piece.value(), dtype, next + i, tensor), dtype, rows * p.columns,
                               weights);
                for (uint64_t m = 0; m < shape.micro_batches; ++m) {
                    const uint64_t first = m * shape.micro_tokens();
                    multiply(shape.micro_tokens(), rows, p.columns, 1.0F, {ws_.norm2 + first * p.columns, p.columns},
                             {weights, p.columns, true}, false,
                             {(tensor == 0 ? ws_.gate : ws_.up) + first * p.rows + row, p.rows});
                }
            }
            for (uint64_t t = 0; t < shape.tokens(); ++t)
                for (uint64_t j = t * p.rows + row; j < t * p.rows + row + rows; ++j) {
                    const SwigluGradient gradient = swiglu_backward(ws_.gate[j], ws_.up[j], ws_.act[j]);
                    ws_.act[j] = gradient.out;
                    ws_.gate[j] = gradient.gate;
                    ws_.up[j] = gradient.up;
                }
        });
        workers_->run(stripes.count(), [&](uint64_t stripe, uint32_t worker) {
            for (uint64_t block = next; block < next + piece.value().blocks; ++block)
                for (size_t tensor = 0; tensor < 2; ++tensor)
                    add_input_gradient(shape, p, block_data(p, piece.value(), dtype, block, tensor), dtype, block,
                                       stripes.begin(stripe), stripes.end(stripe), tensor == 0 ? ws_.gate : ws_.up,
                                       block > 0 || tensor > 0, ws_.weights[worker][0], ws_.dnorm);
        });
        next += piece.value().blocks;
    }
    return residence_->end_use(use);
}

/// The gradient of one block, micro-batch after micro-batch.
void DecoderPass::block_gradient(uint32_t tensor, uint64_t block, const float* dy, const float* x, bool add,
                                 uint32_t worker, float* to) {
    const Parameter& p = parameter(tensor);
    const PassShape& shape = options_.shape;
    const uint64_t row = p.block_begin(block);
    const uint64_t rows = p.block_end(block) - row;
    float* const gradient = ws_.gradient[worker];
    for (uint64_t m = 0; m < shape.micro_batches; ++m) {
        const uint64_t first = m * shape.micro_tokens();
        multiply(rows, p.columns, shape.micro_tokens(), 1.0F, {dy + first * p.rows + row, p.rows, true},
                 {x + first * p.columns, p.columns}, false, {gradient, p.columns});
        Device::download({gradient, rows * p.columns}, add || m > 0, to);
    }
}

Status DecoderPass::weight_gradient(uint32_t tensor, const float* dy, const float* x, PassPart part) {
    const Parameter& p = parameter(tensor);
    const bool add = part.number > 0;
    if (Status s = residence_->begin_gradient({.tensor = tensor, .add = add, .final = part.last()}); !s.ok())
        return s;
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<GradientRoom> room = residence_->next_room();
        if (!room.ok()) return room.status();
        workers_->run(room.value().blocks, [&](uint64_t i, uint32_t worker) {
            float* const to = room.value().data + (p.block_begin(next + i) - p.block_begin(next)) * p.columns;
            block_gradient(tensor, next + i, dy, x, add, worker, to);
        });
        next += room.value().blocks;
    }
    return residence_->end_gradient();
}

Status DecoderPass::vector_gradient(uint32_t tensor, PassPart part, const ColumnGradient& gradient) {
    const uint64_t elements = parameter(tensor).elements();
    const bool add = part.number > 0;
    if (Status s = residence_->begin_gradient({.tensor = tensor, .add = add, .final = part.last()}); !s.ok())
        return s;
    const Result<GradientRoom> room = residence_->next_room();
    if (!room.ok()) return room.status();
    const Stripes stripes(elements);
    for (uint64_t m = 0; m < options_.shape.micro_batches; ++m) {
        workers_->run(stripes.count(), [&](uint64_t stripe, uint32_t) {
            gradient(m, stripes.begin(stripe), stripes.end(stripe), ws_.vector_sum);
        });
        Device::download({ws_.vector_sum, elements}, add || m > 0, room.value().data);
    }
    return residence_->end_gradient();
}

Status DecoderPass::norm_gradient(uint32_t tensor, uint64_t rows_per_token, const float* dy, const float* x,
                                  const float* inverse, PassPart part) {
    const uint64_t width = parameter(tensor).elements();
    const uint64_t rows = options_.shape.micro_tokens() * rows_per_token;
    return vector_gradient(tensor, part, [&](uint64_t m, uint64_t begin, uint64_t end, float* out) {
        const uint64_t first = m * rows;
        rms_norm_weight_gradient(rows, width, begin, end, dy + first * width, x + first * width, inverse + first,
                                 out);
    });
}

Status DecoderPass::bias_gradient(uint32_t tensor, const float* dy, PassPart part) {
    const uint64_t width = parameter(tensor).elements();
    const uint64_t tokens = options_.shape.micro_tokens();
    return vector_gradient(tensor, part, [&](uint64_t m, uint64_t begin, uint64_t end, float* out) {
        column_sums(tokens, width, begin, end, dy + m * tokens * width, out);
    });
}

}  // namespace sky::offload
