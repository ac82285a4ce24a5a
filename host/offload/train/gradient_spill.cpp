#include "host/offload/train/gradient_spill.hpp"

#include <algorithm>
#include <cstring>

namespace sky::offload {

void GradientSpill::begin(uint32_t tensor, size_t place) {
    tensor_ = tensor;
    place_ = place;
    base_ = 0;
    filled_ = 0;
    next_block_ = 0;
    room_blocks_ = 0;
}

Status GradientSpill::wait(uint64_t side) { return writes_[side].valid() ? writes_[side].get() : Status(); }

uint64_t GradientSpill::room() const {
    const Parameter& p = parameter();
    uint64_t blocks = 0;
    const uint64_t begin = p.block_begin(next_block_);
    while (next_block_ + blocks < p.blocks() &&
           filled_ + (p.block_end(next_block_ + blocks) - begin) * p.columns <= capacity())
        ++blocks;
    return blocks;
}

/// The last room is full.
void GradientSpill::take_room() {
    if (room_blocks_ == 0) return;
    const Parameter& p = parameter();
    filled_ += (p.block_end(next_block_ + room_blocks_ - 1) - p.block_begin(next_block_)) * p.columns;
    next_block_ += room_blocks_;
    room_blocks_ = 0;
}

/// The first elements of the tile leave, whole blocks of the sums or all there are; the rest goes to the other tile.
Status GradientSpill::write(uint64_t elements) {
    float* const from = tile(side_);
    sums_.take(tensor_, base_, {from, elements}, *workers_);
    writes_[side_] =
        store_->start_write(place_, base_ * sizeof(float),
                            std::as_bytes(std::span(from, padded(elements * sizeof(float)) / sizeof(float))));
    side_ = 1 - side_;
    if (Status s = wait(side_); !s.ok()) return s;
    std::memcpy(tile(side_), from + elements, (filled_ - elements) * sizeof(float));
    base_ += elements;
    filled_ -= elements;
    return {};
}

Result<GradientRoom> GradientSpill::next_room() {
    take_room();
    if (next_block_ == 0)
        if (Status s = wait(side_); !s.ok()) return s;
    room_blocks_ = room();
    if (room_blocks_ == 0) {
        if (Status s = write(filled_ / kSumElements * kSumElements); !s.ok()) return s;
        room_blocks_ = room();
    }
    if (room_blocks_ == 0) return Status::error("a tile has no room for a compute block of " + parameter().name);
    return GradientRoom{.first_block = next_block_, .blocks = room_blocks_, .data = tile(side_) + filled_};
}

Status GradientSpill::end() {
    take_room();
    return filled_ == 0 ? Status() : write(filled_);
}

Status GradientSpill::add_rows(uint32_t tensor, size_t place, std::span<const uint64_t> rows,
                               const Residence::AddRow& add) {
    begin(tensor, place);
    for (uint64_t side = 0; side < 2; ++side)
        if (Status s = wait(side); !s.ok()) return s;
    const Parameter& p = parameter();
    const auto first_stripe = [&](uint64_t row) { return row * p.columns / kSumElements * kSumElements; };
    const auto end_stripe = [&](uint64_t row) {
        return std::min(round_up((row + 1) * p.columns, kSumElements), p.elements());
    };
    for (uint64_t entry = 0; entry < rows.size();) {
        // Rows whose stripes touch, as many as a tile takes.
        const uint64_t begin = first_stripe(rows[entry]);
        uint64_t end = end_stripe(rows[entry]);
        uint64_t last = entry + 1;
        for (; last < rows.size() && first_stripe(rows[last]) <= end; ++last) {
            if (end_stripe(rows[last]) - begin > capacity()) break;
            end = end_stripe(rows[last]);
        }
        const std::span<float> values(tile(0), end - begin);
        const std::span<std::byte> bytes(memory_.data(), padded(values.size_bytes()));
        if (Status s = store_->start_read(place, begin * sizeof(float), bytes).get(); !s.ok()) return s;
        workers_->run(last - entry, [&](uint64_t i, uint32_t) {
            add(entry + i, values.subspan(rows[entry + i] * p.columns - begin, p.columns));
        });
        sums_.take(tensor, begin, values, *workers_);
        if (Status s = store_->start_write(place, begin * sizeof(float), bytes).get(); !s.ok()) return s;
        entry = last;
    }
    return {};
}

Result<GradientSummary> GradientSpill::finish() {
    for (uint64_t side = 0; side < 2; ++side)
        if (Status s = wait(side); !s.ok()) return s;
    return sums_.total();
}

void GradientSpill::abandon() {
    for (uint64_t side = 0; side < 2; ++side) (void)wait(side);
}

}  // namespace sky::offload
