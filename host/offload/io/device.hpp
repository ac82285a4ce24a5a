#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::offload {

struct DeviceRules {
    bool allow_block_devices = false;
    bool replace = false;        ///< an older store on a block device may be overwritten
    std::function<bool()> stop;  ///< asked while zeros are written; may be empty
};

/// A file that stands for a device, or a raw block device, opened with O_DIRECT.
class Device {
   public:
    /// For new stores: makes a file of this size at each path that is none, every block of it allocated and zero;
    /// takes a block device when the rules allow it, it is large enough, and nothing is on it. Nothing is written
    /// before all of them are found to do. A file is removed again unless keep() is called.
    static Result<std::vector<std::unique_ptr<Device>>> make(std::span<const std::string> paths,
                                                             std::span<const uint64_t> bytes,
                                                             const DeviceRules& rules);
    /// Of a store that is there.
    static Result<std::unique_ptr<Device>> open(const std::string& path, const DeviceRules& rules);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int file() const { return file_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    void keep() { made_ = false; }
    /// What was written outlives a loss of power.
    [[nodiscard]] Status sync() const;

   private:
    Device(std::string path, int file) : path_(std::move(path)), file_(file) {}

    static Result<std::unique_ptr<Device>> make_file(const std::string& path);
    static Result<std::unique_ptr<Device>> open_block_device(const std::string& path, const DeviceRules& rules);
    static Result<std::unique_ptr<Device>> take_block_device(const std::string& path, const DeviceRules& rules);
    Status allocate(uint64_t bytes, const std::function<bool()>& stop) const;

    std::string path_;
    int file_;
    int claim_ =
        -1;  // keeps a block device to this store; not file_, which a ring gives back later than it is closed
    uint64_t bytes_ = 0;
    bool made_ = false;
};

}  // namespace sky::offload
