#include "tests/crash/host_calls.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace sky::test {

namespace {

uint64_t calls = 0;
uint64_t fatal_call = 0;
uint32_t part_written = 0;

/// Whether the call that begins is the last one.
bool is_fatal() { return ++calls == fatal_call; }

void die() {
    (void)raise(SIGKILL);
    for (;;) pause();
}

/// Of a fatal write, how many of its bytes are written.
size_t cut(size_t bytes) { return bytes * part_written / 256; }

}  // namespace

void kill_at_call(uint64_t call, uint32_t part) {
    calls = 0;
    fatal_call = call;
    part_written = part;
}

uint64_t calls_made() { return calls; }

}  // namespace sky::test

// In the place of the C library's: what this program calls is looked up here first.
extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
    const bool fatal = fd > STDERR_FILENO && sky::test::is_fatal();
    const ssize_t done = syscall(SYS_write, fd, bytes, fatal ? sky::test::cut(size) : size);
    if (fatal) sky::test::die();
    return done;
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    const bool fatal = sky::test::is_fatal();
    const ssize_t done = syscall(SYS_pwrite64, fd, bytes, fatal ? sky::test::cut(size) : size, offset);
    if (fatal) sky::test::die();
    return done;
}

int rename(const char* from, const char* to) noexcept {
    if (sky::test::is_fatal()) sky::test::die();
    return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int ftruncate(int fd, off_t size) noexcept {
    if (sky::test::is_fatal()) sky::test::die();
    return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}

int unlink(const char* path) noexcept {
    if (sky::test::is_fatal()) sky::test::die();
    return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int fsync(int fd) {
    if (sky::test::is_fatal()) sky::test::die();
    return static_cast<int>(syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
    if (sky::test::is_fatal()) sky::test::die();
    return static_cast<int>(syscall(SYS_fdatasync, fd));
}
}
