#include "host/index/node_pool.hpp"

#include <algorithm>

namespace sky::index {

uint32_t NodePool::take() {
    if (freed_.empty()) return bottom_++;
    const uint32_t node = freed_.back();
    freed_.pop_back();
    return node;
}

bool NodePool::grow_store_to(uint32_t number) {
    const uint32_t needed = number / layout_->node_lines + 1;
    if (bottom_ + needed > layout_->nodes) return false;
    store_nodes_ = std::max(store_nodes_, needed);
    return true;
}

}  // namespace sky::index
