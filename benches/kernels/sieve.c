/* Twin of sieve.sx. */
#include <stdint.h>
#include <stdio.h>
#define SIZE 1000000
#define N 5
static uint8_t flags[SIZE];

static int64_t sieve(void) {
    for (int64_t i = 0; i < SIZE; i++) flags[i] = 1;
    int64_t count = 0;
    for (int64_t i = 2; i < SIZE; i++) {
        if (flags[i] == 0) continue;
        count++;
        for (int64_t j = i + i; j < SIZE; j += i) flags[j] = 0;
    }
    return count;
}

int main(void) {
    int64_t total = 0;
    for (int i = 0; i < N; i++) total += sieve();
    printf("%lld\n", (long long)total);
    return 0;
}
