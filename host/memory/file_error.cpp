#include "host/memory/file_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "host/memory/printable.hpp"

namespace sky::memory {

Status file_error(const std::string& path, const char* what, int error) {
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return Status::error(fmt::format(
        "cannot {} '{}': {}\n{}", what, printable_name(path), std::strerror(error),
        full ? "free some space, or name a file on another disk" : "name a file in a folder that can be written to"));
}

}  // namespace sky::memory
