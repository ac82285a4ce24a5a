#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "host/memory/status.hpp"
#include "host/offload/log.hpp"
#include "host/offload/rounding.hpp"

/// Memory that stays where it is: locked, so that devices may read and write it while nobody looks. Swapped out or
/// moved, it would have to be copied first.
namespace sky::offload {

struct PinnedStatistics {
    uint64_t requested_bytes = 0;       ///< of the blocks that are in use
    uint64_t reserved_bytes = 0;        ///< taken from the system: these, rounding, and what lies unused
    uint64_t peak_requested_bytes = 0;  ///< the largest these were; not at the same time, perhaps
    uint64_t peak_reserved_bytes = 0;
    uint64_t unlocked_bytes = 0;  ///< of the reserved ones, those that the system would not lock
    uint64_t regions = 0;         ///< that the reserved bytes lie in
};

struct PinnedOptions {
    /// Says so when memory cannot be locked; its pages are touched instead, so that they are there.
    Log log;
    /// Pins memory, 0 or an errno: mlock when empty. With CUDA, a call of cudaHostRegister.
    std::function<int(void* data, size_t bytes)> pin;
    /// The opposite, before memory goes back to the system; munlock when both are empty.
    std::function<void(void* data, size_t bytes)> unpin;
    std::function<bool()> stop{};  ///< asked while memory is locked; when it says so, that is an error; may be empty
};

/// Safe to use from several threads.
class PinnedAllocator {
   public:
    virtual ~PinnedAllocator() = default;
    PinnedAllocator() = default;
    PinnedAllocator(const PinnedAllocator&) = delete;
    PinnedAllocator& operator=(const PinnedAllocator&) = delete;

    /// A block of exactly `bytes`, its address a multiple of `alignment`, a power of two up to a page. Its content is
    /// anything. `purpose` stands in the error.
    [[nodiscard]] virtual Result<std::span<std::byte>> allocate(const std::string& purpose, uint64_t bytes,
                                                                uint64_t alignment) = 0;
    /// Of a block that allocate() returned, whole.
    virtual void release(std::span<std::byte> block) = 0;
    [[nodiscard]] virtual PinnedStatistics statistics() const = 0;

    [[nodiscard]] Result<std::span<std::byte>> allocate(const std::string& purpose, uint64_t bytes) {
        return allocate(purpose, bytes, kPageBytes);
    }
};

/// Arenas of the exact size, rounded up to a page. `arenas` are reserved at once and live as long as the allocator;
/// blocks are cut from the first of them that has room. A block that fits none of them gets an arena of its own,
/// which goes back to the system with it. An arena costs less than a page beyond what was asked for.
[[nodiscard]] Result<std::unique_ptr<PinnedAllocator>> make_exact_allocator(std::span<const uint64_t> arenas,
                                                                            const PinnedOptions& options);

/// What the framework's allocator does: a block is a region of the next power of two, and a released one is kept for
/// the next block of its size class. Nothing goes back to the system before the end.
[[nodiscard]] std::unique_ptr<PinnedAllocator> make_power_of_two_allocator(const PinnedOptions& options);

}  // namespace sky::offload
