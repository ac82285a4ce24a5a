#include "host/offload/io/scratch_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace sky::offload {

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make(const std::string& parent, uint64_t bytes) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(parent, error);
    if (!error && space.available < bytes)
        return Status::error(
            fmt::format("'{}' has {} bytes free, and the measurement writes {}\n"
                        "measure less, or name a folder on a larger disk",
                        parent, space.available, bytes));
    std::string name = parent + "/skytrack-bench.XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
        return Status::error(
            fmt::format("cannot make a folder in '{}': {}\nname another one", parent, std::strerror(errno)));
    return std::unique_ptr<ScratchFolder>(new ScratchFolder(name));
}

ScratchFolder::~ScratchFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

}  // namespace sky::offload
