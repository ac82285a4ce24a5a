// Quicksort in place: the middle of three as pivot, short pieces by insertion. Train: any words; test: many equal
// ones.
#include "kernel.h"

enum { N = PICK(100, 120, 12000, 16000) };

static uint32_t values[N];

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
    for (int i = 0; i < N; ++i)
        values[i] = PICK(kernel_random(), kernel_random() & 31, kernel_random(), kernel_random() & 1023);
    quicksort(values, values + N - 1);
    uint32_t sum = 0;
    for (int i = 0; i < N; ++i) sum = kernel_mix(sum, values[i]);
    return kernel_verdict(sum, EXPECTED_SORT);
}
