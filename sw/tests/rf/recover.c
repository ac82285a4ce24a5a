// Is each live register found after a reset with RAM kept, whenever in a migration it comes? The testbench resets at
// any cycle it likes; exit code 0 says that the values were right, here and in all rounds that follow where the
// program goes on. Lines on the console tell what was found:
//   recovered: not begun                     a start from the beginning follows
//   recovered: whole | scratch | under way   before or behind a migration; its first and last instructions; in it
//   recovered: done                          the values had been stored already
#include "round.h"

enum { ROUNDS = 4 };

static struct rf_entry entry;  // in RAM: what a resumed program relies on

static uint32_t mask_of(uint32_t round) { return round < 2 ? ~1U : 0x0F3355AA; }

void rf_recovered(const struct rf_image* image) {
    static const char* const found[] = {"whole", "scratch", "under way"};
    const uint32_t round = *page(ROUND_NUMBER);
    const uint32_t mask = mask_of(round);
    sky_puts("recovered: ");
    if (*page(ROUND_LOADED)) {
        sky_puts("not begun\n");
        return;  // starts again
    }
    if (!*page(ROUND_STORED)) {
        sky_puts("done\n");
        sky_exit(round_wrong(round, mask, page(ROUND_RESULT)) ? 10 : 0);
    }
    sky_puts(image->found <= RF_UNDER_WAY ? found[image->found] : "nonsense");
    sky_puts("\n");
    if ((image->mask & mask) != mask) sky_exit(11);
    if (round_wrong(round, mask, image->x)) sky_exit(12);
    if (image->found != RF_UNDER_WAY) sky_exit(0);
    if (image->x[0] != (uint32_t)(uintptr_t)round_here) sky_exit(13);
    rf_resume(image);
}

int main(void) {
    for (uint32_t round = 0; round < ROUNDS; ++round) {
        entry.pc = (uint32_t)(uintptr_t)round_here;
        entry.mode = ~round & 1;
        entry.mask = mask_of(round);
        round_prepare(round);
        if (rf_load_table(&entry, 1) != 1) return 2;
        if (round & 1) {
            sky_csr_write(CSR_RFENTRY, 0);
            sky_csr_write(CSR_RFENTRY_MASK, entry.mask);
        }
        rf_enable();
        round_run();
        rf_disable();
        if (round_wrong(round, entry.mask, page(ROUND_RESULT))) return 3;
    }
    return 0;
}
