// Behind recover.S: shows what was found, and goes on where a migration was cut off.
#include "rf_internal.h"
#include "rf_save.h"

// All live registers are in their slots, stage 2.
void rf_show_recovered(void) {
    struct rf_image image;
    for (uint32_t r = 0; r < 32; ++r) image.x[r] = *rf_word(RF_SLOT(r));
    image.mask = rf_live_mask(*rf_word(RF_MASK));
    image.found = *rf_word(RF_FOUND);
    image.mode = *rf_word(RF_MODE);
    rf_recovered(&image);
}

void rf_resume(const struct rf_image* image) {
    sky_csr_clear(0x300, SKY_MSTATUS_MIE);
    // Another reset in here finds the old image or, if the program has changed it, a mixture.
    for (uint32_t r = 0; r < 32; ++r) *rf_word(RF_SLOT(r)) = image->x[r];
    *rf_word(RF_MODE) = image->mode;
    *rf_word(RF_MASK) = image->mask & ~1U;
    *rf_word(RF_FOUND) = RF_FOUND_UNDER_WAY;
    rf_reload();
    rf_turn_on();
    sky_csr_write(0x341, image->x[0]);  // mepc
    sky_csr_set(0x300, 0x80);           // mstatus.MPIE: interrupts are on behind mret
    __asm__ volatile("j rf_restore");
    __builtin_unreachable();
}
