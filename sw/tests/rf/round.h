// One migration with a known value in each of the 31 registers. Shared by the tests of sw/rf.
#ifndef SKY_RF_ROUND_H
#define SKY_RF_ROUND_H

#include "rf_save.h"

#define ROUND_PATTERN RF_FREE         // 32 words to load, in the save page
#define ROUND_RESULT (RF_FREE + 128)  // and those found behind the migration
#define ROUND_SP (RF_FREE + 256)
#define ROUND_LOADED (RF_FREE + 260)  // 0: the registers hold the pattern
#define ROUND_STORED (RF_FREE + 264)  // 0: the results are complete
#define ROUND_NUMBER (RF_FREE + 268)
#define ROUND_MASK (RF_FREE + 272)

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "skytrack.h"

// Loads the pattern into x1 to x31, stands at round_here, stores x1 to x31.
void round_run(void);
extern const char round_here[];
// The same with a hint there.
void round_horizontal(void);
void round_vertical(void);
extern const char round_at_horizontal[];
extern const char round_at_vertical[];

static inline volatile uint32_t* page(uint32_t offset) {
    return (volatile uint32_t*)(uintptr_t)(SKY_SAVE_PAGE + offset);
}

// No two registers alike, no two bits of a value alike in all rounds.
static inline uint32_t round_value(uint32_t round, uint32_t r) {
    uint32_t x = (round * 32 + r + 1) * 0x9E3779B1U;
    x ^= x >> 15;
    x *= 0x85EBCA77U;
    return x ^ x >> 13;
}

static inline void round_prepare(uint32_t round) {
    *page(ROUND_LOADED) = 1;
    *page(ROUND_STORED) = 1;
    *page(ROUND_NUMBER) = round;
    for (uint32_t r = 1; r < 32; ++r) {
        *page(ROUND_PATTERN + 4 * r) = round_value(round, r);
        *page(ROUND_RESULT + 4 * r) = ~round_value(round, r);
    }
}

// How many of the registers in `mask` hold something else.
static inline uint32_t round_wrong(uint32_t round, uint32_t mask, const volatile uint32_t* values) {
    uint32_t wrong = 0;
    for (uint32_t r = 1; r < 32; ++r) {
        if ((mask >> r & 1) && values[r] != round_value(round, r)) ++wrong;
    }
    return wrong;
}
#endif

#endif
