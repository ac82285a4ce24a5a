// What picolibc asks of a machine: a console behind stdin, stdout and stderr, and an end. Its heap lies between
// __heap_start and __heap_end of link.ld.
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "skytrack.h"

// A program's own function goes before one of these.
#define WEAK __attribute__((weak))

static int console_put(char c, FILE* file) {
    (void)file;
    sky_putc(c);
    return (unsigned char)c;
}

// There is no input: it ends at once.
static int console_get(FILE* file) {
    (void)file;
    return EOF;
}

static FILE console = FDEV_SETUP_STREAM(console_put, console_get, NULL, _FDEV_SETUP_RW);
FILE* const stdin = &console;
FILE* const stdout = &console;
FILE* const stderr = &console;

WEAK void _exit(int code) { sky_exit(code); }

// For programs that know file descriptors but no stdio.
WEAK ssize_t write(int file, const void* data, size_t bytes) {
    if (file != 1 && file != 2) {
        errno = EBADF;
        return -1;
    }
    for (size_t i = 0; i < bytes; ++i) sky_putc(((const char*)data)[i]);
    return (ssize_t)bytes;
}

WEAK ssize_t read(int file, void* data, size_t bytes) {
    (void)file;
    (void)data;
    (void)bytes;
    return 0;
}

// abort and assert end the run with 128 + signal.
WEAK pid_t getpid(void) { return 1; }

WEAK int kill(pid_t process, int number) {
    (void)process;
    sky_exit(128 + number);
}
