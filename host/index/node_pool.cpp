#include "host/index/node_pool.hpp"

#include <algorithm>

namespace sky::index {

uint32_t NodePool::take() {
    if (freed_.empty()) return bottom_++;
    const uint32_t node = freed_.back();
    freed_.pop_back();
    return node;
}

void NodePool::settle() {
    freed_.insert(freed_.end(), unsettled_.begin(), unsettled_.end());
    unsettled_.clear();
}

void NodePool::trim() {
    std::sort(freed_.begin(), freed_.end());
    for (; !freed_.empty() && freed_.back() + 1 == bottom_; --bottom_) freed_.pop_back();
}

void NodePool::restore(const std::vector<bool>& in_use) {
    bottom_ = std::max(layout_->first_node, static_cast<uint32_t>(in_use.size()));
    for (uint32_t node = bottom_; node-- > layout_->first_node;)
        if (!in_use[node]) freed_.push_back(node);
}

bool NodePool::grow_store_to(uint32_t number) {
    const uint32_t needed = number / layout_->node_lines + 1;
    if (bottom_ + needed > layout_->nodes) return false;
    store_nodes_ = std::max(store_nodes_, needed);
    return true;
}

}  // namespace sky::index
