/* Twin of trees.sx. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#define DEPTH 14
#define N 10
typedef struct Node { struct Node *left, *right; } Node;

static Node *build(int64_t depth) {
    Node *node = malloc(sizeof(Node));
    node->left = 0;
    node->right = 0;
    if (depth > 0) {
        node->left = build(depth - 1);
        node->right = build(depth - 1);
    }
    return node;
}

static int64_t count(Node *node) {
    if (!node) return 0;
    return 1 + count(node->left) + count(node->right);
}

static void release(Node *node) {
    if (!node) return;
    release(node->left);
    release(node->right);
    free(node);
}

int main(void) {
    int64_t total = 0;
    for (int i = 0; i < N; i++) {
        Node *root = build(DEPTH);
        total += count(root);
        release(root);
    }
    printf("%lld\n", (long long)total);
    return 0;
}
