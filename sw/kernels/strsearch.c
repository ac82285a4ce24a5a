// String search (Boyer-Moore-Horspool): every place of several patterns in a text over a small alphabet.
#include "kernel.h"

enum { MOST = 30000, MOST_LETTERS = 8 };
INPUT uint32_t input_n = PICK(300, 400, 20000, MOST);
INPUT uint32_t input_letters = PICK(4, MOST_LETTERS, 4, MOST_LETTERS);
INPUT uint32_t input_patterns = PICK(4, 4, 12, 16);
INPUT uint32_t expected = EXPECTED_STRSEARCH;

static char text[MOST] WORKSPACE;

static uint32_t search(uint32_t n, uint32_t letters, const char* pattern, uint32_t length, uint32_t sum) {
    uint8_t skip[MOST_LETTERS];
    for (uint32_t i = 0; i < letters; ++i) skip[i] = (uint8_t)length;
    for (uint32_t i = 0; i + 1 < length; ++i) skip[pattern[i] - 'a'] = (uint8_t)(length - 1 - i);
    const char last = pattern[length - 1];
    for (uint32_t at = 0; at + length <= n;) {
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
    const uint32_t n = input_n;
    const uint32_t letters = input_letters;
    const uint32_t patterns = input_patterns;
    kernel_begin();
    for (uint32_t i = 0; i < n; ++i) text[i] = (char)('a' + ((kernel_random() >> 24) & (letters - 1)));
    uint32_t sum = 0;
    for (uint32_t i = 0; i < patterns; ++i) {
        const uint32_t length = 3 + i % 5;
        char pattern[8];
        const uint32_t from = (kernel_random() >> 16) * (n - 8) >> 16;
        for (uint32_t j = 0; j < length; ++j) pattern[j] = text[from + j];
        sum = kernel_mix(search(n, letters, pattern, length, sum), i);
    }
    return kernel_verdict(sum, expected);
}
