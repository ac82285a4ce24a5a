#include "host/memory/byte_memory.hpp"

#include <fmt/format.h>

#include "sysc/model/address_map.hpp"

namespace sky::memory {

namespace {

/// The memory took the request, or why not.
Status refused(RspStatus status, const char* what, uint64_t address) {
    if (status == RspStatus::kOk) return {};
    return Status::error(
        fmt::format("{} at address {:#x}: the memory refused it, {}; use a write algorithm and a "
                    "shape it has",
                    what, address, model::to_string(status)));
}

}  // namespace

uint64_t ByteMemory::capacity_bytes() const { return model::capacity_bytes(session_->geometry()); }

Status ByteMemory::check(uint64_t address, uint64_t bytes) const {
    if (!model::AddressMap::fits(session_->geometry()))
        return Status::error(
            fmt::format("byte addresses need words of whole bytes; sites_per_segment is {}: choose a multiple of 8",
                        session_->geometry().sites_per_segment));
    if (!model::in_range(session_->geometry(), address, bytes))
        return Status::error(
            fmt::format("address {:#x} with {} bytes is past the end of the memory ({:#x} bytes): use a smaller "
                        "address or more tracks",
                        address, bytes, capacity_bytes()));
    return {};
}

model::Execute ByteMemory::execute() {
    return [this](const Command& command, std::span<const uint64_t> data) -> const Finished& {
        return session_->execute(command, data);
    };
}

Status ByteMemory::load(uint64_t address, std::span<std::byte> bytes) {
    if (Status status = check(address, bytes.size()); !status.ok()) return status;
    return refused(model::load_bytes(session_->geometry(), execute(), address, bytes), "load", address);
}

Status ByteMemory::store(uint64_t address, std::span<const std::byte> bytes) {
    if (Status status = check(address, bytes.size()); !status.ok()) return status;
    return refused(model::store_bytes(session_->geometry(), execute(), alg_, address, bytes, read_modify_writes_),
                   "store", address);
}

}  // namespace sky::memory
