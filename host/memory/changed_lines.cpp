#include "host/memory/changed_lines.hpp"

#include <algorithm>
#include <bit>

namespace sky::memory {

namespace {

constexpr size_t kFirstSlots = 1024;
/// More than this are given back when the lines are forgotten: most rounds are short.
constexpr size_t kMostSlotsKept = size_t{1} << 20;

}  // namespace

ChangedLines::ChangedLines(const model::Geometry& geometry, const model::Policy& policy)
    : rows_(geometry.rows()),
      sites_(geometry.mapping() == model::Mapping::kWord ? 1 : geometry.sites_per_segment),
      segments_(geometry.segment_mask()),
      reads_change_(policy.return_policy == model::ReturnPolicy::kStay || policy.faults.threshold != 0),
      slips_(policy.faults.threshold != 0) {
    resize(kFirstSlots);
}

void ChangedLines::clear() {
    lines_.clear();
    if (slots_.size() > kMostSlotsKept) {
        lines_.shrink_to_fit();
        resize(kFirstSlots);
    } else if (++round_ == 0) {
        resize(slots_.size());
    }
}

void ChangedLines::note_row(uint32_t row) {
    for (uint32_t site = 0; site < sites_; ++site) add(row, static_cast<uint8_t>(site), segments_);
}

/// All slots are free after it.
void ChangedLines::resize(size_t slots) {
    slots_.assign(slots, {});
    slots_.shrink_to_fit();
    home_shift_ = 64 - static_cast<uint32_t>(std::countr_zero(slots));
    round_ = 1;
}

void ChangedLines::grow() {
    resize(2 * slots_.size());
    for (size_t line = 0; line < lines_.size(); ++line) {
        size_t i = home(lines_[line].row, lines_[line].site);
        while (slots_[i].round == round_) i = (i + 1) & (slots_.size() - 1);
        slots_[i] = {.round = round_, .line = static_cast<uint32_t>(line)};
    }
}

}  // namespace sky::memory
