#pragma once

#include <memory>

#include "host/offload/train/residence.hpp"
#include "host/offload/train/workers.hpp"

namespace sky::offload {

/// Everything in memory: what the other modes have to equal. `decoder` and `workers` must outlive it.
[[nodiscard]] uint64_t in_memory_bytes(const Decoder& decoder);
[[nodiscard]] Result<std::unique_ptr<Residence>> make_in_memory_residence(const Decoder& decoder, Workers& workers);

}  // namespace sky::offload
