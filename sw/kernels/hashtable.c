// Hash table with open addressing: add to a key's value, look up, erase without tombstones.
#include "kernel.h"

enum { MOST_BITS = 12, MOST = 1 << MOST_BITS };
INPUT int input_bits = PICK(6, 7, 11, MOST_BITS);
INPUT int input_steps = PICK(200, 220, 20000, 24000);
INPUT uint32_t input_add = PICK(4, 3, 4, 5);  // of 8 steps so many add
INPUT uint32_t expected = EXPECTED_HASHTABLE;

static int shift;                      // 32 less the bits of a slot's number
static uint32_t last;                  // slot
static uint32_t keys[MOST] WORKSPACE;  // 0: free
static uint32_t values[MOST] WORKSPACE;

static uint32_t home(uint32_t key) { return key * 0x9E3779B1U >> shift; }

static uint32_t find(uint32_t key) {
    uint32_t slot = home(key);
    while (keys[slot] && keys[slot] != key) slot = (slot + 1) & last;
    return slot;
}

static void erase(uint32_t key) {
    uint32_t hole = find(key);
    if (!keys[hole]) return;
    for (uint32_t slot = (hole + 1) & last; keys[slot]; slot = (slot + 1) & last) {
        // Not before its home may a key go.
        if (((slot - home(keys[slot])) & last) < ((slot - hole) & last)) continue;
        keys[hole] = keys[slot];
        values[hole] = values[slot];
        hole = slot;
    }
    keys[hole] = 0;
}

int main(void) {
    const int bits = input_bits;
    const int steps = input_steps;
    const uint32_t add = input_add;
    const uint32_t slots = 1U << bits;
    shift = 32 - bits;
    last = slots - 1;
    for (uint32_t slot = 0; slot < slots; ++slot) keys[slot] = 0;
    kernel_begin();
    uint32_t sum = 0;
    for (int i = 0; i < steps; ++i) {
        const uint32_t r = kernel_random();
        const uint32_t key = 1 + ((r >> 16) * (slots * 3 / 4) >> 16);
        if ((r & 7) < add) {
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
    return kernel_verdict(sum, expected);
}
