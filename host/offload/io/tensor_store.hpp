#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/rounding.hpp"

/// Tensors on storage. Their sizes are known when a store is made; what they hold moves between storage and buffers
/// of the caller, past the page cache.
namespace sky::offload {

/// What O_DIRECT moves: buffers, offsets and lengths are multiples of it. An LBA below counts such blocks.
inline constexpr uint64_t kBlockBytes = kPageBytes;

/// The bytes that a buffer for this many must have.
[[nodiscard]] constexpr uint64_t padded(uint64_t bytes) { return round_up(bytes, kBlockBytes); }

struct TensorSpec {
    std::string name;
    uint64_t bytes = 0;  ///< above 0
};

struct StoreStatistics {
    uint64_t read_bytes = 0;     ///< moved without an error
    uint64_t written_bytes = 0;  ///< the same
    uint64_t requests = 0;       ///< given to the kernel
    uint64_t resubmitted = 0;    ///< of these, for the rest of a short transfer or because the kernel asked to
    uint64_t late = 0;           ///< completions that took longer than they may; named in the log
    uint64_t failed = 0;         ///< pieces that ended in an error
    uint64_t opened = 0;         ///< files, so far
};

/// Safe to use from several threads. Every range below begins at a multiple of unit_bytes() and ends at one or at the
/// tensor's end; its buffer has padded(length) bytes and is aligned to a block. What lies in the buffer behind the
/// tensor's last byte moves along. Ranges of which one is written must not overlap while they move.
class TensorStore {
   public:
    virtual ~TensorStore() = default;
    TensorStore() = default;
    TensorStore(const TensorStore&) = delete;
    TensorStore& operator=(const TensorStore&) = delete;

    [[nodiscard]] virtual const std::vector<TensorSpec>& tensors() const = 0;
    [[nodiscard]] virtual uint64_t unit_bytes() const = 0;

    /// Begins a transfer and returns; the buffer must stay until the future has its value. An error names the tensor,
    /// the device and the place. `tensor` is an index of tensors().
    [[nodiscard]] virtual std::future<Status> start_read(size_t tensor, uint64_t offset, std::span<std::byte> to) = 0;
    [[nodiscard]] virtual std::future<Status> start_write(size_t tensor, uint64_t offset,
                                                          std::span<const std::byte> from) = 0;
    /// Everything written, and what the store knows of it, outlives a loss of power. Nothing may be under way.
    [[nodiscard]] virtual Status flush() = 0;
    [[nodiscard]] virtual StoreStatistics statistics() const = 0;

    /// The same of a whole tensor, at once.
    [[nodiscard]] Status read(size_t tensor, std::span<std::byte> to) { return start_read(tensor, 0, to).get(); }
    [[nodiscard]] Status write(size_t tensor, std::span<const std::byte> from) {
        return start_write(tensor, 0, from).get();
    }
};

}  // namespace sky::offload
