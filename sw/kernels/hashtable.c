// Hash table with open addressing: add to a key's value, look up, erase without tombstones.
#include "kernel.h"

enum { BITS = PICK(6, 7, 11, 12), SLOTS = 1 << BITS, STEPS = PICK(200, 220, 20000, 24000), KEYS = SLOTS * 3 / 4 };

static uint32_t keys[SLOTS];  // 0: free
static uint32_t values[SLOTS];

static uint32_t home(uint32_t key) { return key * 0x9E3779B1U >> (32 - BITS); }

static uint32_t find(uint32_t key) {
    uint32_t slot = home(key);
    while (keys[slot] && keys[slot] != key) slot = (slot + 1) & (SLOTS - 1);
    return slot;
}

static void erase(uint32_t key) {
    uint32_t hole = find(key);
    if (!keys[hole]) return;
    for (uint32_t slot = (hole + 1) & (SLOTS - 1); keys[slot]; slot = (slot + 1) & (SLOTS - 1)) {
        // Not before its home may a key go.
        if (((slot - home(keys[slot])) & (SLOTS - 1)) < ((slot - hole) & (SLOTS - 1))) continue;
        keys[hole] = keys[slot];
        values[hole] = values[slot];
        hole = slot;
    }
    keys[hole] = 0;
}

int main(void) {
    uint32_t sum = 0;
    for (int i = 0; i < STEPS; ++i) {
        const uint32_t r = kernel_random();
        const uint32_t key = 1 + ((r >> 16) * KEYS >> 16);
        if ((r & 7) < PICK(4, 3, 4, 5)) {
            const uint32_t slot = find(key);
            if (!keys[slot]) {
                keys[slot] = key;
                values[slot] = 0;
            }
            values[slot] += r & 0xFFFF;
        } else if ((r & 7) < 6) {
            const uint32_t slot = find(key);
            if (keys[slot]) sum = kernel_mix(sum, values[slot]);
        } else {
            erase(key);
        }
    }
    return kernel_verdict(sum, EXPECTED_HASHTABLE);
}
