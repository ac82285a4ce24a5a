// The part of skytrack_index.h that reads states of an index: snapshots and iterators.
#include "host/index/c_boundary.hpp"

namespace {

using sky::index::Bytes;
using sky::index::Iterator;
using sky::index::c::check_buffer;
using sky::index::c::fail;
using sky::index::c::give_value;
using sky::index::c::guarded;
using sky::index::c::missing;
using sky::index::c::OpenIndex;
using sky::index::c::operate;

/// What a handle holds goes under the turn of its index, the handle itself after it.
template <typename Handle>
void free_handle(Handle* handle) {
    if (handle == nullptr) return;
    const std::unique_ptr<Handle> owned(handle);
    guarded([&]() -> skytrack_status {
        OpenIndex& index = *handle->index;
        const std::lock_guard turn(index.turn);
        if constexpr (requires { handle->walk; }) handle->walk.reset();
        handle->state.reset();
        --index.handles;
        return SKYTRACK_OK;
    });
}

template <typename Move>
skytrack_status move(skytrack_iterator* iterator, Move&& move_walk) {
    if (iterator == nullptr) return missing("iterator");
    return operate(iterator->index, [&](OpenIndex&) -> skytrack_status {
        move_walk(*iterator->walk);
        return iterator->walk->valid() ? SKYTRACK_OK : SKYTRACK_NOT_FOUND;
    });
}

template <typename Work>
skytrack_status at_entry(skytrack_iterator* iterator, Work&& work) {
    if (iterator == nullptr) return missing("iterator");
    return operate(iterator->index, [&](OpenIndex&) -> skytrack_status {
        if (!iterator->walk->valid())
            return fail(SKYTRACK_INVALID_ARGUMENT, "the iterator is at no entry; seek one first");
        return work(*iterator->walk);
    });
}

template <typename Step>
skytrack_status step(skytrack_iterator* iterator, Step&& step_walk) {
    return at_entry(iterator, [&](Iterator& walk) -> skytrack_status {
        step_walk(walk);
        return walk.valid() ? SKYTRACK_OK : SKYTRACK_NOT_FOUND;
    });
}

}  // namespace

skytrack_status skytrack_snapshot_new(skytrack_index* index, skytrack_snapshot** snapshot) {
    if (snapshot == nullptr) return missing("snapshot");
    *snapshot = nullptr;
    return operate(index, [&](OpenIndex& open) -> skytrack_status {
        auto made = std::make_unique<skytrack_snapshot>();
        made->index = &open;
        made->state = open.tree->snapshot();
        ++open.handles;
        *snapshot = made.release();
        return SKYTRACK_OK;
    });
}

void skytrack_snapshot_free(skytrack_snapshot* snapshot) { free_handle(snapshot); }

skytrack_status skytrack_snapshot_get(skytrack_snapshot* snapshot, uint64_t key, void* buffer, size_t capacity,
                                      size_t* length) {
    if (length != nullptr) *length = 0;
    if (snapshot == nullptr) return missing("snapshot");
    if (skytrack_status status = check_buffer(buffer, capacity); status != SKYTRACK_OK) return status;
    return operate(snapshot->index, [&](OpenIndex& open) -> skytrack_status {
        const std::optional<Bytes> value = open.tree->get(key, *snapshot->state);
        return value ? give_value(*value, buffer, capacity, length) : skytrack_status{SKYTRACK_NOT_FOUND};
    });
}

skytrack_status skytrack_iterator_new(skytrack_index* index, skytrack_snapshot* snapshot,
                                      skytrack_iterator** iterator) {
    if (iterator == nullptr) return missing("iterator");
    *iterator = nullptr;
    return operate(index, [&](OpenIndex& open) -> skytrack_status {
        if (snapshot != nullptr && snapshot->index != &open)
            return fail(SKYTRACK_INVALID_ARGUMENT, "the snapshot is one of another index");
        auto made = std::make_unique<skytrack_iterator>();
        made->index = &open;
        if (snapshot != nullptr) made->state = snapshot->state;
        made->walk = open.tree->iterate(made->state.get());
        ++open.handles;
        *iterator = made.release();
        return SKYTRACK_OK;
    });
}

void skytrack_iterator_free(skytrack_iterator* iterator) { free_handle(iterator); }

skytrack_status skytrack_iterator_first(skytrack_iterator* iterator) {
    return move(iterator, [](Iterator& walk) { walk.seek_first(); });
}

skytrack_status skytrack_iterator_last(skytrack_iterator* iterator) {
    return move(iterator, [](Iterator& walk) { walk.seek_last(); });
}

skytrack_status skytrack_iterator_seek(skytrack_iterator* iterator, uint64_t key) {
    return move(iterator, [&](Iterator& walk) { walk.seek(key); });
}

skytrack_status skytrack_iterator_seek_back(skytrack_iterator* iterator, uint64_t key) {
    return move(iterator, [&](Iterator& walk) { walk.seek_back(key); });
}

skytrack_status skytrack_iterator_next(skytrack_iterator* iterator) {
    return step(iterator, [](Iterator& walk) { walk.next(); });
}

skytrack_status skytrack_iterator_prev(skytrack_iterator* iterator) {
    return step(iterator, [](Iterator& walk) { walk.prev(); });
}

skytrack_status skytrack_iterator_key(skytrack_iterator* iterator, uint64_t* key) {
    if (key == nullptr) return missing("key");
    return at_entry(iterator, [&](const Iterator& walk) -> skytrack_status {
        *key = walk.key();
        return SKYTRACK_OK;
    });
}

skytrack_status skytrack_iterator_value(skytrack_iterator* iterator, void* buffer, size_t capacity, size_t* length) {
    if (length != nullptr) *length = 0;
    if (skytrack_status status = check_buffer(buffer, capacity); status != SKYTRACK_OK) return status;
    return at_entry(iterator, [&](Iterator& walk) { return give_value(walk.value(), buffer, capacity, length); });
}
