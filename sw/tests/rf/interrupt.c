// Does a timer interrupt that comes before, in or behind a migration, at any distance, lose a register, and is it
// taken? Exit code: 0, or the number of the first check that fails.
#include "round.h"

#ifdef SIZE_FULL
enum { ROUNDS = 400 };
#else
enum { ROUNDS = 13 };  // at most 20,000 instructions
#endif

static volatile uint32_t interrupts;
static volatile uint32_t right_behind;  // those that waited for a migration's end

void sky_interrupt(uint32_t cause) {
    sky_alarm(~0ULL);
    if (cause != SKY_CAUSE_TIMER) sky_exit(90);
    ++interrupts;
    if (sky_csr_read(0x341) == (uint32_t)(uintptr_t)round_here) ++right_behind;
}

static uint32_t length;  // of a round in cycles, without an interrupt

static struct rf_entry entry;

// A round and everything around it; the alarm that many cycles behind its beginning.
static int run(uint32_t round, uint32_t distance) {
    const uint32_t mask = round & 4 ? ~0U : 0x5A5A7FFE;
    if (mask != entry.mask) {
        entry.pc = (uint32_t)(uintptr_t)round_here;
        entry.mask = mask;
        if (rf_load_table(&entry, 1) != 1) return 2;
    }
    sky_csr_write(CSR_RFENTRY, 0);
    sky_csr_write(CSR_RFENTRY_MODE, ~round & 1);
    round_prepare(round);
    sky_csr_set(0x304, SKY_MIE_TIMER);
    rf_enable();
    if (round & 2) sky_csr_write(0x305, (uint32_t)(uintptr_t)rf_trap_direct);
    const uint32_t before = interrupts;
    const uint64_t start = sky_time();
    sky_alarm(distance ? start + distance : ~0ULL);
    round_run();
    const uint32_t took = (uint32_t)(sky_time() - start);
    if (distance == 0) {
        if (took > length) length = took;
    } else {
        // One that is late comes all the same.
        for (uint32_t i = 0; interrupts == before; ++i) {
            if (i == 100000) return 3;
        }
        if (interrupts != before + 1) return 4;
    }
    rf_disable();
    if (round_wrong(round, mask, page(ROUND_RESULT))) return 5;
    if (*page(RF_STAGE) != 0 || *page(RF_CALM) == 0) return 6;
    return 0;
}

int main(void) {
    int failed = run(0, 0);
    if (!failed) failed = run(1, 0);
    *page(RF_MODE) = 99;
    for (uint32_t round = 2; !failed && round < ROUNDS; ++round) failed = run(round, 1 + length * round / ROUNDS);
    if (failed) return failed;
    // Some interrupts have to have met a migration, if there were any.
    if (*page(RF_MODE) != 99 && right_behind == 0) return 7;
    return 0;
}
