#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/memory/status.hpp"

namespace sky::offload {

/// A block device of 4096-byte sectors made of a file, with O_DIRECT all the way down: a disk for tests and
/// measurements. The kernel removes it with the last one who has it open, and its file has no name any more: nothing
/// stays behind, whatever happens to the program.
class LoopDevice {
   public:
    /// The file of `bytes` is made in `folder`. An error where there are no loop devices, or no rights to make one.
    static Result<std::unique_ptr<LoopDevice>> make(const std::string& folder, uint64_t bytes);
    ~LoopDevice();
    LoopDevice(const LoopDevice&) = delete;
    LoopDevice& operator=(const LoopDevice&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    LoopDevice(std::string path, int file) : path_(std::move(path)), file_(file) {}

    std::string path_;
    int file_;
};

}  // namespace sky::offload
