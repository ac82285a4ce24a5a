// Quicksort in place: the middle of three as pivot, short pieces by insertion. Train: any words; test: many equal
// ones.
#include "kernel.h"

enum { MOST = 16000 };
INPUT int input_n = PICK(100, 120, 12000, MOST);
INPUT uint32_t input_mask = PICK(UINT32_MAX, 31, UINT32_MAX, 1023);
INPUT uint32_t expected = EXPECTED_SORT;

static uint32_t values[MOST] WORKSPACE;

static void insertion_sort(uint32_t* first, uint32_t* last) {
    for (uint32_t* p = first + 1; p <= last; ++p) {
        const uint32_t value = *p;
        uint32_t* hole = p;
        for (; hole > first && hole[-1] > value; --hole) *hole = hole[-1];
        *hole = value;
    }
}

static uint32_t middle(uint32_t a, uint32_t b, uint32_t c) {
    if (a > b) {
        const uint32_t t = a;
        a = b;
        b = t;
    }
    return c < a ? a : c > b ? b : c;
}

static void quicksort(uint32_t* first, uint32_t* last) {
    while (last - first > 8) {
        const uint32_t pivot = middle(*first, first[(last - first) / 2], *last);
        uint32_t* low = first;
        uint32_t* high = last;
        while (low <= high) {
            while (*low < pivot) ++low;
            while (*high > pivot) --high;
            if (low <= high) {
                const uint32_t t = *low;
                *low++ = *high;
                *high-- = t;
            }
        }
        if (high - first < last - low) {
            quicksort(first, high);
            first = low;
        } else {
            quicksort(low, last);
            last = high;
        }
    }
    insertion_sort(first, last);
}

int main(void) {
    const int n = input_n;
    const uint32_t mask = input_mask;
    kernel_begin();
    for (int i = 0; i < n; ++i) values[i] = kernel_random() & mask;
    quicksort(values, values + n - 1);
    uint32_t sum = 0;
    for (int i = 0; i < n; ++i) sum = kernel_mix(sum, values[i]);
    return kernel_verdict(sum, expected);
}
