#include "host/offload/train/decoder_pass.hpp"

#include <algorithm>
#include <cstring>

#include "host/offload/train/head_blocks.hpp"
#include "host/offload/train/token_index.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kTokens = 32;  // that a thread takes at once

AttentionShape attention_of(const Decoder& decoder, const PassShape& shape) {
    return {.length = shape.length,
            .heads = decoder.shape.heads,
            .kv_heads = decoder.shape.kv_heads,
            .head_dim = decoder.shape.head_dim};
}

}  // namespace

template <typename ForTokens>
void DecoderPass::for_tokens(const ForTokens& each) {
    const uint64_t tokens = options_.shape.tokens();
    workers_->run(ceil_div(tokens, kTokens),
                  [&](uint64_t i, uint32_t) { each(i * kTokens, std::min(kTokens, tokens - i * kTokens)); });
}

DecoderPass::DecoderPass(const Decoder& decoder, const Options& options, Workers& workers, Residence& residence,
                         Checkpoints& checkpoints)
    : decoder_(&decoder),
      options_(options),
      workers_(&workers),
      residence_(&residence),
      checkpoints_(&checkpoints),
      attention_(attention_of(decoder, options.shape)),
      rope_(decoder.settings, decoder.shape.head_dim, options.shape.length),
      vector_at_(decoder.parameters.size()) {
    // Those of every unit lie at the same place.
    const auto place = [&](const std::vector<uint32_t>& tensors) {
        uint64_t at = 0;
        for (const uint32_t tensor : tensors) {
            vector_at_[tensor] = at;
            at += round_up(parameter(tensor).elements(), kCacheLineBytes / sizeof(float));
        }
    };
    for (const LayerParameters& layer : decoder.layers) place(layer.vectors());
    place({decoder.norm});
}

Workspace DecoderPass::carve(const Decoder& decoder, const Options& options, uint32_t threads, Carver& carver) {
    const auto parameter = [&](uint32_t tensor) -> const Parameter& { return decoder.parameters[tensor]; };
    const uint64_t n = options.shape.tokens();
    const uint64_t hidden = n * decoder.shape.hidden;
    const uint64_t queries = n * decoder.queries();
    const uint64_t keys = n * decoder.keys();
    const uint64_t wide = n * decoder.shape.intermediate;
    const bool normed = decoder.shape.qk_norm;
    const Parameter& head = parameter(decoder.head);
    uint64_t vectors = 0;
    uint64_t vector = 0;
    for (const Parameter& p : decoder.parameters)
        if (!p.matrix) vector = std::max(vector, p.elements());
    for (const uint32_t tensor : decoder.layers.front().vectors())
        vectors += round_up(parameter(tensor).elements(), kCacheLineBytes / sizeof(float));
    const auto floats = [&](uint64_t count) { return carver.take<float>(count); };
    Workspace ws{};
    for (float** const buffer : {&ws.x, &ws.norm1, &ws.h1, &ws.norm2, &ws.dx, &ws.dnorm}) *buffer = floats(hidden);
    for (float** const buffer : {&ws.q, &ws.attention, &ws.dq, &ws.dattention}) *buffer = floats(queries);
    for (float** const buffer : {&ws.k, &ws.v, &ws.dk, &ws.dv}) *buffer = floats(keys);
    ws.q_raw = normed ? floats(queries) : ws.q;
    ws.k_raw = normed ? floats(keys) : ws.k;
    for (float** const buffer : {&ws.gate, &ws.up, &ws.act}) *buffer = floats(wide);
    for (float** const buffer : {&ws.inverse1, &ws.inverse2, &ws.most, &ws.target}) *buffer = floats(n);
    ws.q_inverse = floats(normed ? n * decoder.shape.heads : 0);
    ws.k_inverse = floats(normed ? n * decoder.shape.kv_heads : 0);
    ws.sum = carver.take<double>(n);
    ws.block_most = floats(kHeadBlocks * n);
    ws.block_sum = carver.take<double>(kHeadBlocks * n);
    ws.dlogits = floats(kHeadBlocks * n * head.block_rows);
    const bool deferred = decoder.tied() && options.passes > 1;
    ws.dx_deferred = deferred ? floats(options.passes * hidden) : nullptr;
    ws.vectors = floats(std::max(vectors, parameter(decoder.norm).elements()));
    ws.vector_sum = floats(vector);
    const uint64_t block = decoder.largest_block_elements();
    for (uint32_t worker = 0; worker < threads; ++worker) {
        float* const first = floats(block);
        ws.weights.push_back({first, floats(block)});
        ws.gradient.push_back(floats(block));
        ws.scratch.push_back(floats(std::max(attention_scratch(attention_of(decoder, options.shape)),
                                             std::min(n, kLogitTokens) * head.block_rows)));
    }
    return ws;
}

uint64_t DecoderPass::device_bytes_of(const Decoder& decoder, const Options& options, uint32_t threads) {
    Carver count;
    (void)carve(decoder, options, threads, count);
    return count.bytes();
}

Result<std::unique_ptr<DecoderPass>> DecoderPass::make(const Decoder& decoder, const Options& options,
                                                       Workers& workers, Residence& residence,
                                                       Checkpoints& checkpoints) {
    std::unique_ptr<DecoderPass> pass(new DecoderPass(decoder, options, workers, residence, checkpoints));
    const uint32_t threads = workers.threads();
    Result<std::unique_ptr<Device>> device = Device::make(device_bytes_of(decoder, options, threads));
    if (!device.ok()) return device.status();
    pass->device_ = std::move(device.value());
    Carver carver(pass->device_->memory());
    pass->ws_ = carve(decoder, options, threads, carver);
    return pass;
}

Status DecoderPass::load_vectors(std::span<const uint32_t> tensors) {
    for (const uint32_t tensor : tensors) {
        const Use use{.first = tensor};
        const Result<WeightPiece> piece = piece_at(use, 0);
        if (!piece.ok()) return piece.status();
        Device::upload(piece.value().data[0], residence_->weight_dtype(), parameter(tensor).elements(),
                       ws_.vectors + vector_at_[tensor]);
        if (Status s = residence_->end_use(use); !s.ok()) return s;
    }
    return {};
}

Status DecoderPass::embed(std::span<const int32_t> inputs) {
    const Use use{.first = decoder_->embedding};
    const Parameter& p = parameter(use.first);
    const Dtype dtype = residence_->weight_dtype();
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        const uint64_t begin = p.block_begin(next);
        next += piece.value().blocks;
        const uint64_t end = p.block_end(next - 1);
        for (uint64_t t = 0; t < inputs.size(); ++t) {
            const auto row = static_cast<uint64_t>(inputs[t]);
            if (row < begin || row >= end) continue;
            Device::upload(piece.value().data[0] + (row - begin) * p.columns * bytes_of(dtype), dtype, p.columns,
                           ws_.x + t * p.columns);
        }
    }
    return residence_->end_use(use);
}

/// Queries, keys and values of ws_.norm1, turned.
Status DecoderPass::project(const LayerParameters& layer, bool keep) {
    struct Projection {
        uint32_t tensor, bias, norm;
        uint64_t heads;
        float *raw, *out, *inverse;
    };
    const uint64_t heads = decoder_->shape.heads;
    const uint64_t kv_heads = decoder_->shape.kv_heads;
    const Projection projections[]{{layer.q, layer.q_bias, layer.q_norm, heads, ws_.q_raw, ws_.q, ws_.q_inverse},
                                   {layer.k, layer.k_bias, layer.k_norm, kv_heads, ws_.k_raw, ws_.k, ws_.k_inverse},
                                   {layer.v, layer.v_bias, kNoParameter, kv_heads, ws_.v, ws_.v, nullptr}};
    for (const Projection& p : projections) {
        const float* const bias = p.bias == kNoParameter ? nullptr : vector(p.bias);
        if (Status s = linear({.first = p.tensor, .keep = keep}, ws_.norm1, p.raw, bias); !s.ok()) return s;
        const bool turned = p.tensor != layer.v;
        const uint64_t head_dim = attention_.head_dim;
        for_tokens([&](uint64_t first, uint64_t tokens) {
            float* const out = p.out + first * p.heads * head_dim;
            if (p.norm != kNoParameter)
                rms_norm(tokens * p.heads, head_dim, p.raw + first * p.heads * head_dim, vector(p.norm),
                         static_cast<float>(decoder_->settings.rms_norm_eps), out, p.inverse + first * p.heads);
            for (uint64_t t = 0; turned && t < tokens; ++t)
                rope_.turn((first + t) % attention_.length, 1, p.heads, false, out + t * p.heads * head_dim);
        });
    }
    return {};
}

void DecoderPass::attend() {
    const uint64_t sequences = options_.shape.tokens() / attention_.length;
    workers_->run(sequences * attention_.heads, [&](uint64_t i, uint32_t worker) {
        const uint64_t first = i / attention_.heads * attention_.length;
        attention_head(attention_, i % attention_.heads, ws_.q + first * attention_.query_stride(),
                       ws_.k + first * attention_.key_stride(), ws_.v + first * attention_.key_stride(),
                       ws_.attention + first * attention_.query_stride(), ws_.scratch[worker]);
    });
}

/// From ws_.x to ws_.norm2, with all that lies between.
Status DecoderPass::forward_attention(const LayerParameters& layer, bool keep) {
    const uint64_t hidden = decoder_->shape.hidden;
    const auto eps = static_cast<float>(decoder_->settings.rms_norm_eps);
    for_tokens([&](uint64_t first, uint64_t tokens) {
        rms_norm(tokens, hidden, ws_.x + first * hidden, vector(layer.input_norm), eps, ws_.norm1 + first * hidden,
                 ws_.inverse1 + first);
    });
    if (Status s = project(layer, keep); !s.ok()) return s;
    attend();
    if (Status s = linear({.first = layer.o, .keep = keep}, ws_.attention, ws_.h1, nullptr); !s.ok()) return s;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        add(tokens * hidden, ws_.x + first * hidden, ws_.h1 + first * hidden);
        rms_norm(tokens, hidden, ws_.h1 + first * hidden, vector(layer.post_norm), eps, ws_.norm2 + first * hidden,
                 ws_.inverse2 + first);
    });
    return {};
}

Status DecoderPass::forward_layer(uint64_t number) {
    const LayerParameters& layer = decoder_->layers[number];
    const uint64_t hidden = decoder_->shape.hidden;
    const uint64_t wide = decoder_->shape.intermediate;
    if (Status s = checkpoints_->save(number, ws_.x); !s.ok()) return s;
    if (Status s = load_vectors(layer.vectors()); !s.ok()) return s;
    if (Status s = forward_attention(layer, false); !s.ok()) return s;
    if (Status s = linear({.first = layer.gate}, ws_.norm2, ws_.gate, nullptr); !s.ok()) return s;
    if (Status s = linear({.first = layer.up}, ws_.norm2, ws_.up, nullptr); !s.ok()) return s;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        swiglu(tokens * wide, ws_.gate + first * wide, ws_.up + first * wide, ws_.act + first * wide);
    });
    if (Status s = linear({.first = layer.down}, ws_.act, ws_.x, nullptr); !s.ok()) return s;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        add(tokens * hidden, ws_.h1 + first * hidden, ws_.x + first * hidden);
    });
    return {};
}

/// From ws_.dx, of the layer's output, to that of what its attention gave.
Status DecoderPass::backward_mlp(const LayerParameters& layer, PassPart part) {
    const uint64_t hidden = decoder_->shape.hidden;
    if (Status s = input_gradient({.first = layer.down}, ws_.dx, ws_.act, false); !s.ok()) return s;
    if (Status s = gate_and_up_backward(layer); !s.ok()) return s;
    if (Status s = weight_gradient(layer.down, ws_.dx, ws_.act, part); !s.ok()) return s;
    if (Status s = weight_gradient(layer.gate, ws_.gate, ws_.norm2, part); !s.ok()) return s;
    if (Status s = weight_gradient(layer.up, ws_.up, ws_.norm2, part); !s.ok()) return s;
    if (Status s = norm_gradient(layer.post_norm, 1, ws_.dnorm, ws_.h1, ws_.inverse2, part); !s.ok()) return s;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        rms_norm_backward(tokens, hidden, ws_.dnorm + first * hidden, ws_.h1 + first * hidden,
                          vector(layer.post_norm), ws_.inverse2 + first, true, ws_.dx + first * hidden);
    });
    return {};
}

/// Of queries, keys and values before they were turned and normed; those of norms and biases on the way.
Status DecoderPass::backward_projections(const LayerParameters& layer, PassPart part) {
    struct Projection {
        uint32_t bias, norm;
        uint64_t heads;
        const float *raw, *inverse;
        float* gradient;
        bool turned;
    };
    const uint64_t head_dim = attention_.head_dim;
    const Projection projections[]{
        {layer.q_bias, layer.q_norm, attention_.heads, ws_.q_raw, ws_.q_inverse, ws_.dq, true},
        {layer.k_bias, layer.k_norm, attention_.kv_heads, ws_.k_raw, ws_.k_inverse, ws_.dk, true},
        {layer.v_bias, kNoParameter, attention_.kv_heads, ws_.v, nullptr, ws_.dv, false}};
    for (const Projection& p : projections) {
        for_tokens([&](uint64_t first, uint64_t tokens) {
            for (uint64_t t = first; p.turned && t < first + tokens; ++t)
                rope_.turn(t % attention_.length, 1, p.heads, true, p.gradient + t * p.heads * head_dim);
        });
        if (p.norm != kNoParameter) {
            if (Status s = norm_gradient(p.norm, p.heads, p.gradient, p.raw, p.inverse, part); !s.ok()) return s;
            for_tokens([&](uint64_t first, uint64_t tokens) {
                float* const gradient = p.gradient + first * p.heads * head_dim;
                rms_norm_backward(tokens * p.heads, head_dim, gradient, p.raw + first * p.heads * head_dim,
                                  vector(p.norm), p.inverse + first * p.heads, false, gradient);
            });
        }
        if (p.bias != kNoParameter)
            if (Status s = bias_gradient(p.bias, p.gradient, part); !s.ok()) return s;
    }
    return {};
}

Status DecoderPass::backward_attention(const LayerParameters& layer, PassPart part) {
    const uint64_t hidden = decoder_->shape.hidden;
    if (Status s = input_gradient({.first = layer.o}, ws_.dx, ws_.dattention, false); !s.ok()) return s;
    if (Status s = weight_gradient(layer.o, ws_.dx, ws_.attention, part); !s.ok()) return s;
    const uint64_t sequences = options_.shape.tokens() / attention_.length;
    workers_->run(sequences * attention_.kv_heads, [&](uint64_t i, uint32_t worker) {
        const uint64_t first = i / attention_.kv_heads * attention_.length;
        const uint64_t query = first * attention_.query_stride();
        const uint64_t key = first * attention_.key_stride();
        attention_backward(attention_, i % attention_.kv_heads,
                           {.q = ws_.q + query,
                            .k = ws_.k + key,
                            .v = ws_.v + key,
                            .dout = ws_.dattention + query,
                            .dq = ws_.dq + query,
                            .dk = ws_.dk + key,
                            .dv = ws_.dv + key},
                           ws_.scratch[worker]);
    });
    if (Status s = backward_projections(layer, part); !s.ok()) return s;
    if (Status s = input_gradient({.first = layer.q}, ws_.dq, ws_.dnorm, false); !s.ok()) return s;
    if (Status s = input_gradient({.first = layer.k}, ws_.dk, ws_.dnorm, true); !s.ok()) return s;
    if (Status s = input_gradient({.first = layer.v}, ws_.dv, ws_.dnorm, true); !s.ok()) return s;
    if (Status s = weight_gradient(layer.q, ws_.dq, ws_.norm1, part); !s.ok()) return s;
    if (Status s = weight_gradient(layer.k, ws_.dk, ws_.norm1, part); !s.ok()) return s;
    if (Status s = weight_gradient(layer.v, ws_.dv, ws_.norm1, part); !s.ok()) return s;
    if (Status s = norm_gradient(layer.input_norm, 1, ws_.dnorm, ws_.x, ws_.inverse1, part); !s.ok()) return s;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        rms_norm_backward(tokens, hidden, ws_.dnorm + first * hidden, ws_.x + first * hidden,
                          vector(layer.input_norm), ws_.inverse1 + first, true, ws_.dx + first * hidden);
    });
    return {};
}

Status DecoderPass::backward_layer(uint64_t number, PassPart part) {
    const LayerParameters& layer = decoder_->layers[number];
    if (Status s = checkpoints_->load(number, ws_.x); !s.ok()) return s;
    if (Status s = load_vectors(layer.vectors()); !s.ok()) return s;
    if (Status s = forward_attention(layer, true); !s.ok()) return s;
    if (Status s = backward_mlp(layer, part); !s.ok()) return s;
    return backward_attention(layer, part);
}

Status DecoderPass::forward_head(std::span<const int32_t> targets) {
    if (Status s = load_vectors({{decoder_->norm}}); !s.ok()) return s;
    const uint64_t hidden = decoder_->shape.hidden;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        rms_norm(tokens, hidden, ws_.x + first * hidden, vector(decoder_->norm),
                 static_cast<float>(decoder_->settings.rms_norm_eps), ws_.norm1 + first * hidden,
                 ws_.inverse1 + first);
    });
    return head_forward(targets);
}

Status DecoderPass::backward_head(std::span<const int32_t> targets, PassPart part) {
    if (Status s = load_vectors({{decoder_->norm}}); !s.ok()) return s;
    if (Status s = head_backward(targets, part); !s.ok()) return s;
    const uint64_t hidden = decoder_->shape.hidden;
    if (Status s = norm_gradient(decoder_->norm, 1, ws_.dnorm, ws_.x, ws_.inverse1, part); !s.ok()) return s;
    for_tokens([&](uint64_t first, uint64_t tokens) {
        rms_norm_backward(tokens, hidden, ws_.dnorm + first * hidden, ws_.x + first * hidden, vector(decoder_->norm),
                          ws_.inverse1 + first, false, ws_.dx + first * hidden);
    });
    return {};
}

/// The gradient of an embedding that is none of a head: zero but for the rows of tokens.
Status DecoderPass::embedding_gradient(std::span<const int32_t> inputs, PassPart part) {
    const TokenIndex index = index_tokens(inputs);
    const Parameter& p = parameter(decoder_->embedding);
    const bool adds = part.number > 0;
    if (Status s = residence_->begin_gradient({.tensor = decoder_->embedding, .add = adds, .final = part.last()});
        !s.ok())
        return s;
    uint64_t entry = 0;
    for (uint64_t next = 0; next < p.blocks();) {
        const Result<GradientRoom> room = residence_->next_room();
        if (!room.ok()) return room.status();
        const uint64_t begin = p.block_begin(next);
        next += room.value().blocks;
        const uint64_t end = p.block_end(next - 1);
        if (!adds) std::fill_n(room.value().data, (end - begin) * p.columns, 0.0F);
        for (; entry < index.rows.size() && index.rows[entry] < end; ++entry)
            add_row(index, entry, options_.shape.micro_tokens(), ws_.dx,
                    {room.value().data + (index.rows[entry] - begin) * p.columns, p.columns});
    }
    return residence_->end_gradient();
}

/// The gradient of a head gets that of the embedding that it is, too: once the last micro-batch has come through, so
/// that the sums are the same however micro-batches come.
Status DecoderPass::tied_embedding_gradient(std::span<const int32_t> inputs, PassPart part) {
    const float* gradients = ws_.dx;
    if (ws_.dx_deferred != nullptr) {
        const uint64_t elements = options_.shape.tokens() * decoder_->shape.hidden;
        std::memcpy(ws_.dx_deferred + part.number * elements, ws_.dx, elements * sizeof(float));
        if (part.number == 0) step_inputs_.clear();
        step_inputs_.insert(step_inputs_.end(), inputs.begin(), inputs.end());
        if (!part.last()) return {};
        inputs = step_inputs_;
        gradients = ws_.dx_deferred;
    }
    const TokenIndex index = index_tokens(inputs);
    return residence_->add_rows(decoder_->embedding, index.rows, [&](uint64_t entry, std::span<float> values) {
        add_row(index, entry, options_.shape.micro_tokens(), gradients, values);
    });
}

Status DecoderPass::backward_embedding(std::span<const int32_t> inputs, PassPart part) {
    // Nothing is computed with the weights here, but every tensor comes once in each direction, as it would with a
    // framework that fetches all that a module has.
    const Use use{.first = decoder_->embedding};
    for (uint64_t next = 0; next < parameter(use.first).blocks();) {
        const Result<WeightPiece> piece = piece_at(use, next);
        if (!piece.ok()) return piece.status();
        next += piece.value().blocks;
    }
    if (Status s = residence_->end_use(use); !s.ok()) return s;
    return decoder_->tied() ? tied_embedding_gradient(inputs, part) : embedding_gradient(inputs, part);
}

Status DecoderPass::run_unit(uint32_t unit, std::span<const int32_t> inputs, std::span<const int32_t> targets,
                             PassPart part, std::vector<double>& means) {
    const uint64_t layers = decoder_->layers.size();
    if (unit == 0) return embed(inputs);
    if (unit <= layers) return forward_layer(unit - 1);
    if (unit == layers + 1) {
        Status status = forward_head(targets);
        if (status.ok()) means = losses();
        return status;
    }
    if (unit == layers + 2) return backward_head(targets, part);
    if (unit < 2 * layers + 3) return backward_layer(2 * layers + 2 - unit, part);
    return backward_embedding(inputs, part);
}

Result<std::vector<double>> DecoderPass::run(std::span<const int32_t> inputs, std::span<const int32_t> targets,
                                             PassPart part) {
    std::vector<double> means;
    Status status;
    for (uint32_t unit = 0; unit < 2 * decoder_->layers.size() + 4 && status.ok(); ++unit) {
        status = residence_->begin_unit(unit);
        if (status.ok()) status = run_unit(unit, inputs, targets, part, means);
        if (status.ok()) status = residence_->end_unit(unit);
    }
    if (status.ok()) return means;
    residence_->abandon();
    checkpoints_->abandon();
    if (stopped_) return std::vector<double>();
    return status;
}

}  // namespace sky::offload
