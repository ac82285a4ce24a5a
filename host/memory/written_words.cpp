#include "host/memory/written_words.hpp"

namespace sky::memory {

bool WrittenWords::whole(const Command& command, size_t data_words) const {
    const uint32_t sites = geometry_.mapping() == Mapping::kWord ? 1 : geometry_.sites_per_segment;
    return command.row < geometry_.rows() && command.site < sites && command.seg_mask != 0 &&
           (command.seg_mask & ~geometry_.segment_mask()) == 0 && data_words == command.data_beats(geometry_);
}

uint64_t WrittenWords::read(uint64_t index) const {
    const auto page = pages_.find(index / kPageWords);
    return page == pages_.end() ? 0 : (*page->second)[index % kPageWords];
}

void WrittenWords::write(uint64_t index, uint64_t word) {
    std::unique_ptr<Page>& page = pages_[index / kPageWords];
    if (!page) page = std::make_unique<Page>();
    (*page)[index % kPageWords] = word & geometry_.word_mask();
}

}  // namespace sky::memory
