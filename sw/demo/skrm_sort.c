// Shell sort of an array on SK-RM, as much as half of it holds, against the same numbers in RAM. Exit code 0 when
// sorted.
#include <stdio.h>
#include <stdlib.h>

#include "skytrack.h"

#ifndef COUNT
#define COUNT 100
#endif

static volatile uint32_t* const on_skrm = (volatile uint32_t*)SKY_SKRM;
static uint32_t in_ram[COUNT];

_Static_assert(COUNT * 4 <= SKY_SKRM_BYTES, "the array fits");

static int compare(const void* a, const void* b) {
    const uint32_t x = *(const uint32_t*)a;
    const uint32_t y = *(const uint32_t*)b;
    return (x > y) - (x < y);
}

int main(void) {
    uint32_t x = 2463534242U;
    for (int i = 0; i < COUNT; ++i) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        in_ram[i] = on_skrm[i] = x;
    }
    qsort(in_ram, COUNT, sizeof in_ram[0], compare);

    const uint64_t start = sky_cycles();
    static const int gaps[] = {57, 23, 10, 4, 1};
    for (unsigned g = 0; g < sizeof gaps / sizeof gaps[0]; ++g) {
        for (int i = gaps[g]; i < COUNT; ++i) {
            const uint32_t value = on_skrm[i];
            int at = i;
            for (; at >= gaps[g] && on_skrm[at - gaps[g]] > value; at -= gaps[g]) on_skrm[at] = on_skrm[at - gaps[g]];
            on_skrm[at] = value;
        }
    }
    const uint64_t end = sky_cycles();

    int wrong = 0;
    for (int i = 0; i < COUNT; ++i) wrong += on_skrm[i] != in_ram[i];
    printf("%d words sorted on SK-RM in %u cycles; %s\n", COUNT, (unsigned)(end - start),
           wrong ? "WRONG" : "all right");
    return wrong != 0;
}
