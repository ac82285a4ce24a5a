#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/memory/session.hpp"
#include "sysc/model/byte_access.hpp"

namespace sky::memory {

/// Byte-addressed load and store above a session, little endian, in either mapping: see model::AddressMap for where
/// a byte lies and model::ByteAccess for the requests a load or a store takes.
class ByteMemory {
   public:
    /// `alg` is used by every store.
    ByteMemory(MemorySession& session, WriteAlg alg) : session_(&session), alg_(alg) {}

    [[nodiscard]] uint64_t capacity_bytes() const;

    /// Fails when the range ends past the capacity, before anything is read or changed; also when the memory
    /// refuses a request, such as a write algorithm it does not have.
    Status load(uint64_t address, std::span<std::byte> bytes);
    Status store(uint64_t address, std::span<const std::byte> bytes);

    /// WRITEs that needed a READ first, because they covered a segment in part.
    [[nodiscard]] uint64_t read_modify_writes() const { return read_modify_writes_; }

   private:
    [[nodiscard]] Status check(uint64_t address, uint64_t bytes) const;
    [[nodiscard]] model::Execute execute();

    MemorySession* session_;
    WriteAlg alg_;
    uint64_t read_modify_writes_ = 0;
};

}  // namespace sky::memory
