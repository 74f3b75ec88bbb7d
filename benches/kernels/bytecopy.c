/* Twin of bytecopy.sx. */
#include <stdint.h>
#include <stdio.h>
#define SIZE 1048576
#define N 10
static uint8_t from[SIZE], to[SIZE];

static void copy(uint8_t *dst, const uint8_t *src, int64_t len) {
    for (int64_t i = 0; i < len; i++) dst[i] = src[i];
}

int main(void) {
    for (int64_t i = 0; i < SIZE; i++) from[i] = (uint8_t)(i * 13);
    int64_t sum = 0;
    for (int64_t i = 0; i < N; i++) {
        from[i] = (uint8_t)(i + 1);
        copy(to, from, SIZE);
        sum += (uint8_t)(to[i] + to[SIZE - 1 - i]);
    }
    printf("%lld\n", (long long)sum);
    return 0;
}
