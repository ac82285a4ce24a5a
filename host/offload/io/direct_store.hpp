#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/io_queue.hpp"
#include "host/offload/io/location_table.hpp"
#include "host/offload/io/tensor_store.hpp"
#include "host/offload/log.hpp"

namespace sky::offload {

struct DirectOptions {
    std::vector<std::string> devices;  ///< files, or raw block devices
    std::string run_id;                ///< open() refuses a store of another run; empty: any
    uint64_t stripe_bytes = uint64_t{256} << 10;
    bool allow_block_devices = false;
    bool replace = false;        ///< make() may overwrite a store on a block device
    bool checksums = true;       ///< off: torn, stale and damaged stripes are read as they are
    std::function<bool()> stop;  ///< asked while make() writes zeros; when it says so that is an error; may be empty
    IoOptions io;
};

/// Tensors straight on devices: no file system is asked where they lie. A location table says that, made once; a
/// tensor is cut into stripes that go round the devices. Every completion is checked, every stripe has a checksum and
/// every tensor a generation, so that a stripe which is not what was written last is an error, never a number. What
/// is written is known to a later open() from flush() on; a stripe written after the last one is refused then.
class DirectStore : public TensorStore {
   public:
    /// Makes the devices and the tables on them. Nothing is written when one of the devices does not do.
    [[nodiscard]] static Result<std::unique_ptr<DirectStore>> make(std::span<const TensorSpec> tensors,
                                                                   const DirectOptions& options);
    /// The devices in the order in which they were given to make(). stripe_bytes comes from the store.
    [[nodiscard]] static Result<std::unique_ptr<DirectStore>> open(const DirectOptions& options);

    [[nodiscard]] virtual const Uuid& uuid() const = 0;
    [[nodiscard]] virtual uint64_t generation(size_t tensor) const = 0;
};

}  // namespace sky::offload
