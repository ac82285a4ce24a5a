#include "host/offload/train/tile_ring.hpp"

#include <algorithm>

#include "host/offload/train/gradient_sums.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kStripeBytes = kSumElements * sizeof(float);

/// Blocks `first` to `end` of a tensor with the stripes that they touch.
TileLoad load_of(const Parameter& parameter, uint32_t tensor, uint64_t first, uint64_t end) {
    const uint64_t row_bytes = parameter.columns * sizeof(float);
    const uint64_t begin_byte = parameter.block_begin(first) * row_bytes;
    const uint64_t end_byte = parameter.block_end(end - 1) * row_bytes;
    const uint64_t offset = begin_byte / kStripeBytes * kStripeBytes;
    const uint64_t last = std::min(round_up(end_byte, kStripeBytes), padded(parameter.elements() * sizeof(float)));
    return {.tensor = tensor,
            .first_block = first,
            .blocks = end - first,
            .offset = offset,
            .bytes = last - offset,
            .before = begin_byte - offset};
}

}  // namespace

std::vector<TileLoad> tile_loads(const Parameter& parameter, uint32_t tensor, uint64_t tile_bytes) {
    std::vector<TileLoad> loads;
    for (uint64_t first = 0; first < parameter.blocks();) {
        uint64_t end = first + 1;
        while (end < parameter.blocks() && load_of(parameter, tensor, first, end + 1).bytes <= tile_bytes) ++end;
        loads.push_back(load_of(parameter, tensor, first, end));
        first = end;
    }
    return loads;
}

uint64_t least_tile_bytes(const Decoder& decoder) {
    uint64_t least = kMinTileBytes;
    for (const Parameter& p : decoder.parameters) {
        for (uint64_t block = 0; block < p.blocks(); ++block)
            least = std::max(least, round_up(load_of(p, 0, block, block + 1).bytes, kStripeBytes));
        // A gradient may begin a tile with less than a stripe that was left.
        least = std::max(least, round_up(p.block_elements() * sizeof(float), kStripeBytes) + kStripeBytes);
    }
    return round_up(least, kTileStepBytes);
}

void TileRing::begin(std::span<const TileLoad> loads, const std::vector<size_t>& places) {
    clear();
    loads_ = loads;
    places_ = &places;
    fetch();
}

void TileRing::fetch() {
    for (; started_ < loads_.size() && started_ < released_ + kRingTiles; ++started_) {
        const TileLoad& load = loads_[started_];
        reads_[started_ % kRingTiles] =
            store_->start_read((*places_)[load.tensor], load.offset, {slot(started_), load.bytes});
    }
}

Result<TileRing::Tile> TileRing::get(uint64_t ahead) {
    const uint64_t number = released_ + ahead;
    if (number >= started_) return Status::error("a tile is used that is not on its way");
    std::future<Status>& read = reads_[number % kRingTiles];
    if (read.valid())
        if (Status s = read.get(); !s.ok()) return s;
    return Tile{.load = &loads_[number], .data = slot(number) + loads_[number].before};
}

void TileRing::release(uint64_t tiles) {
    for (uint64_t i = 0; i < tiles; ++i) {
        std::future<Status>& read = reads_[(released_ + i) % kRingTiles];
        if (read.valid()) read.wait();
        read = {};
    }
    released_ += tiles;
    fetch();
}

void TileRing::clear() {
    for (std::future<Status>& read : reads_) {
        if (read.valid()) read.wait();
        read = {};
    }
    loads_ = {};
    started_ = 0;
    released_ = 0;
}

}  // namespace sky::offload
