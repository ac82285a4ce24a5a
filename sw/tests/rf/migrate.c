// Are all registers what they were after a switch of the register file, there and back, by interrupt and by call?
// Exit code: 0, or the number of the first check that fails.
#include "round.h"

#ifdef SIZE_FULL
enum { ROUNDS = 400 };
#else
enum { ROUNDS = 8 };  // at most 20,000 instructions
#endif

static uint32_t seen[4];  // of a switch by call, in mode order

// Values that live across it in registers a call preserves.
static __attribute__((noinline)) uint32_t call_switch(uint32_t mode, uint32_t a, uint32_t b, uint32_t c) {
    const uint32_t d = a ^ b << 3;
    const uint32_t e = b + c * 7;
    const uint32_t f = c - a;
    seen[mode] = rf_set_mode(mode);
    return (a * 3 + b) ^ (c + d) ^ (e - f);
}

static uint32_t called(uint32_t a, uint32_t b, uint32_t c) {
    return (a * 3 + b) ^ (c + (a ^ b << 3)) ^ (b + c * 7 - (c - a));
}

int main(void) {
    // Which modes can it be in? (Those of one mode run through the handler all the same.)
    for (uint32_t i = 0; i < 6; ++i) {
        if (call_switch(~i & 1, i * 0x01234567, ~i, i << 20) != called(i * 0x01234567, ~i, i << 20)) return 1;
    }
    const int switches = seen[0] == SKY_HORIZONTAL && seen[1] == SKY_VERTICAL;

    struct rf_entry entry = {(uint32_t)(uintptr_t)round_here, 0, 0};
    for (uint32_t round = 0; round < ROUNDS; ++round) {
        // All live; then the masks of a walk through them, with x0 and x5 named or not.
        const uint32_t mask = round < 4 ? ~0U : round_value(round, 40);
        entry.mode = ~round & 1;
        entry.mask = mask;
        if (rf_load_table(&entry, 1) != 1) return 2;
        if (round & 2) {
            // Loaded by hand: the handler goes by the mask itself.
            sky_csr_write(CSR_RFENTRY, 0);
            sky_csr_write(CSR_RFENTRY_MASK, mask & ~1U);
        }
        round_prepare(round);
        rf_enable();
        if (round & 4) sky_csr_write(0x305, (uint32_t)(uintptr_t)rf_trap_direct);  // mtvec
        round_run();
        if (switches && sky_csr_read(CSR_RFCTL) != 1) return 7;
        rf_disable();
        if (*page(ROUND_LOADED) || *page(ROUND_STORED)) return 3;
        if (switches && rf_mode() != entry.mode) return 4;
        if (round_wrong(round, mask, page(ROUND_RESULT))) return 5;
        if (*page(RF_STAGE) != 0 || *page(RF_CALM) == 0) return 6;
    }
    return 0;
}
