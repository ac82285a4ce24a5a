// A program that survives a power cut: linked with sw/rf/recover.S, it goes on where a migration of its registers was
// cut off, and begins anew anywhere else.
#include "skytrack.h"

void rf_recovered(const struct rf_image* image) {
    if (image->found == RF_UNDER_WAY) {
        sky_puts("woken in a migration: going on\n");
        rf_resume(image);
    }
    sky_puts("woken: beginning anew\n");
}

static __attribute__((noinline)) uint32_t sum(uint32_t n) {
    uint32_t total = 0;
    for (uint32_t i = 1; i <= n; ++i) {
        total += i;
        __asm__("" : "+r"(total));  // one by one
    }
    return total;
}

// Vertical for the sums: all registers live where one begins.
static const struct rf_entry table[] = {{(uint32_t)(uintptr_t)sum, SKY_VERTICAL, ~1U}};

int main(void) {
    rf_set_mode(SKY_HORIZONTAL);
    rf_load_table(table, 1);
    rf_enable();
    uint32_t total = 0;
    for (uint32_t i = 1; i <= 8; ++i) {
        total += sum(i);
        rf_set_mode(SKY_HORIZONTAL);
    }
    sky_puts(total == 120 ? "120, as it should be\n" : "a sum is wrong\n");
    return total != 120;
}
