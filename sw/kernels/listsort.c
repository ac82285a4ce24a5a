// Merge sort of a linked list: pointers instead of indices.
#include <stddef.h>

#include "kernel.h"

enum { MOST = 6000 };
INPUT uint32_t input_n = PICK(64, 80, 4000, MOST);
INPUT int input_shift = PICK(27, 24, 20, 22);
INPUT uint32_t expected = EXPECTED_LISTSORT;

struct node {
    struct node* next;
    uint32_t key;
    uint32_t made;  // in which order: the sort is stable
};
static struct node nodes[MOST] WORKSPACE;

static struct node* merge(struct node* a, struct node* b) {
    struct node head;
    struct node* tail = &head;
    while (a && b) {
        if (b->key < a->key) {
            tail = tail->next = b;
            b = b->next;
        } else {
            tail = tail->next = a;
            a = a->next;
        }
    }
    tail->next = a ? a : b;
    return head.next;
}

static struct node* sort(struct node* list) {
    if (!list || !list->next) return list;
    struct node* slow = list;
    for (struct node* fast = list->next; fast && fast->next; fast = fast->next->next) slow = slow->next;
    struct node* second = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(second));
}

int main(void) {
    const uint32_t length = input_n;
    const int shift = input_shift;
    kernel_begin();
    for (uint32_t i = 0; i < length; ++i) {
        nodes[i].key = kernel_random() >> shift;
        nodes[i].made = i;
        nodes[i].next = i + 1 < length ? &nodes[i + 1] : NULL;
    }
    uint32_t sum = 0;
    for (const struct node* n = sort(nodes); n; n = n->next) sum = kernel_mix(kernel_mix(sum, n->key), n->made);
    return kernel_verdict(sum, expected);
}
