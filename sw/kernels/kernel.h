// What kernels share: which input and size they are built for, the numbers inputs are made of, and the verdict.
// The four builds of a kernel differ in their data only, so that what is learned on one holds for the code of the
// others: every number that PICK chooses is an INPUT, and every array has the size that the largest input needs.
//   -DINPUT_TEST  the input `test` instead of `train`
//   -DSIZE_FULL   0.2 to 5 million instructions instead of at most 20,000
// They also compile for the host, where they give the same results.
#ifndef SKY_KERNEL_H
#define SKY_KERNEL_H

#include <stdint.h>

#include "expected.h"

#if defined(SIZE_FULL) && defined(INPUT_TEST)
#define PICK(train_small, test_small, train_full, test_full) test_full
#elif defined(SIZE_FULL)
#define PICK(train_small, test_small, train_full, test_full) train_full
#elif defined(INPUT_TEST)
#define PICK(train_small, test_small, train_full, test_full) test_small
#else
#define PICK(train_small, test_small, train_full, test_full) train_small
#endif

// INPUT int n = PICK(...): what the compiler must not know while it makes the code. Read it once.
#define INPUT static const volatile

// An array of a kernel: the start code does not clear it, which would take longer than a small input.
#ifdef __riscv
#define WORKSPACE __attribute__((section(".noinit")))
#else
#define WORKSPACE
#endif

// Marsaglia's xorshift32 from a seed per input. Used only to make inputs.
INPUT uint32_t kernel_seed = PICK(0x12345678, 0x9ABCDEF1, 0x2545F491, 0x6C078965);
static uint32_t kernel_state;

static inline void kernel_begin(void) { kernel_state = kernel_seed; }

static inline uint32_t kernel_random(void) {
    uint32_t x = kernel_state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return kernel_state = x;
}

// A checksum that depends on the order of its words.
static inline uint32_t kernel_mix(uint32_t sum, uint32_t word) { return (sum << 5) - sum + word; }

#ifdef __riscv
#include "skytrack.h"
#else
#include <stdio.h>
static inline void sky_puts(const char* text) { fputs(text, stdout); }
static inline void sky_put_hex(uint32_t value) { printf("%08x", (unsigned)value); }
#endif

// The exit code: 0 when the result is the expected one. Says something only when it is not.
static inline int kernel_verdict(uint32_t result, uint32_t expected) {
    if (result == expected) return 0;
    sky_puts("result 0x");
    sky_put_hex(result);
    sky_puts(", expected 0x");
    sky_put_hex(expected);
    sky_puts("\n");
    return 1;
}

#endif
