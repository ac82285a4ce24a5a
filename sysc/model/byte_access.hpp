#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sysc/model/address_map.hpp"
#include "sysc/model/command.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pin_driver.hpp"

namespace sky::model {

/// One byte access as the requests it takes, one after the other, little endian, in either mapping: one READ per
/// row and site, or one WRITE after a READ of the segments it changes in part (read-modify-write). The range must
/// be in_range(), and the buffers outlive the access. Stops at the first request that is refused.
///
/// Byte enables, repeated over the access: byte i takes part when enables[i % size] is not 0; none means all do.
/// A byte that takes no part is neither changed in the memory nor in the buffer, and a segment without one that
/// does is not touched.
class ByteAccess {
   public:
    [[nodiscard]] static ByteAccess load(const Geometry& geometry, uint64_t address, std::span<std::byte> bytes,
                                         std::span<const uint8_t> enables = {});
    [[nodiscard]] static ByteAccess store(const Geometry& geometry, WriteAlg alg, uint64_t address,
                                          std::span<const std::byte> bytes, std::span<const uint8_t> enables = {});

    /// The request to run now; nullptr when the access is over.
    [[nodiscard]] const Command* request() const { return over_ ? nullptr : &command_; }
    /// Its data beats.
    [[nodiscard]] std::span<const uint64_t> data() const { return data_; }
    /// Whether no request follows this one, as far as can be told without looking at the byte enables to come.
    [[nodiscard]] bool last() const { return !modifies_ && part_.offset + part_.bytes == bytes_; }
    /// What it answered.
    void finish(const Finished& finished);

    [[nodiscard]] RspStatus status() const { return status_; }
    /// WRITEs that needed a READ first, so far.
    [[nodiscard]] uint64_t read_modify_writes() const { return read_modify_writes_; }

   private:
    ByteAccess(const Geometry& geometry, WriteAlg alg, uint64_t address, std::byte* to, const std::byte* from,
               uint64_t bytes, std::span<const uint8_t> enables);

    void begin_part(uint64_t offset);
    void begin_write();
    void apply_enables();
    void unpack(uint64_t seg_mask, std::span<const uint64_t> words);
    void copy_enabled(std::byte* to, const std::byte* from) const;
    [[nodiscard]] bool enabled(uint64_t offset) const {
        return enables_.empty() || enables_[offset % enables_.size()] != 0;
    }

    AddressMap map_;
    WriteAlg alg_;
    uint64_t address_;
    std::byte* to_;          // of a load
    const std::byte* from_;  // of a store
    uint64_t bytes_;
    std::span<const uint8_t> enables_;

    bool over_ = false;
    bool modifies_ = false;  // the request is the READ before a WRITE
    RspStatus status_ = RspStatus::kOk;
    uint64_t read_modify_writes_ = 0;
    TrackAccess part_;
    Command command_;
    std::vector<uint64_t> data_;
    std::vector<std::byte> buffer_;  // from the first segment of the part to its last
};

/// Runs one request to its end. The result is valid until the next call.
using Execute = std::function<const Finished&(const Command&, std::span<const uint64_t>)>;

/// A ByteAccess from its first request to its last. Returns the status of the first that was refused.
[[nodiscard]] RspStatus load_bytes(const Geometry& geometry, const Execute& execute, uint64_t address,
                                   std::span<std::byte> bytes, std::span<const uint8_t> enables = {});
/// Adds the writes that needed a read-modify-write to `read_modify_writes`.
[[nodiscard]] RspStatus store_bytes(const Geometry& geometry, const Execute& execute, WriteAlg alg, uint64_t address,
                                    std::span<const std::byte> bytes, uint64_t& read_modify_writes,
                                    std::span<const uint8_t> enables = {});

}  // namespace sky::model
