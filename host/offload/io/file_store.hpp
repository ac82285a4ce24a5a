#pragma once

#include <memory>
#include <span>
#include <string>

#include "host/offload/io/direct_store.hpp"

namespace sky::offload {

struct FileStoreOptions {
    std::string folder;  ///< made when it is not there
    uint64_t request_bytes = uint64_t{256} << 10;
    IoOptions io;
};

/// What ZeRO-Infinity does: every tensor is a file, named after it, opened and closed for every operation; the file
/// system says where it lies. O_DIRECT, depth and queue are as good as those of the direct store. No checksums: what
/// the files hold is what is read. A tensor that was never written has no file.
[[nodiscard]] Result<std::unique_ptr<TensorStore>> open_file_store(std::span<const TensorSpec> tensors,
                                                                   const FileStoreOptions& options);

/// Of a tensor's file in the folder: a name may hold what a file's must not.
[[nodiscard]] std::string tensor_file_name(std::string tensor);

}  // namespace sky::offload
