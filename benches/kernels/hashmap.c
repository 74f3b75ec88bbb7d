/* Twin of hashmap.sx. */
#include <stdint.h>
#include <stdio.h>
#define N 500000
#define SLOTS 1048576
static uint64_t keys[SLOTS], values[SLOTS];

static uint64_t hash(uint64_t key) {
    uint64_t x = (key ^ (key >> 32)) * 0x9E3779B97F4A7C15u;
    return x ^ (x >> 29);
}

static void put(uint64_t key, uint64_t value) {
    uint64_t at = hash(key) & (SLOTS - 1);
    while (keys[at] != 0 && keys[at] != key) at = (at + 1) & (SLOTS - 1);
    keys[at] = key;
    values[at] = value;
}

static uint64_t get(uint64_t key) {
    uint64_t at = hash(key) & (SLOTS - 1);
    while (keys[at] != 0) {
        if (keys[at] == key) return values[at];
        at = (at + 1) & (SLOTS - 1);
    }
    return 0;
}

int main(void) {
    uint64_t key = 1, sum = 0;
    for (int64_t i = 0; i < N; i++) {
        key = key * 6364136223846793005u + 1442695040888963407u;
        put(key | 1, (uint64_t)i);
    }
    key = 1;
    for (int64_t i = 0; i < N; i++) {
        key = key * 6364136223846793005u + 1442695040888963407u;
        sum += get(key | 1) ^ get(key);
    }
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
