#include "host/offload/train/checkpoint_places.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <future>

#include "host/offload/train/device.hpp"
#include "host/offload/train/pinned_block.hpp"

namespace sky::offload {

namespace {

/// Layers that lie one behind the other, or in blocks of their own.
class InBlocks : public Checkpoints {
   public:
    InBlocks(uint64_t elements, std::vector<std::byte*> places)
        : bytes_(elements * sizeof(float)), places_(std::move(places)) {}
    std::unique_ptr<Pages> pages;
    std::vector<PinnedBlock> blocks;

    [[nodiscard]] uint64_t device_bytes() const override { return pages ? pages->bytes() : 0; }
    Status save(uint64_t layer, const float* input) override {
        std::memcpy(places_[layer], input, bytes_);
        return {};
    }
    Status load(uint64_t layer, float* input) override {
        std::memcpy(input, places_[layer], bytes_);
        return {};
    }

   private:
    uint64_t bytes_;
    std::vector<std::byte*> places_;
};

/// Written behind the computation, and read ahead of it.
class OnSsd : public Checkpoints {
   public:
    OnSsd(const CheckpointShape& shape, TensorStore& store, size_t first_tensor, std::array<PinnedBlock, 2> blocks)
        : bytes_(shape.elements * sizeof(float)),
          store_(&store),
          first_tensor_(first_tensor),
          blocks_(std::move(blocks)) {}
    ~OnSsd() override { wait_for_both(); }

    Status save(uint64_t layer, const float* input) override {
        if (Status s = wait(layer % 2); !s.ok()) return s;
        std::memcpy(blocks_[layer % 2].data(), input, bytes_);
        moving_[layer % 2] = store_->start_write(first_tensor_ + layer, 0, blocks_[layer % 2].span());
        holds_[layer % 2] = layer;
        return {};
    }

    Status load(uint64_t layer, float* input) override {
        if (holds_[layer % 2] != layer) fetch(layer);
        if (Status s = wait(layer % 2); !s.ok()) return s;
        std::memcpy(input, blocks_[layer % 2].data(), bytes_);
        if (layer > 0 && holds_[(layer - 1) % 2] != layer - 1) {
            if (Status s = wait((layer - 1) % 2); !s.ok()) return s;
            fetch(layer - 1);
        }
        return {};
    }

    void abandon() override { wait_for_both(); }

   private:
    static constexpr uint64_t kNothing = UINT64_MAX;

    void fetch(uint64_t layer) {
        moving_[layer % 2] = store_->start_read(first_tensor_ + layer, 0, blocks_[layer % 2].span());
        holds_[layer % 2] = layer;
    }
    Status wait(uint64_t side) {
        if (!moving_[side].valid()) return {};
        Status status = moving_[side].get();
        if (!status.ok()) holds_[side] = kNothing;
        return status;
    }
    void wait_for_both() {
        for (uint64_t side = 0; side < 2; ++side) {
            (void)wait(side);
            holds_[side] = kNothing;
        }
    }

    uint64_t bytes_;
    TensorStore* store_;
    size_t first_tensor_;
    std::array<PinnedBlock, 2> blocks_;
    std::array<std::future<Status>, 2> moving_;
    std::array<uint64_t, 2> holds_{kNothing, kNothing};
};

}  // namespace

const char* to_string(CheckpointPlace place) {
    switch (place) {
        case CheckpointPlace::kDevice: return "device";
        case CheckpointPlace::kHost: return "host";
        case CheckpointPlace::kSsd: break;
    }
    return "ssd";
}

Result<std::unique_ptr<Checkpoints>> make_device_checkpoints(const CheckpointShape& shape) {
    const uint64_t bytes = round_up(shape.elements * sizeof(float), kCacheLineBytes);
    Result<std::unique_ptr<Pages>> pages = Pages::map("the inputs of all layers", shape.layers * bytes);
    if (!pages.ok()) return pages.status();
    std::vector<std::byte*> places;
    for (uint64_t layer = 0; layer < shape.layers; ++layer) places.push_back(pages.value()->data() + layer * bytes);
    auto checkpoints = std::make_unique<InBlocks>(shape.elements, std::move(places));
    checkpoints->pages = std::move(pages.value());
    return std::unique_ptr<Checkpoints>(std::move(checkpoints));
}

Result<std::unique_ptr<Checkpoints>> make_host_checkpoints(const CheckpointShape& shape, PinnedAllocator& pinned) {
    std::vector<std::byte*> places;
    std::vector<PinnedBlock> blocks;
    for (uint64_t layer = 0; layer < shape.layers; ++layer) {
        Result<PinnedBlock> block =
            PinnedBlock::take(pinned, fmt::format("the input of layer {}", layer), shape.elements * sizeof(float));
        if (!block.ok()) return block.status();
        places.push_back(block.value().data());
        blocks.push_back(std::move(block.value()));
    }
    auto checkpoints = std::make_unique<InBlocks>(shape.elements, std::move(places));
    checkpoints->blocks = std::move(blocks);
    return std::unique_ptr<Checkpoints>(std::move(checkpoints));
}

std::vector<TensorSpec> checkpoint_specs(const CheckpointShape& shape) {
    std::vector<TensorSpec> specs;
    for (uint64_t layer = 0; layer < shape.layers; ++layer)
        specs.push_back({.name = fmt::format("input.{}", layer), .bytes = shape.elements * sizeof(float)});
    return specs;
}

Result<std::unique_ptr<Checkpoints>> make_ssd_checkpoints(const CheckpointShape& shape, TensorStore& store,
                                                          size_t first_tensor, PinnedAllocator& pinned) {
    std::array<PinnedBlock, 2> blocks;
    for (PinnedBlock& block : blocks) {
        Result<PinnedBlock> taken =
            PinnedBlock::take(pinned, "the input of a layer on its way", padded(shape.elements * sizeof(float)));
        if (!taken.ok()) return taken.status();
        block = std::move(taken.value());
    }
    return std::unique_ptr<Checkpoints>(std::make_unique<OnSsd>(shape, store, first_tensor, std::move(blocks)));
}

}  // namespace sky::offload
