#include "host/index/node_pool.hpp"

namespace sky::index {

uint32_t NodePool::take() {
    if (freed_.empty()) return bottom_++;
    const uint32_t node = freed_.back();
    freed_.pop_back();
    return node;
}

std::optional<LineId> NodePool::store_line(uint32_t number) {
    const uint32_t needed = number / layout_->node_lines + 1;
    if (needed > store_nodes_) {
        if (bottom_ + needed > layout_->nodes) return std::nullopt;
        store_nodes_ = needed;
    }
    return line_of_store(number);
}

}  // namespace sky::index
