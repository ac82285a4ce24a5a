// The head and the loss. Logits are never there all at once: they are computed a few compute blocks at a time,
// forward for the sums of the softmax, and once more backward for the gradients.
#include <algorithm>
#include <cmath>

#include "host/offload/train/blas.hpp"
#include "host/offload/train/decoder_pass.hpp"
#include "host/offload/train/head_blocks.hpp"

namespace sky::offload {

namespace {

/// Calls `use(first, count)` for the tokens of a product after one another. Micro-batches share none: BLAS gives
/// other bits for other numbers of tokens.
template <typename Use>
void for_products(const PassShape& shape, const Use& use) {
    for (uint64_t m = 0; m < shape.micro_batches; ++m) {
        const uint64_t end = (m + 1) * shape.micro_tokens();
        for (uint64_t first = m * shape.micro_tokens(); first < end; first += kLogitTokens)
            use(first, std::min(kLogitTokens, end - first));
    }
}

}  // namespace

void DecoderPass::upload_head_block(const WeightPiece& piece, uint64_t block, uint32_t worker) {
    const Parameter& p = parameter(decoder_->head);
    const Dtype dtype = residence_->weight_dtype();
    const uint64_t before = p.block_begin(block) - p.block_begin(piece.first_block);
    Device::upload(piece.data[0] + before * p.columns * bytes_of(dtype), dtype,
                   (p.block_end(block) - p.block_begin(block)) * p.columns, ws_.weights[worker][0]);
}

/// Of some tokens for the block that was uploaded last; a token a row, without gaps.
void DecoderPass::logits(uint64_t rows, uint32_t worker, uint64_t first, uint64_t tokens, float* out) {
    const uint64_t hidden = decoder_->shape.hidden;
    multiply(tokens, rows, hidden, 1.0F, {ws_.norm1 + first * hidden, hidden}, {ws_.weights[worker][0], hidden, true},
             false, {out, rows});
}

/// The largest logit of a block and the sum of exponentials beneath it, of every token.
void DecoderPass::block_sums(uint64_t block, uint64_t place, uint32_t worker, std::span<const int32_t> targets) {
    const Parameter& p = parameter(decoder_->head);
    const uint64_t row = p.block_begin(block);
    const uint64_t rows = p.block_end(block) - row;
    for_products(options_.shape, [&](uint64_t first, uint64_t tokens) {
        const float* out = ws_.scratch[worker];
        logits(rows, worker, first, tokens, ws_.scratch[worker]);
        for (uint64_t t = first; t < first + tokens; ++t, out += rows) {
            const float most = *std::max_element(out, out + rows);
            double sum = 0;
            for (uint64_t j = 0; j < rows; ++j) sum += static_cast<double>(std::exp(out[j] - most));
            ws_.block_most[place * targets.size() + t] = most;
            ws_.block_sum[place * targets.size() + t] = sum;
            const auto target = static_cast<uint64_t>(targets[t]);
            if (target >= row && target < row + rows) ws_.target[t] = out[target - row];
        }
    });
}

/// Into the sums so far, block after block.
void DecoderPass::fold_block_sums(uint64_t blocks) {
    const uint64_t tokens = options_.shape.tokens();
    for (uint64_t t = 0; t < tokens; ++t)
        for (uint64_t place = 0; place < blocks; ++place) {
            const float most = ws_.block_most[place * tokens + t];
            const float higher = std::max(ws_.most[t], most);
            ws_.sum[t] =
                ws_.sum[t] * std::exp(static_cast<double>(ws_.most[t]) - static_cast<double>(higher)) +
                ws_.block_sum[place * tokens + t] * std::exp(static_cast<double>(most) - static_cast<double>(higher));
            ws_.most[t] = higher;
        }
}

Status DecoderPass::head_forward(std::span<const int32_t> targets) {
    const Use use{.first = decoder_->head};
    const Parameter& p = parameter(decoder_->head);
    std::fill_n(ws_.most, targets.size(), -INFINITY);
    std::fill_n(ws_.sum, targets.size(), 0.0);
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        const uint64_t end = next + piece.value().blocks;
        for (; next < end; next += std::min(kHeadBlocks, end - next)) {
            const uint64_t blocks = std::min(kHeadBlocks, end - next);
            workers_->run(blocks, [&](uint64_t i, uint32_t worker) {
                upload_head_block(piece.value(), next + i, worker);
                block_sums(next + i, i, worker, targets);
            });
            fold_block_sums(blocks);
        }
    }
    return residence_->end_use(use);
}

std::vector<double> DecoderPass::losses() const {
    std::vector<double> means;
    const uint64_t tokens = options_.shape.micro_tokens();
    for (uint64_t m = 0; m < options_.shape.micro_batches; ++m) {
        double sum = 0;
        for (uint64_t t = m * tokens; t < (m + 1) * tokens; ++t)
            sum += std::log(ws_.sum[t]) + static_cast<double>(ws_.most[t]) - static_cast<double>(ws_.target[t]);
        means.push_back(sum / static_cast<double>(tokens));
    }
    return means;
}

/// The gradients of the logits of one block: probability less one for the target, by the number of tokens of a step.
void DecoderPass::logit_gradients(uint64_t block, uint64_t place, uint32_t worker, std::span<const int32_t> targets,
                                  float scale) {
    const Parameter& p = parameter(decoder_->head);
    const uint64_t row = p.block_begin(block);
    const uint64_t rows = p.block_end(block) - row;
    float* const all = ws_.dlogits + place * targets.size() * p.block_rows;
    for_products(options_.shape, [&](uint64_t first, uint64_t tokens) {
        float* out = all + first * rows;
        logits(rows, worker, first, tokens, out);
        for (uint64_t t = first; t < first + tokens; ++t, out += rows) {
            const auto share = static_cast<float>(1 / ws_.sum[t]);
            for (uint64_t j = 0; j < rows; ++j) out[j] = std::exp(out[j] - ws_.most[t]) * share;
            const auto target = static_cast<uint64_t>(targets[t]);
            if (target >= row && target < row + rows) out[target - row] -= 1;
            for (uint64_t j = 0; j < rows; ++j) out[j] *= scale;
        }
    });
}

/// dnorm += dlogits * weights, of some blocks in turn.
void DecoderPass::head_input_gradient(const WeightPiece& piece, uint64_t first, uint64_t count) {
    const Parameter& p = parameter(decoder_->head);
    const Dtype dtype = residence_->weight_dtype();
    const PassShape& shape = options_.shape;
    const uint64_t width = std::max<uint64_t>(kHeadStripe, round_up(ceil_div(p.columns, kHeadBlocks), kHeadStripe));
    workers_->run(ceil_div(p.columns, width), [&](uint64_t stripe, uint32_t worker) {
        const uint64_t begin = stripe * width;
        const uint64_t columns = std::min(p.columns, begin + width) - begin;
        for (uint64_t block = first; block < first + count; ++block) {
            const uint64_t rows = p.block_end(block) - p.block_begin(block);
            const uint64_t before = p.block_begin(block) - p.block_begin(piece.first_block);
            Device::upload(piece.data[0] + (before * p.columns + begin) * bytes_of(dtype), dtype, rows, columns,
                           p.columns, ws_.weights[worker][0]);
            const float* const dlogits = ws_.dlogits + (block - first) * shape.tokens() * p.block_rows;
            for (uint64_t m = 0; m < shape.micro_batches; ++m) {
                const uint64_t token = m * shape.micro_tokens();
                multiply(shape.micro_tokens(), columns, rows, 1.0F, {dlogits + token * rows, rows},
                         {ws_.weights[worker][0], columns}, block > 0,
                         {ws_.dnorm + token * p.columns + begin, p.columns});
            }
        }
    });
}

/// Blocks of the gradient whose logits' gradients are there.
Status DecoderPass::head_weight_gradient(uint64_t first, uint64_t count, bool add, GradientRoom& room) {
    const Parameter& p = parameter(decoder_->head);
    const PassShape& shape = options_.shape;
    for (uint64_t next = first; next < first + count;) {
        if (next == room.first_block + room.blocks) {
            const Result<GradientRoom> another = residence_->next_room();
            if (!another.ok()) return another.status();
            room = another.value();
        }
        const uint64_t blocks = std::min(first + count, room.first_block + room.blocks) - next;
        workers_->run(blocks, [&](uint64_t i, uint32_t worker) {
            const uint64_t block = next + i;
            const uint64_t rows = p.block_end(block) - p.block_begin(block);
            float* const to = room.data + (p.block_begin(block) - p.block_begin(room.first_block)) * p.columns;
            const float* const dlogits = ws_.dlogits + (block - first) * shape.tokens() * p.block_rows;
            for (uint64_t m = 0; m < shape.micro_batches; ++m) {
                const uint64_t token = m * shape.micro_tokens();
                multiply(rows, p.columns, shape.micro_tokens(), 1.0F, {dlogits + token * rows, rows, true},
                         {ws_.norm1 + token * p.columns, p.columns}, false, {ws_.gradient[worker], p.columns});
                Device::download({ws_.gradient[worker], rows * p.columns}, add || m > 0, to);
            }
        });
        next += blocks;
    }
    return {};
}

Status DecoderPass::head_backward(std::span<const int32_t> targets, PassPart part) {
    const Use use{.first = decoder_->head};
    const Parameter& p = parameter(decoder_->head);
    const bool add = part.number > 0;
    const auto scale = static_cast<float>(1 / static_cast<double>(options_.shape.tokens() * part.passes));
    // A tied one gets more at the end of the pass.
    if (Status s =
            residence_->begin_gradient({.tensor = use.first, .add = add, .final = part.last() && !decoder_->tied()});
        !s.ok())
        return s;
    GradientRoom room;
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        const uint64_t end = next + piece.value().blocks;
        for (uint64_t blocks = 0; next < end; next += blocks) {
            blocks = std::min(kHeadBlocks, end - next);
            workers_->run(blocks, [&](uint64_t i, uint32_t worker) {
                upload_head_block(piece.value(), next + i, worker);
                logit_gradients(next + i, i, worker, targets, scale);
            });
            head_input_gradient(piece.value(), next, blocks);
            if (Status s = head_weight_gradient(next, blocks, add, room); !s.ok()) return s;
        }
    }
    if (Status s = residence_->end_gradient(); !s.ok()) return s;
    return residence_->end_use(use);
}

}  // namespace sky::offload
