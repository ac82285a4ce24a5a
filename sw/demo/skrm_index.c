// A small index whose table lies on SK-RM behind its controller: all its reads and writes of keys and values are
// accesses of racetrack memory. Fills it, updates, erases, looks everything up, and counts cycles. Exit code 0 when
// every answer was right.
#include <stdio.h>

#include "skytrack.h"

enum { SLOTS = 64, KEYS = 40, ERASED = 0xFFFFFFFF };

struct slot {
    uint32_t key;  // 0: free
    uint32_t value;
};
static volatile struct slot* const table = (volatile struct slot*)SKY_SKRM;

_Static_assert(SLOTS * sizeof(struct slot) <= SKY_SKRM_BYTES, "the table fits");

static uint32_t hash(uint32_t key) { return key * 0x9E3779B1U >> 26; }

// The slot of the key, else the first one it may take.
static uint32_t find(uint32_t key) {
    uint32_t may = SLOTS;
    for (uint32_t i = 0, at = hash(key); i < SLOTS; ++i, at = (at + 1) % SLOTS) {
        const uint32_t found = table[at].key;
        if (found == key) return at;
        if (may == SLOTS && (found == 0 || found == ERASED)) may = at;
        if (found == 0) break;
    }
    return may;
}

static void put(uint32_t key, uint32_t value) {
    const uint32_t at = find(key);
    table[at].value = value;
    table[at].key = key;
}

static int get(uint32_t key, uint32_t* value) {
    const uint32_t at = find(key);
    if (at == SLOTS || table[at].key != key) return 0;
    *value = table[at].value;
    return 1;
}

static void erase(uint32_t key) {
    const uint32_t at = find(key);
    if (at < SLOTS && table[at].key == key) table[at].key = ERASED;
}

static uint32_t key_of(uint32_t i) { return 1 + i * 2654435761U % 1000003; }

int main(void) {
    uint32_t wrong = 0;
    const uint64_t start = sky_cycles();
    for (uint32_t i = 0; i < SLOTS; ++i) table[i].key = 0;
    for (uint32_t i = 0; i < KEYS; ++i) put(key_of(i), i);
    const uint64_t filled = sky_cycles();
    for (uint32_t i = 0; i < KEYS; i += 3) erase(key_of(i));
    for (uint32_t i = 1; i < KEYS; i += 3) put(key_of(i), 1000 + i);
    const uint64_t changed = sky_cycles();
    for (uint32_t i = 0; i < KEYS + 10; ++i) {
        uint32_t value = 0;
        const int found = get(key_of(i), &value);
        const int should = i < KEYS && i % 3 != 0;
        if (found != should || (found && value != (i % 3 == 1 ? 1000 + i : i))) ++wrong;
    }
    const uint64_t end = sky_cycles();

    // Bytes and halves on it, too.
    volatile uint8_t* bytes = (volatile uint8_t*)SKY_SKRM + SKY_SKRM_BYTES - 8;
    for (uint32_t i = 0; i < 8; ++i) bytes[i] = (uint8_t)(0xA1 + i);
    *(volatile uint16_t*)(bytes + 2) = 0x1234;
    if (*(volatile uint32_t*)bytes != 0x1234A2A1 || bytes[7] != 0xA8 || *(volatile int8_t*)(bytes + 4) != -91)
        ++wrong;

    printf("%d keys on SK-RM: put %u cycles, change %u, look up %u; %s\n", KEYS, (unsigned)(filled - start),
           (unsigned)(changed - filled), (unsigned)(end - changed), wrong ? "WRONG" : "all right");
    return wrong != 0;
}
