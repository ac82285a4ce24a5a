// Does the match unit hold what a table says, of a long one the window asked for, of one out of order nothing?
// Exit code: 0, or the number of the first check that fails.
#include "rf_save.h"
#include "skytrack.h"

enum { LONG = 24 };

static struct rf_entry table[LONG];

static int holds(uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < SKY_MATCH_ENTRIES; ++i) {
        sky_csr_write(CSR_RFENTRY, i);
        if (sky_csr_read(CSR_RFENTRY_PC) != (i < count ? table[first + i].pc : 0)) return 0;
        if (i < count && sky_csr_read(CSR_RFENTRY_MODE) != table[first + i].mode) return 0;
    }
    return 1;
}

int main(void) {
    for (uint32_t i = 0; i < LONG; ++i) {
        table[i].pc = 0x80700000 + 6 * i;
        table[i].mode = i * 5 >> 2 & 1;
        table[i].mask = 0x80U << (i & 15);  // short code
    }
    if (rf_load_table(table, 3) != 3 || !holds(0, 3)) return 1;
    if (rf_load_table(table, 16) != 16 || !holds(0, 16)) return 2;
    if (rf_load_table(table, LONG) != 16 || !holds(0, 16)) return 3;
    if (sky_csr_read(CSR_RFTABLE) != (uint32_t)(uintptr_t)table || sky_csr_read(CSR_RFLENGTH) != LONG) return 4;
    if (rf_load_window(7) != 16 || !holds(7, 16)) return 5;
    if (rf_load_window(20) != 4 || !holds(20, 4)) return 6;
    if (rf_load_window(LONG) != 0 || !holds(0, 0)) return 7;
    table[9].pc = table[8].pc;
    if (rf_load_table(table, LONG) != -1 || !holds(0, 0)) return 8;
    if (sky_csr_read(CSR_RFCTL) != 0) return 9;
    return 0;
}
