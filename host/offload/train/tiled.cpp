#include "host/offload/train/tiled.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "host/offload/train/device.hpp"
#include "host/offload/train/gradient_spill.hpp"
#include "host/offload/train/pinned_block.hpp"
#include "host/offload/train/tile_ring.hpp"

namespace sky::offload {

namespace {

/// What is read of one use, in order; of a pair one tile of each in turn.
struct UseLoads {
    Use use;
    uint64_t pieces = 0;  ///< 0: it is there already
    bool resident = false;
    bool kept = false;  ///< from an earlier use in the unit
};

/// All that a pass loads.
struct TiledPass {
    std::vector<std::vector<UseLoads>> units;
    std::vector<TileLoad> loads;
    uint64_t kept_bytes = 0;  ///< of a unit, at most
};

TiledPass tiled_pass(const Decoder& decoder, const TrainOptions& options) {
    TiledPass pass;
    for (const Unit& unit : pass_of(decoder)) {
        std::vector<UseLoads>& uses = pass.units.emplace_back();
        uint64_t kept = 0;
        for (const Use& use : unit.uses) {
            UseLoads& now = uses.emplace_back(UseLoads{.use = use});
            const Parameter& p = decoder.parameters[use.first];
            now.resident = is_resident(p, options);
            now.kept = std::any_of(uses.begin(), uses.end() - 1,
                                   [&](const UseLoads& one) { return one.use.first == use.first; });
            if (now.resident || now.kept) continue;
            if (use.keep) kept += round_up(p.elements() * sizeof(float), kCacheLineBytes);
            const std::vector<TileLoad> first = tile_loads(p, use.first, options.tile_bytes);
            now.pieces = first.size();
            for (TileLoad load : first) {
                pass.loads.push_back(load);
                if (use.second == kNoParameter) continue;
                load.tensor = use.second;
                pass.loads.push_back(load);
            }
        }
        pass.kept_bytes = std::max(pass.kept_bytes, kept);
    }
    return pass;
}

/// Of the tensors that stay in memory, one behind the other.
std::vector<uint64_t> resident_places(const Decoder& decoder, const TrainOptions& options, uint64_t& bytes) {
    std::vector<uint64_t> places;
    bytes = 0;
    for (const Parameter& p : decoder.parameters) {
        places.push_back(bytes);
        if (is_resident(p, options)) bytes += round_up(p.elements() * sizeof(float), kCacheLineBytes);
    }
    return places;
}

class Tiled : public Residence {
   public:
    explicit Tiled(const StagedParts& parts)
        : parts_(parts),
          decoder_(parts.decoder),
          store_(parts.store),
          pass_(tiled_pass(*parts.decoder, *parts.options)),
          tile_elements_(tile_elements_in(parts.options->tile_bytes)),
          kept_at_(parts.decoder->parameters.size()) {}

    Status reserve();

    Status begin(const Source& source) override;
    Status begin_unit(uint32_t unit) override {
        if (unit == 0) ring_->begin(pass_.loads, stored_.weights);
        unit_ = unit;
        use_ = 0;
        piece_ = 0;
        kept_bytes_ = 0;
        return {};
    }
    Status end_unit(uint32_t /*unit*/) override { return {}; }
    Result<WeightPiece> next_piece(const Use& use) override;
    Status end_use(const Use& use) override;

    Status begin_gradient(const GradientUse& use) override {
        if (use.add) return Status::error("tiles take all micro-batches of a step in one pass");
        spill_->begin(use.tensor, stored_.gradients[use.tensor]);
        return {};
    }
    Result<GradientRoom> next_room() override { return spill_->next_room(); }
    Status end_gradient() override { return spill_->end(); }
    Status add_rows(uint32_t tensor, std::span<const uint64_t> rows, const AddRow& add) override {
        return spill_->add_rows(tensor, stored_.gradients[tensor], rows, add);
    }
    void abandon() override {
        ring_->clear();
        spill_->abandon();
    }
    Result<GradientSummary> finish_gradients() override { return spill_->finish(); }
    Status optimize(const AdamWStep& step) override {
        if (Status s = optimizer_->step(step); !s.ok()) return s;
        return load_residents();
    }
    Status weights(const Take& take) override;
    [[nodiscard]] uint64_t device_bytes() const override { return kept_->bytes(); }
    [[nodiscard]] Dtype weight_dtype() const override { return Dtype::kFp32; }

   private:
    [[nodiscard]] const Parameter& parameter(uint32_t tensor) const { return decoder_->parameters[tensor]; }
    [[nodiscard]] std::byte* resident(uint32_t tensor) const { return resident_.data() + resident_at_[tensor]; }
    void keep(const TileRing::Tile& tile);
    /// Calls `use(first, values)` for a tensor's weights as they come, tile by tile.
    template <typename Each>
    Status for_tiles(uint32_t tensor, const Each& each);
    Status load_residents();

    StagedParts parts_;
    const Decoder* decoder_;
    TensorStore* store_;
    StoredTensors stored_;
    TiledPass pass_;
    uint64_t tile_elements_;  // of the optimizer
    PinnedBlock ring_block_;
    PinnedBlock spill_block_;
    PinnedBlock optimizer_block_;
    PinnedBlock resident_;
    std::vector<uint64_t> resident_at_;
    std::unique_ptr<Pages> kept_;
    std::vector<uint64_t> kept_at_;  // of each tensor
    std::unique_ptr<TileRing> ring_;
    std::unique_ptr<GradientSpill> spill_;
    std::unique_ptr<OffloadedOptimizer> optimizer_;

    uint32_t unit_ = 0;
    size_t use_ = 0;           // of the unit
    uint64_t piece_ = 0;       // of the use
    uint64_t tiles_held_ = 0;  // by the last piece
    uint64_t kept_bytes_ = 0;  // of the unit so far
};

Status Tiled::reserve() {
    const TrainOptions& options = *parts_.options;
    const auto take = [&](PinnedBlock& block, const char* purpose, uint64_t bytes) -> Status {
        Result<PinnedBlock> taken = PinnedBlock::take(*parts_.pinned, purpose, bytes);
        if (!taken.ok()) return taken.status();
        block = std::move(taken.value());
        return {};
    };
    uint64_t resident_bytes = 0;
    resident_at_ = resident_places(*decoder_, options, resident_bytes);
    if (Status s = take(ring_block_, "weights on their way", kRingTiles * options.tile_bytes); !s.ok()) return s;
    if (Status s = take(spill_block_, "gradients on their way", 2 * options.tile_bytes); !s.ok()) return s;
    if (Status s = take(optimizer_block_, "optimizer tiles", tiled_buffer_bytes(tile_elements_)); !s.ok()) return s;
    if (Status s = take(resident_, "resident weights", round_up(resident_bytes, kPageBytes)); !s.ok()) return s;
    Result<StoredTensors> stored = find_stored(*decoder_, *store_);
    if (!stored.ok()) return stored.status();
    stored_ = std::move(stored.value());
    Result<std::unique_ptr<Pages>> kept = Pages::map("the attention of a layer", pass_.kept_bytes);
    if (!kept.ok()) return kept.status();
    kept_ = std::move(kept.value());
    ring_ = std::make_unique<TileRing>(*store_, ring_block_.span(), options.tile_bytes);
    spill_ =
        std::make_unique<GradientSpill>(*decoder_, *store_, *parts_.workers, spill_block_.span(), options.tile_bytes);
    const AdamWOptions adamw{.threads = static_cast<int>(options.threads)};
    Result<std::unique_ptr<OffloadedOptimizer>> optimizer =
        make_tiled_optimizer(*store_, optimizer_tensors(*decoder_),
                             {.adamw = adamw, .buffer = optimizer_block_.span(), .tile_elements = tile_elements_});
    if (!optimizer.ok()) return optimizer.status();
    optimizer_ = std::move(optimizer.value());
    return {};
}

Status Tiled::begin(const Source& source) {
    // Between steps the optimizer's memory is free: first a tile of states, behind it its weights.
    const std::span<std::byte> states = optimizer_block_.span().first(tile_elements_ * kStateBytes);
    const std::span<std::byte> weights = optimizer_block_.span().subspan(states.size());
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) {
        const Parameter& p = parameter(t);
        const Result<size_t> place = find_tensor(*store_, p.name + ".pmv", p.elements() * kStateBytes);
        if (!place.ok()) return place.status();
        const TileLayout layout{.elements = p.elements(), .tile_elements = tile_elements_};
        for (uint64_t tile = 0; tile < layout.tiles(); ++tile) {
            const uint64_t elements = layout.elements_in(tile);
            const uint64_t first = layout.first_element(tile);
            std::memset(states.data(), 0, padded(layout.bytes_in(tile)));
            const StateSpans state = state_in(states, elements);
            if (Status s = source(t, first, state.p); !s.ok()) return s;
            std::memcpy(weights.data(), state.p.data(), state.p.size_bytes());
            Transfers writes;
            writes.add(
                store_->start_write(place.value(), layout.offset(tile), states.first(padded(layout.bytes_in(tile)))));
            writes.add(store_->start_write(stored_.weights[t], first * sizeof(float),
                                           weights.first(padded(elements * sizeof(float)))));
            if (Status s = writes.wait(); !s.ok()) return s;
        }
    }
    return load_residents();
}

template <typename Each>
Status Tiled::for_tiles(uint32_t tensor, const Each& each) {
    const TileLayout layout{.elements = parameter(tensor).elements(), .tile_elements = tile_elements_};
    for (uint64_t tile = 0; tile < layout.tiles(); ++tile) {
        const uint64_t elements = layout.elements_in(tile);
        const std::span<std::byte> to = optimizer_block_.span().first(padded(elements * sizeof(float)));
        const uint64_t first = layout.first_element(tile);
        if (Status s = store_->start_read(stored_.weights[tensor], first * sizeof(float), to).get(); !s.ok())
            return s;
        if (Status s = each(first, std::span<const float>(reinterpret_cast<const float*>(to.data()), elements));
            !s.ok())
            return s;
    }
    return {};
}

/// The optimizer writes new weights to the store; those that stay in memory come from there.
Status Tiled::load_residents() {
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) {
        if (!is_resident(parameter(t), *parts_.options)) continue;
        const auto take = [&](uint64_t first, std::span<const float> values) -> Status {
            std::memcpy(resident(t) + first * sizeof(float), values.data(), values.size_bytes());
            return {};
        };
        if (Status s = for_tiles(t, take); !s.ok()) return s;
    }
    return {};
}

Status Tiled::weights(const Take& take) {
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) {
        const auto each = [&](uint64_t first, std::span<const float> values) { return take(t, first, values); };
        if (Status s = for_tiles(t, each); !s.ok()) return s;
    }
    return {};
}

/// What the unit needs once more goes to the device.
void Tiled::keep(const TileRing::Tile& tile) {
    const Parameter& p = parameter(tile.load->tensor);
    const uint64_t row_bytes = p.columns * sizeof(float);
    const uint64_t begin = p.block_begin(tile.load->first_block);
    const uint64_t end = p.block_end(tile.load->first_block + tile.load->blocks - 1);
    std::memcpy(kept_->data() + kept_at_[tile.load->tensor] + begin * row_bytes, tile.data,
                (end - begin) * row_bytes);
}

Result<WeightPiece> Tiled::next_piece(const Use& use) {
    const UseLoads& loads = pass_.units[unit_][use_];
    if (!(loads.use == use)) return Status::error("a tensor is used out of its turn: " + parameter(use.first).name);
    ring_->release(tiles_held_);
    tiles_held_ = 0;
    const uint32_t tensors[]{use.first, use.second};
    if (loads.pieces == 0) {
        WeightPiece piece{.first_block = 0, .blocks = parameter(use.first).blocks()};
        for (size_t i = 0; i < piece.data.size() && tensors[i] != kNoParameter; ++i)
            piece.data[i] = loads.resident ? resident(tensors[i]) : kept_->data() + kept_at_[tensors[i]];
        return piece;
    }
    if (piece_ == 0 && use.keep) {
        kept_at_[use.first] = kept_bytes_;
        kept_bytes_ += round_up(parameter(use.first).elements() * sizeof(float), kCacheLineBytes);
    }
    WeightPiece piece;
    for (size_t i = 0; i < piece.data.size() && tensors[i] != kNoParameter; ++i) {
        const Result<TileRing::Tile> tile = ring_->get(i);
        if (!tile.ok()) return tile.status();
        piece.first_block = tile.value().load->first_block;
        piece.blocks = tile.value().load->blocks;
        piece.data[i] = tile.value().data;
        if (use.keep) keep(tile.value());
        ++tiles_held_;
    }
    ++piece_;
    return piece;
}

Status Tiled::end_use(const Use& /*use*/) {
    ring_->release(tiles_held_);
    tiles_held_ = 0;
    piece_ = 0;
    ++use_;
    return {};
}

}  // namespace

Result<StagedPlan> plan_tiled(const Decoder& decoder, const TrainOptions& options) {
    const uint64_t least = least_tile_bytes(decoder);
    if (options.tile_bytes < least || options.tile_bytes % kTileStepBytes != 0)
        return Status::error(
            fmt::format("--tile-bytes is {}\nthis model needs {} at least, in steps of {}: a tile has room for any "
                        "of its compute "
                        "blocks",
                        options.tile_bytes, least, kTileStepBytes));
    uint64_t resident = 0;
    (void)resident_places(decoder, options, resident);
    return StagedPlan{
        .tensors = tiled_specs(optimizer_tensors(decoder)),
        .pinned_blocks = {{PinnedPart::kWeights, kRingTiles * options.tile_bytes},
                          {PinnedPart::kWeights, round_up(resident, kPageBytes)},
                          {PinnedPart::kGradients, 2 * options.tile_bytes},
                          {PinnedPart::kOptimizer, tiled_buffer_bytes(tile_elements_in(options.tile_bytes))}},
        .device_bytes = tiled_pass(decoder, options).kept_bytes,
        .temporary_bytes = 0};
}

Result<std::unique_ptr<Residence>> make_tiled_residence(const StagedParts& parts) {
    auto residence = std::make_unique<Tiled>(parts);
    if (Status s = residence->reserve(); !s.ok()) return s;
    return std::unique_ptr<Residence>(std::move(residence));
}

}  // namespace sky::offload
