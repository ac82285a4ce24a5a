// Do hints bring the file into the mode that they name, with every register as it was, whatever interrupt comes in
// the middle, and do they do nothing when nobody follows them? Exit code: 0, or the number of the first check that
// fails.
#include "round.h"

enum { ROUNDS = 10 };  // at most 20,000 instructions

static volatile uint32_t interrupts;
static volatile uint32_t right_behind;  // those that waited for a migration's end

void sky_interrupt(uint32_t cause) {
    sky_alarm(~0ULL);
    if (cause != SKY_CAUSE_TIMER) sky_exit(90);
    ++interrupts;
    const uint32_t at = sky_csr_read(0x341);
    if (at == (uint32_t)(uintptr_t)round_at_horizontal || at == (uint32_t)(uintptr_t)round_at_vertical)
        ++right_behind;
}

static uint32_t length;  // of a round in cycles, without an interrupt

static int run(uint32_t round, uint32_t distance, int switches) {
    const uint32_t mode = ~round & 1;
    round_prepare(round);
    sky_csr_set(0x304, SKY_MIE_TIMER);
    rf_enable();
    if (round & 2) sky_csr_write(0x305, (uint32_t)(uintptr_t)rf_trap_direct);
    const uint32_t before = interrupts;
    const uint64_t start = sky_time();
    sky_alarm(distance ? start + distance : ~0ULL);
    if (mode == SKY_VERTICAL) {
        round_vertical();
    } else {
        round_horizontal();
    }
    const uint32_t took = (uint32_t)(sky_time() - start);
    if (distance == 0) {
        if (took > length) length = took;
    } else {
        for (uint32_t i = 0; interrupts == before; ++i) {
            if (i == 100000) return 3;
        }
        if (interrupts != before + 1) return 4;
    }
    rf_disable();
    if (switches && rf_mode() != mode) return 5;
    return round_wrong(round, ~0U, page(ROUND_RESULT)) ? 6 : 0;
}

// Nobody follows them: not one register, and not the mode.
static int ignored(uint32_t round) {
    const uint32_t mode = rf_mode();
    round_prepare(round);
    rf_recommend(SKY_HORIZONTAL);
    round_horizontal();
    rf_recommend(SKY_VERTICAL);
    if (round_wrong(round, ~0U, page(ROUND_RESULT))) return 1;
    round_prepare(round + 1);
    round_vertical();
    return rf_mode() != mode || round_wrong(round + 1, ~0U, page(ROUND_RESULT));
}

int main(void) {
    const uint32_t other = rf_set_mode(SKY_VERTICAL);
    const int switches = rf_set_mode(SKY_HORIZONTAL) != other;
    if (ignored(100)) return 1;
    int failed = run(0, 0, switches);
    if (!failed) failed = run(1, 0, switches);
    *page(RF_MODE) = 99;
    for (uint32_t round = 2; !failed && round < ROUNDS; ++round)
        failed = run(round, 1 + length * round / ROUNDS, switches);
    if (failed) return failed;
    if (ignored(200)) return 2;
    // Some interrupts have to have met a migration, if there were any.
    return *page(RF_MODE) != 99 && right_behind == 0 ? 7 : 0;
}
