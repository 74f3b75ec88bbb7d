/* Twin of indirect.sx. */
#include <stdint.h>
#include <stdio.h>
#define N 10000000

static uint64_t add(uint64_t x) { return x + 12345; }
static uint64_t mix(uint64_t x) { return x * 3 ^ (x >> 7); }
static uint64_t flip(uint64_t x) { return ~x; }
static uint64_t turn(uint64_t x) { return (x << 9) | (x >> 55); }
static uint64_t (*table[4])(uint64_t) = {add, mix, flip, turn};
/* So that the table isn't known to be constant, as in sx. */
uint64_t (**volatile tables)(uint64_t) = table;

int main(void) {
    uint64_t x = 1;
    uint64_t (**t)(uint64_t) = tables;
    for (int64_t i = 0; i < N; i++) x = t[i & 3](x);
    printf("%llu\n", (unsigned long long)x);
    return 0;
}
