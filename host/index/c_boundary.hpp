#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "host/index/index.hpp"
#include "host/index/skytrack_index.h"
#include "host/memory/session.hpp"
#include "host/memory/store.hpp"

// What stands between C programs and the index: the things that the handles of skytrack_index.h are, and the one
// place where exceptions end.

namespace sky::index::c {

/// Notes what skytrack_error_message() says in this thread, on one line, and returns the code. Needs no memory.
skytrack_status fail(skytrack_status code, std::string_view message) noexcept;

/// For a pointer that must not be NULL.
skytrack_status missing(const char* what) noexcept;

/// To be called while an exception is handled: its code, its message noted.
skytrack_status fail_with_exception() noexcept;

/// Whatever is thrown becomes a status.
template <typename Work>
skytrack_status guarded(Work&& work) noexcept {
    try {
        return work();
    } catch (...) {
        return fail_with_exception();
    }
}

/// An index with the memory it lies on.
struct OpenIndex {
    std::mutex turn;                                 ///< held by who works on any of the below
    std::unique_ptr<memory::Store> store;            ///< null: the memory is in the process only
    std::unique_ptr<memory::MemorySession> session;  ///< null with a store
    std::unique_ptr<Index> tree;
    skytrack_config config{};
    size_t handles = 0;   ///< snapshots and iterators that are there
    bool broken = false;  ///< something was thrown out of the middle of an operation

    [[nodiscard]] memory::MemorySession& memory() const { return store ? store->session() : *session; }
};

/// Snapshots are shared with the iterators over them.
struct OpenSnapshot {
    OpenIndex* index;
    std::shared_ptr<Snapshot> state;
};

struct OpenIterator {
    OpenIndex* index;
    std::shared_ptr<Snapshot> state;  ///< outlives the walk; null: the walk has its own
    std::unique_ptr<Iterator> walk;
};

/// Takes the turn at the index and works on it, unless an earlier call has broken it; what throws breaks it.
template <typename Work>
skytrack_status operate(OpenIndex* index, Work&& work) noexcept {
    if (index == nullptr) return missing("index");
    return guarded([&]() -> skytrack_status {
        const std::lock_guard turn(index->turn);
        if (index->broken)
            return fail(SKYTRACK_BROKEN, "an earlier call on this index failed inside; close it and open it again");
        try {
            return work(*index);
        } catch (...) {
            index->broken = true;
            throw;
        }
    });
}

/// Gives bytes to the caller as skytrack_index_get() says.
skytrack_status give_value(const Bytes& value, void* buffer, size_t capacity, size_t* length) noexcept;
/// What is wrong with such a buffer before anything is done.
skytrack_status check_buffer(const void* buffer, size_t capacity) noexcept;

}  // namespace sky::index::c

// NOLINTBEGIN(readability-identifier-naming): the names that the C header gives to its handles.
struct skytrack_index : sky::index::c::OpenIndex {};
struct skytrack_snapshot : sky::index::c::OpenSnapshot {};
struct skytrack_iterator : sky::index::c::OpenIterator {};
struct skytrack_batch {
    sky::index::WriteBatch operations;
};
// NOLINTEND(readability-identifier-naming)
