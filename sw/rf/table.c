// Recommendations into the match unit, with code for their masks; what the program turns on and off.
#include <stddef.h>

#include "rf_internal.h"
#include "rf_save.h"
#include "skytrack.h"

// Made for the mask of each entry, so that the handler asks for no bit: a store for each live register but x5, on to
// rf_switch; a load for each, on to rf_finish. The match unit holds the address with bit 0 set in the mask's place:
// x0 never lives, so that no mask looks like it.
static uint32_t rf_code[SKY_MATCH_ENTRIES][RF_CODE_BYTES / 4] __attribute__((section(".noinit"), aligned(4)));
static uint32_t rf_code_mask[SKY_MATCH_ENTRIES];

// Kept beside rftable and rflength, which a reset clears.
static const struct rf_entry* rf_table;
static uint32_t rf_length;
static uint32_t rf_first;

extern const char rf_switch[];
extern const char rf_finish[];

uint32_t rf_live_mask(uint32_t mask) {
    return mask & 1 ? rf_code_mask[(mask - (uint32_t)(uintptr_t)rf_code) / RF_CODE_BYTES] : mask;
}

static uint32_t* jump_by_x5(uint32_t* code, const char* to) {
    const uint32_t address = (uint32_t)(uintptr_t)to;
    *code++ = ((address + 0x800) & 0xFFFFF000) | 5 << 7 | 0x37;  // lui x5, %hi
    *code++ = (address & 0xFFF) << 20 | 5 << 15 | 0x67;          // jalr x0, %lo(x5)
    return code;
}

static void make_code(uint32_t entry, uint32_t mask) {
    uint32_t* save = rf_code[entry];
    uint32_t* restore = rf_code[entry] + RF_RESTORE / 4;
    uint32_t left = mask >> 1;
    for (uint32_t r = 1; left; ++r, left >>= 1) {
        if (r == 5 || !(left & 1)) continue;
        const uint32_t offset = (uint32_t)SKY_SAVE(RF_SLOT(r));
        *save++ = (offset >> 5) << 25 | r << 20 | 2 << 12 | (offset & 31) << 7 | 0x23;  // sw
        *restore++ = offset << 20 | 2 << 12 | r << 7 | 0x03;                            // lw
    }
    jump_by_x5(save, rf_switch);
    jump_by_x5(restore, rf_finish);
    rf_code_mask[entry] = mask & ~1U;
}

int rf_load_window(uint32_t first) {
    const uint32_t control = sky_csr_read(CSR_RFCTL);
    sky_csr_write(CSR_RFCTL, 0);
    uint32_t loaded = 0;
    for (uint32_t i = 0; i < SKY_MATCH_ENTRIES; ++i) {
        sky_csr_write(CSR_RFENTRY, i);
        sky_csr_write(CSR_RFENTRY_PC, 0);
        if (first >= rf_length || i >= rf_length - first) continue;
        const struct rf_entry* entry = &rf_table[first + i];
        make_code(i, entry->mask);
        sky_csr_write(CSR_RFENTRY_MODE, entry->mode);
        sky_csr_write(CSR_RFENTRY_MASK, (uint32_t)(uintptr_t)rf_code[i] | 1);
        sky_csr_write(CSR_RFENTRY_PC, entry->pc);
        ++loaded;
    }
    rf_first = first;
    __asm__ volatile("fence.i" : : : "memory");
    sky_csr_write(CSR_RFCTL, control);
    return (int)loaded;
}

int rf_load_table(const struct rf_entry* table, uint32_t length) {
    for (uint32_t i = 1; i < length; ++i) {
        if (table[i].pc <= table[i - 1].pc) return -1;
    }
    rf_table = table;
    rf_length = length;
    sky_csr_write(CSR_RFTABLE, (uintptr_t)table);
    sky_csr_write(CSR_RFLENGTH, length);
    return rf_load_window(0);
}

void rf_reload(void) {
    sky_csr_write(CSR_RFTABLE, (uintptr_t)rf_table);
    sky_csr_write(CSR_RFLENGTH, rf_length);
    rf_load_window(rf_first);
}

void rf_turn_on(void) {
    sky_csr_write(0x305, (uint32_t)(uintptr_t)rf_trap_vectored | 1);  // mtvec
    sky_csr_set(0x304, SKY_MIE_MIGRATE);                              // mie
    sky_csr_write(CSR_RFCTL, 1);
}

void rf_enable(void) {
    // In a recovery the marks stay as they are.
    if (*rf_word(RF_VALID) != RF_MAGIC) {
        *rf_word(RF_STAGE) = 0;
        *rf_word(RF_CALM) = 1;
        *rf_word(RF_FOUND) = RF_UNDER_WAY;
        *rf_word(RF_VALID) = RF_MAGIC;
    }
    rf_turn_on();
    sky_csr_set(0x300, SKY_MSTATUS_MIE);
}

void rf_disable(void) {
    sky_csr_write(CSR_RFCTL, 0);
    sky_csr_clear(0x304, SKY_MIE_MIGRATE);
}

void rf_read_counters(struct rf_counters* counters) {
#define READ(c) counters->of[c] = sky_csr_read64(CSR_RFCOUNTER + (c), CSR_RFCOUNTERH + (c))
    READ(RF_STEPS);
    READ(RF_TRACK_STEPS);
    READ(RF_BIT_READS);
    READ(RF_BIT_WRITES);
    READ(RF_ACCESSES);
    READ(RF_SWITCHES);
    READ(RF_STALL_CYCLES);
    READ(RF_CHECKS);
    READ(RF_CORRECTED);
    READ(RF_UNCORRECTED);
#undef READ
}
