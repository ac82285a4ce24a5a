// What the files of sw/rf know of each other.
#ifndef SKY_RF_INTERNAL_H
#define SKY_RF_INTERNAL_H

#include <stdint.h>

#include "skytrack.h"

static inline volatile uint32_t* rf_word(uint32_t offset) {
    return (volatile uint32_t*)(uintptr_t)(SKY_SAVE_PAGE + offset);
}

// The registers that a word RF_MASK of the save page stands for.
uint32_t rf_live_mask(uint32_t mask);
// rftable, rflength and the match unit again, as before a reset.
void rf_reload(void);
// Trap vector, interrupt and match unit on; the interrupts as a whole stay as they are.
void rf_turn_on(void);

#endif
