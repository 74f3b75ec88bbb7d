/* Twin of lcg.sx. */
#include <stdint.h>
#include <stdio.h>
#define N 10000000

static uint64_t kernel(void) {
    uint64_t x = 42;
    for (int64_t i = 0; i < N; i++) x = x * 6364136223846793005u + 1442695040888963407u;
    return x;
}

int main(void) { printf("%llu\n", (unsigned long long)kernel()); return 0; }
