// The first program: prints, allocates, and says how the register file is doing.
#include <stdio.h>
#include <stdlib.h>

#include "skytrack.h"

int main(void) {
    char* const text = malloc(64);
    if (!text) return 1;
    snprintf(text, 64, "hello from cycle %u", (unsigned)sky_cycles());
    puts(text);
    free(text);

    struct rf_counters counters;
    rf_read_counters(&counters);
    printf("register file: %u accesses, %u track-steps, %u stall cycles\n", (unsigned)counters.of[RF_ACCESSES],
           (unsigned)counters.of[RF_TRACK_STEPS], (unsigned)counters.of[RF_STALL_CYCLES]);
    return 0;
}
