#include "host/offload/io/block_signature.hpp"

#include <blkid/blkid.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/location_table.hpp"

namespace sky::offload {

namespace {

struct FreeProbe {
    void operator()(blkid_struct_probe* probe) const { blkid_free_probe(probe); }
};

std::string value_of(blkid_probe probe, const char* name) {
    const char* value = nullptr;
    return blkid_probe_lookup_value(probe, name, &value, nullptr) == 0 && value != nullptr ? value : "";
}

}  // namespace

Result<std::string> block_signature(const std::string& path, int file) {
    const AlignedBuffer block(kBlockBytes);
    const ssize_t bytes = pread(file, block.data(), block.size(), 0);
    if (bytes != static_cast<ssize_t>(block.size()))
        return Status::error(fmt::format("cannot read the first block of '{}': {}\nname another device", path,
                                         bytes < 0 ? std::strerror(errno) : "it has none"));
    if (Superblock::is_one(block.span())) return std::string(kStoreSignature);

    // blkid reads in pieces of any size, which O_DIRECT refuses.
    const std::unique_ptr<blkid_struct_probe, FreeProbe> probe(blkid_new_probe_from_filename(path.c_str()));
    const Status unknown = Status::error(
        fmt::format("cannot tell what is on '{}'\nname another device, or clear it yourself (wipefs)", path));
    if (!probe) return unknown;
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_enable_partitions(probe.get(), 1);
    const int found = blkid_do_safeprobe(probe.get());
    if (found == 1) return std::string();
    if (found != 0) return unknown;  // -2: several at once
    if (const std::string type = value_of(probe.get(), "PTTYPE"); !type.empty())
        return fmt::format("a partition table ({})", type);
    return fmt::format("a file system or a part of one ({})", value_of(probe.get(), "TYPE"));
}

}  // namespace sky::offload
