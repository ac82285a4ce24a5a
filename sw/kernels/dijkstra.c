// Shortest paths from node 0 in a random directed graph, with a binary heap.
#include "kernel.h"

enum { N = PICK(24, 28, 1200, 1500), DEGREE = PICK(3, 3, 5, 4), FAR = 0x7FFFFFFF };

static uint16_t to[N][DEGREE];
static uint16_t length[N][DEGREE];
static uint32_t distance[N];

struct item {
    uint32_t distance;
    uint32_t node;
};
static struct item heap[N * DEGREE + 1];
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
    for (int i = 0; i < N; ++i) {
        distance[i] = FAR;
        for (int j = 0; j < DEGREE; ++j) {
            const uint32_t r = kernel_random();
            to[i][j] = (uint16_t)((r >> 16) * N >> 16);
            length[i][j] = (uint16_t)(1 + (r & PICK(63, 255, 1023, 63)));
        }
    }
    distance[0] = 0;
    push(0, 0);
    while (items) {
        const struct item nearest = pop();
        if (nearest.distance > distance[nearest.node]) continue;
        for (int j = 0; j < DEGREE; ++j) {
            const uint32_t node = to[nearest.node][j];
            const uint32_t d = nearest.distance + length[nearest.node][j];
            if (d < distance[node]) {
                distance[node] = d;
                push(d, node);
            }
        }
    }
    uint32_t sum = 0;
    for (int i = 0; i < N; ++i) sum = kernel_mix(sum, distance[i]);
    return kernel_verdict(sum, EXPECTED_DIJKSTRA);
}
