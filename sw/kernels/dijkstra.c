// Shortest paths from node 0 in a random directed graph, with a binary heap.
#include "kernel.h"

enum { MOST = 1500, MOST_EDGES = 6000, FAR = 0x7FFFFFFF };
INPUT int input_n = PICK(24, 28, 1200, MOST);
INPUT int input_degree = PICK(3, 3, 5, 4);
INPUT uint32_t input_mask = PICK(63, 255, 1023, 63);
INPUT uint32_t expected = EXPECTED_DIJKSTRA;

// Those of a node stand together.
static uint16_t to[MOST_EDGES] WORKSPACE;
static uint16_t length[MOST_EDGES] WORKSPACE;
static uint32_t distance[MOST] WORKSPACE;

struct item {
    uint32_t distance;
    uint32_t node;
};
static struct item heap[MOST_EDGES + 1] WORKSPACE;
static uint32_t items;

static void push(uint32_t d, uint32_t node) {
    uint32_t i = items++;
    for (; i > 0 && heap[(i - 1) / 2].distance > d; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i].distance = d;
    heap[i].node = node;
}

static struct item pop(void) {
    const struct item top = heap[0];
    const struct item last = heap[--items];
    uint32_t i = 0;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= items) break;
        if (child + 1 < items && heap[child + 1].distance < heap[child].distance) ++child;
        if (heap[child].distance >= last.distance) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return top;
}

int main(void) {
    const int n = input_n;
    const int degree = input_degree;
    const uint32_t mask = input_mask;
    kernel_begin();
    for (int i = 0; i < n * degree; ++i) {
        const uint32_t r = kernel_random();
        to[i] = (uint16_t)((r >> 16) * (uint32_t)n >> 16);
        length[i] = (uint16_t)(1 + (r & mask));
    }
    for (int i = 0; i < n; ++i) distance[i] = FAR;
    distance[0] = 0;
    push(0, 0);
    while (items) {
        const struct item nearest = pop();
        if (nearest.distance > distance[nearest.node]) continue;
        const uint32_t first = nearest.node * (uint32_t)degree;
        for (uint32_t edge = first; edge < first + (uint32_t)degree; ++edge) {
            const uint32_t node = to[edge];
            const uint32_t d = nearest.distance + length[edge];
            if (d < distance[node]) {
                distance[node] = d;
                push(d, node);
            }
        }
    }
    uint32_t sum = 0;
    for (int i = 0; i < n; ++i) sum = kernel_mix(sum, distance[i]);
    return kernel_verdict(sum, expected);
}
