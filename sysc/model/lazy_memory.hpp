#pragma once

#include <cstddef>
#include <cstdint>

namespace sky::model {

/// Host memory of which only what is touched takes room.
class LazyMemory {
   public:
    /// Throws std::bad_alloc when the address space has no room for it.
    explicit LazyMemory(uint64_t bytes);
    ~LazyMemory();
    LazyMemory(const LazyMemory&) = delete;
    LazyMemory& operator=(const LazyMemory&) = delete;
    LazyMemory(LazyMemory&& other) noexcept;
    LazyMemory& operator=(LazyMemory&& other) noexcept;

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

    /// The first `used` bytes are or will be touched. Asks the host for large pages, which spare a random access its
    /// page walk, once the unused part of a large page is little of the whole.
    void expect(uint64_t used) {
        if (used > expected_) advise(used);
    }

   private:
    void advise(uint64_t used);

    std::byte* data_ = nullptr;
    uint64_t bytes_ = 0;
    uint64_t expected_ = 0;  // up to where nothing more has to be asked
};

}  // namespace sky::model
