// String search (Boyer-Moore-Horspool): every place of several patterns in a text over a small alphabet.
#include "kernel.h"

enum { LETTERS = PICK(4, 8, 4, 8), TEXT = PICK(300, 400, 20000, 30000), PATTERNS = PICK(4, 4, 12, 16) };

static char text[TEXT];

static uint32_t search(const char* pattern, uint32_t length, uint32_t sum) {
    uint8_t skip[LETTERS];
    for (int i = 0; i < LETTERS; ++i) skip[i] = (uint8_t)length;
    for (uint32_t i = 0; i + 1 < length; ++i) skip[pattern[i] - 'a'] = (uint8_t)(length - 1 - i);
    const char last = pattern[length - 1];
    for (uint32_t at = 0; at + length <= TEXT;) {
        const char end = text[at + length - 1];
        if (end == last) {
            uint32_t i = 0;
            while (i + 1 < length && text[at + i] == pattern[i]) ++i;
            if (i + 1 == length) sum = kernel_mix(sum, at);
        }
        at += skip[end - 'a'];
    }
    return sum;
}

int main(void) {
    for (int i = 0; i < TEXT; ++i) text[i] = (char)('a' + ((kernel_random() >> 24) & (LETTERS - 1)));
    uint32_t sum = 0;
    for (uint32_t i = 0; i < PATTERNS; ++i) {
        const uint32_t length = 3 + i % 5;
        char pattern[8];
        const uint32_t from = (kernel_random() >> 16) * (TEXT - 8) >> 16;
        for (uint32_t j = 0; j < length; ++j) pattern[j] = text[from + j];
        sum = kernel_mix(search(pattern, length, sum), i);
    }
    return kernel_verdict(sum, EXPECTED_STRSEARCH);
}
