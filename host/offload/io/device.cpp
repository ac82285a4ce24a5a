#include "host/offload/io/device.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/block_signature.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kZeroBytes = uint64_t{4} << 20;

Status system_error(const char* what, const std::string& path, int error, const std::string& remedy) {
    return Status::error(fmt::format("cannot {} '{}': {}\n{}", what, path, std::strerror(error), remedy));
}

bool is_block_device(const std::string& path) {
    struct stat about {};
    return stat(path.c_str(), &about) == 0 && S_ISBLK(about.st_mode);
}

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Whether the file systems have room for all files to be made; `bytes` is 0 for a block device.
Status check_room(std::span<const std::string> paths, std::span<const uint64_t> bytes) {
    struct Need {
        std::string folder;
        uint64_t bytes = 0;
    };
    std::map<dev_t, Need> needs;
    for (size_t i = 0; i < paths.size(); ++i) {
        if (is_block_device(paths[i])) continue;
        struct stat about {};
        const std::string folder = folder_of(paths[i]);
        if (stat(folder.c_str(), &about) != 0)
            return system_error("use the folder", folder, errno, "make it, or name another one");
        Need& need = needs[about.st_dev];
        need.folder = folder;
        need.bytes += bytes[i];
    }
    for (const auto& [device, need] : needs) {
        struct statvfs room {};
        if (statvfs(need.folder.c_str(), &room) != 0)
            return system_error("look at the file system of", need.folder, errno, "name another folder");
        const uint64_t free = uint64_t{room.f_bavail} * room.f_frsize;
        if (free < need.bytes)
            return Status::error(fmt::format(
                "the file system of '{}' is too small: the store needs {} bytes, and {} are free\nfree some "
                "space, or name another folder",
                need.folder, need.bytes, free));
    }
    return {};
}

Status check_block_device(const std::string& path, int file, uint64_t& bytes) {
    int sector = 0;
    if (ioctl(file, BLKGETSIZE64, &bytes) != 0 || ioctl(file, BLKSSZGET, &sector) != 0)
        return system_error("ask the size of", path, errno, "name another device");
    if (sector > static_cast<int>(kBlockBytes))
        return Status::error(fmt::format("'{}' has sectors of {} bytes\nname a device with sectors of {} at most",
                                         path, sector, kBlockBytes));
    return {};
}

Status check_allowed(const std::string& path, const DeviceRules& rules) {
    if (rules.allow_block_devices) return {};
    return Status::error(fmt::format(
        "'{}' is a raw block device, and a store would overwrite what is on it\nallow block devices, or name a file",
        path));
}

}  // namespace

Device::~Device() {
    if (file_ >= 0) close(file_);
    if (claim_ >= 0) close(claim_);
    if (made_) unlink(path_.c_str());
}

Status Device::sync() const {
    if (fdatasync(file_) == 0) return {};
    return system_error("flush", path_, errno, "check the device: what was written last may be lost");
}

Result<std::unique_ptr<Device>> Device::make_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_DIRECT | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return Status::error(
            fmt::format("'{}' is there already\nopen the store that is there, or remove the file", path));
    if (file < 0 && errno == EINVAL)
        return system_error("make", path, errno, "its file system has no O_DIRECT; name a folder on a disk");
    if (file < 0) return system_error("make", path, errno, "name another file");
    std::unique_ptr<Device> device(new Device(path, file));
    device->made_ = true;
    return device;
}

/// Writes zeros: blocks that were only allocated are slow the first time.
Status Device::allocate(uint64_t bytes, const std::function<bool()>& stop) const {
    if (fallocate(file_, 0, 0, static_cast<off_t>(bytes)) != 0 && errno != EOPNOTSUPP)
        return system_error("allocate", path_, errno, fmt::format("free {} bytes, or name another folder", bytes));
    const AlignedBuffer zeros(kZeroBytes);
    std::memset(zeros.data(), 0, zeros.size());
    for (uint64_t at = 0; at < bytes;) {
        if (stop && stop()) return Status::error(fmt::format("'{}' is not made: the run was stopped", path_));
        const ssize_t written = pwrite(file_, zeros.data(), std::min(kZeroBytes, bytes - at), static_cast<off_t>(at));
        if (written <= 0)
            return system_error("write zeros to", path_, written < 0 ? errno : ENOSPC,
                                fmt::format("free {} bytes, or name another folder", bytes));
        at += static_cast<uint64_t>(written) / kBlockBytes * kBlockBytes;
    }
    return {};
}

Result<std::unique_ptr<Device>> Device::open_block_device(const std::string& path, const DeviceRules& rules) {
    if (Status status = check_allowed(path, rules); !status.ok()) return status;
    const int claim = ::open(path.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC);
    if (claim < 0 && errno == EBUSY)
        return Status::error(
            fmt::format("'{}' is mounted or otherwise in use\nunmount it, or name another device", path));
    if (claim < 0) return system_error("open", path, errno, "name a device that you may read and write");
    std::unique_ptr<Device> device(new Device(path, ::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC)));
    const int error = errno;
    device->claim_ = claim;
    if (device->file_ < 0) return system_error("open", path, error, "name a device that you may read and write");
    if (Status status = check_block_device(path, device->file_, device->bytes_); !status.ok()) return status;
    return device;
}

Result<std::unique_ptr<Device>> Device::take_block_device(const std::string& path, const DeviceRules& rules) {
    Result<std::unique_ptr<Device>> device = open_block_device(path, rules);
    if (!device.ok()) return device.status();
    Result<std::string> signature = block_signature(path, device.value()->file_);
    if (!signature.ok()) return signature.status();
    if (signature.value() == kStoreSignature && rules.replace) return device;
    if (!signature.value().empty())
        return Status::error(fmt::format("'{}' carries {}\n{}", path, signature.value(),
                                         signature.value() == kStoreSignature
                                             ? "open that store, or say that it may be replaced"
                                             : "name another device, or remove that yourself (wipefs)"));
    return device;
}

Result<std::vector<std::unique_ptr<Device>>> Device::make(std::span<const std::string> paths,
                                                          std::span<const uint64_t> bytes, const DeviceRules& rules) {
    std::vector<std::unique_ptr<Device>> devices;
    for (size_t i = 0; i < paths.size(); ++i) {
        if (!is_block_device(paths[i])) continue;
        Result<std::unique_ptr<Device>> device = take_block_device(paths[i], rules);
        if (!device.ok()) return device.status();
        if (device.value()->bytes_ < bytes[i])
            return Status::error(fmt::format(
                "'{}' is too small: the store needs {} bytes of it, and it has {}\nname a larger device, or more "
                "of them",
                paths[i], bytes[i], device.value()->bytes_));
        devices.push_back(std::move(device.value()));
    }
    if (Status status = check_room(paths, bytes); !status.ok()) return status;
    std::vector<std::unique_ptr<Device>> all;
    auto taken = devices.begin();
    for (const std::string& path : paths) {
        if (taken != devices.end() && (*taken)->path() == path) {
            all.push_back(std::move(*taken++));
            continue;
        }
        Result<std::unique_ptr<Device>> file = make_file(path);
        if (!file.ok()) return file.status();
        all.push_back(std::move(file.value()));
    }
    for (size_t i = 0; i < all.size(); ++i) {
        if (!all[i]->made_) continue;
        if (Status status = all[i]->allocate(bytes[i], rules.stop); !status.ok()) return status;
        all[i]->bytes_ = bytes[i];
    }
    return all;
}

Result<std::unique_ptr<Device>> Device::open(const std::string& path, const DeviceRules& rules) {
    if (is_block_device(path)) return open_block_device(path, rules);
    const int file = ::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC);
    if (file < 0) return system_error("open", path, errno, "name the device of a store");
    std::unique_ptr<Device> device(new Device(path, file));
    struct stat about {};
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        return Status::error(
            fmt::format("'{}' is neither a file nor a block device\nname the device of a store", path));
    device->bytes_ = static_cast<uint64_t>(about.st_size);
    return device;
}

}  // namespace sky::offload
