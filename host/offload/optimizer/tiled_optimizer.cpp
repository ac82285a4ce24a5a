#include <fmt/format.h>

#include <cstring>

#include "host/offload/optimizer/offloaded_tensors.hpp"

namespace sky::offload {

namespace {

constexpr size_t kStateTiles = 3;     // one being read, one computed, one being written
constexpr size_t kGradientTiles = 2;  // read and computed
constexpr size_t kWeightTiles = 2;    // computed and being written

/// In the store.
struct Places {
    size_t state = 0;
    size_t gradient = 0;
    size_t weight = 0;
};

/// One tile of one tensor.
struct Tile {
    size_t tensor = 0;
    uint64_t number = 0;
};

class TiledOptimizer : public OffloadedOptimizer {
   public:
    TiledOptimizer(TensorStore& store, std::span<const OptimizerTensor> tensors, std::vector<Places> places,
                   const OffloadedOptions& options)
        : store_(&store),
          tensors_(tensors.begin(), tensors.end()),
          places_(std::move(places)),
          options_(options),
          state_bytes_(options.tile_elements * kStateBytes),
          number_bytes_(options.tile_elements * sizeof(float)) {}

    Status write_state(size_t tensor, std::span<const float> p, std::span<const float> m,
                       std::span<const float> v) override;
    Status read_state(size_t tensor, StateSpans to) override;
    Status step(const AdamWStep& step) override;
    [[nodiscard]] OffloadedStatistics statistics() const override { return statistics_; }

   private:
    [[nodiscard]] TileLayout layout(size_t tensor) const {
        return {.elements = tensors_[tensor].elements, .tile_elements = options_.tile_elements};
    }
    [[nodiscard]] uint64_t elements(const Tile& tile) const { return layout(tile.tensor).elements_in(tile.number); }
    [[nodiscard]] uint64_t number_offset(const Tile& tile) const {
        return layout(tile.tensor).first_element(tile.number) * sizeof(float);
    }
    /// Of the tile that is `turn`th in a step.
    [[nodiscard]] std::span<std::byte> state(uint64_t turn, const Tile& tile) const {
        return options_.buffer.subspan(turn % kStateTiles * state_bytes_, padded(elements(tile) * kStateBytes));
    }
    [[nodiscard]] std::span<std::byte> gradient(uint64_t turn, const Tile& tile) const {
        return options_.buffer.subspan(kStateTiles * state_bytes_ + turn % kGradientTiles * number_bytes_,
                                       padded(elements(tile) * sizeof(float)));
    }
    [[nodiscard]] std::span<std::byte> weight(uint64_t turn, const Tile& tile) const {
        return options_.buffer.subspan(
            kStateTiles * state_bytes_ + (kGradientTiles + turn % kWeightTiles) * number_bytes_,
            padded(elements(tile) * sizeof(float)));
    }

    [[nodiscard]] std::vector<Tile> all_tiles() const;
    Status wait(Transfers& transfers, double& seconds);
    void start_read(uint64_t turn, const Tile& tile, Transfers& reads);
    void start_write(uint64_t turn, const Tile& tile, Transfers& writes);
    void compute(uint64_t turn, const Tile& tile, const AdamWStep& step);

    TensorStore* store_;
    std::vector<OptimizerTensor> tensors_;
    std::vector<Places> places_;
    OffloadedOptions options_;
    uint64_t state_bytes_;   // of a tile of p, m and v
    uint64_t number_bytes_;  // of a tile of gradients or weights
    OffloadedStatistics statistics_;
};

std::vector<Tile> TiledOptimizer::all_tiles() const {
    std::vector<Tile> tiles;
    for (size_t tensor = 0; tensor < tensors_.size(); ++tensor)
        for (uint64_t number = 0; number < layout(tensor).tiles(); ++number)
            tiles.push_back({.tensor = tensor, .number = number});
    return tiles;
}

Status TiledOptimizer::wait(Transfers& transfers, double& seconds) {
    const Timed timed(seconds);
    return transfers.wait();
}

void TiledOptimizer::start_read(uint64_t turn, const Tile& tile, Transfers& reads) {
    const Places& places = places_[tile.tensor];
    reads.add(store_->start_read(places.state, layout(tile.tensor).offset(tile.number), state(turn, tile)));
    reads.add(store_->start_read(places.gradient, number_offset(tile), gradient(turn, tile)));
    statistics_.read_bytes += state(turn, tile).size() + gradient(turn, tile).size();
}

void TiledOptimizer::start_write(uint64_t turn, const Tile& tile, Transfers& writes) {
    const Places& places = places_[tile.tensor];
    writes.add(store_->start_write(places.state, layout(tile.tensor).offset(tile.number), state(turn, tile)));
    writes.add(store_->start_write(places.weight, number_offset(tile), weight(turn, tile)));
    statistics_.written_bytes += state(turn, tile).size() + weight(turn, tile).size();
}

void TiledOptimizer::compute(uint64_t turn, const Tile& tile, const AdamWStep& step) {
    const Timed timed(statistics_.compute_seconds);
    const uint64_t count = elements(tile);
    const StateSpans spans = state_in(state(turn, tile), count);
    adamw(spans.p, spans.m, spans.v, {reinterpret_cast<const float*>(gradient(turn, tile).data()), count},
          step_of(tensors_[tile.tensor], step), options_.adamw);
    std::memcpy(weight(turn, tile).data(), spans.p.data(), spans.p.size_bytes());
}

Status TiledOptimizer::step(const AdamWStep& step) {
    const std::vector<Tile> tiles = all_tiles();
    Transfers reads[2];
    Transfers writes[2];
    start_read(0, tiles[0], reads[0]);
    for (uint64_t turn = 0; turn < tiles.size(); ++turn) {
        // The tile before the last one is to leave its buffers, which the next one's states and this one's weights
        // take.
        if (Status status = wait(writes[turn % 2], statistics_.write_wait_seconds); !status.ok()) return status;
        if (turn + 1 < tiles.size()) start_read(turn + 1, tiles[turn + 1], reads[(turn + 1) % 2]);
        if (Status status = wait(reads[turn % 2], statistics_.read_wait_seconds); !status.ok()) return status;
        compute(turn, tiles[turn], step);
        start_write(turn, tiles[turn], writes[turn % 2]);
    }
    for (Transfers& last : writes)
        if (Status status = wait(last, statistics_.write_wait_seconds); !status.ok()) return status;
    return {};
}

Status TiledOptimizer::write_state(size_t tensor, std::span<const float> p, std::span<const float> m,
                                   std::span<const float> v) {
    for (Tile tile{.tensor = tensor}; tile.number < layout(tensor).tiles(); ++tile.number) {
        const uint64_t first = layout(tensor).first_element(tile.number);
        const StateSpans to = state_in(state(0, tile), elements(tile));
        std::memcpy(to.p.data(), p.data() + first, to.p.size_bytes());
        std::memcpy(to.m.data(), m.data() + first, to.m.size_bytes());
        std::memcpy(to.v.data(), v.data() + first, to.v.size_bytes());
        Transfers write;
        write.add(store_->start_write(places_[tensor].state, layout(tensor).offset(tile.number), state(0, tile)));
        if (Status status = write.wait(); !status.ok()) return status;
    }
    return {};
}

Status TiledOptimizer::read_state(size_t tensor, StateSpans to) {
    for (Tile tile{.tensor = tensor}; tile.number < layout(tensor).tiles(); ++tile.number) {
        Transfers read;
        read.add(store_->start_read(places_[tensor].state, layout(tensor).offset(tile.number), state(0, tile)));
        if (Status status = read.wait(); !status.ok()) return status;
        const uint64_t first = layout(tensor).first_element(tile.number);
        const StateSpans from = state_in(state(0, tile), elements(tile));
        std::memcpy(to.p.data() + first, from.p.data(), from.p.size_bytes());
        std::memcpy(to.m.data() + first, from.m.data(), from.m.size_bytes());
        std::memcpy(to.v.data() + first, from.v.data(), from.v.size_bytes());
    }
    return {};
}

Status check_tiles(const TensorStore& store, uint64_t tile_elements) {
    if (tile_elements == 0 || tile_elements % kOptimizerBlock != 0)
        return Status::error(fmt::format("tiles of {} elements\ntake a multiple of {}: {} bytes of p, m and v each",
                                         tile_elements, kOptimizerBlock, kOptimizerBlock * kStateBytes));
    if (tile_elements * sizeof(float) % store.unit_bytes() == 0) return {};
    return Status::error(fmt::format(
        "a tile of {} elements has {} bytes of gradients, and the store moves multiples of "
        "{}\nmake the store with stripes of {} bytes or less",
        tile_elements, tile_elements * sizeof(float), store.unit_bytes(), kOptimizerBlock * sizeof(float)));
}

}  // namespace

std::vector<TensorSpec> tiled_specs(std::span<const OptimizerTensor> tensors) {
    std::vector<TensorSpec> specs;
    for (const OptimizerTensor& tensor : tensors) {
        specs.push_back({.name = tensor.name + ".pmv", .bytes = tensor.elements * kStateBytes});
        specs.push_back({.name = tensor.name + ".gradient", .bytes = tensor.elements * sizeof(float)});
        specs.push_back({.name = tensor.name + ".weight", .bytes = tensor.elements * sizeof(float)});
    }
    return specs;
}

uint64_t tiled_buffer_bytes(uint64_t tile_elements) {
    return tile_elements * (kStateTiles * kStateBytes + (kGradientTiles + kWeightTiles) * sizeof(float));
}

Result<std::unique_ptr<OffloadedOptimizer>> make_tiled_optimizer(TensorStore& store,
                                                                 std::span<const OptimizerTensor> tensors,
                                                                 const OffloadedOptions& options) {
    if (Status status = check_tiles(store, options.tile_elements); !status.ok()) return status;
    if (Status status = check_buffer(options.buffer, tiled_buffer_bytes(options.tile_elements)); !status.ok())
        return status;
    if (tensors.empty()) return Status::error("no tensor is to be optimized\nname one");
    std::vector<Places> places;
    for (const OptimizerTensor& tensor : tensors) {
        const uint64_t bytes = tensor.elements * sizeof(float);
        const Result<size_t> state = find_tensor(store, tensor.name + ".pmv", tensor.elements * kStateBytes);
        if (!state.ok()) return state.status();
        const Result<size_t> gradient = find_tensor(store, tensor.name + ".gradient", bytes);
        if (!gradient.ok()) return gradient.status();
        const Result<size_t> weight = find_tensor(store, tensor.name + ".weight", bytes);
        if (!weight.ok()) return weight.status();
        places.push_back({.state = state.value(), .gradient = gradient.value(), .weight = weight.value()});
    }
    return std::unique_ptr<OffloadedOptimizer>(
        std::make_unique<TiledOptimizer>(store, tensors, std::move(places), options));
}

}  // namespace sky::offload
