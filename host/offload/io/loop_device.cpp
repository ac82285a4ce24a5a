#include "host/offload/io/loop_device.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "host/offload/io/tensor_store.hpp"

namespace sky::offload {

namespace {

constexpr int kTries = 20;  // someone else may take the free one first

Status refused(const char* what, int error) {
    return Status::error(fmt::format("no loop device: cannot {}: {}\nthat takes root and a kernel with loop devices",
                                     what, std::strerror(error)));
}

/// A file without a name.
int make_file(const std::string& folder, uint64_t bytes) {
    std::string name = folder + "/skytrack-loop.XXXXXX";
    const int file = mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return -1;
    unlink(name.c_str());
    const int error = posix_fallocate(file, 0, static_cast<off_t>(bytes));
    if (error == 0) return file;
    close(file);
    errno = error;
    return -1;
}

}  // namespace

Result<std::unique_ptr<LoopDevice>> LoopDevice::make(const std::string& folder, uint64_t bytes) {
    const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0) return refused("open /dev/loop-control", errno);
    const int backing = make_file(folder, bytes);
    if (backing < 0) {
        const int error = errno;
        close(control);
        return Status::error(fmt::format("cannot make a file of {} bytes in '{}': {}\nname another folder", bytes,
                                         folder, std::strerror(error)));
    }
    loop_config config{};
    config.fd = static_cast<uint32_t>(backing);
    config.block_size = kBlockBytes;
    config.info.lo_flags = LO_FLAGS_DIRECT_IO | LO_FLAGS_AUTOCLEAR;
    Status status = refused("find a free one", ENODEV);
    std::unique_ptr<LoopDevice> device;
    for (int i = 0; i < kTries && !device; ++i) {
        const int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0) {
            status = refused("find a free one", errno);
            break;
        }
        const std::string path = fmt::format("/dev/loop{}", number);
        const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (file >= 0 && ioctl(file, LOOP_CONFIGURE, &config) == 0) {
            device.reset(new LoopDevice(path, file));
            break;
        }
        status = refused("set one up", errno);
        if (file >= 0) close(file);
    }
    close(backing);
    close(control);
    if (!device) return status;
    return device;
}

LoopDevice::~LoopDevice() { close(file_); }

}  // namespace sky::offload
