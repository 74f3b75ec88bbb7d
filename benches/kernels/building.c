/* Twin of building.sx. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define N 100000
typedef struct { uint8_t *bytes; int64_t size, len; } Builder;

static void reserve(Builder *b, int64_t more) {
    if (b->len + more <= b->size) return;
    int64_t size = b->size == 0 ? 16 : b->size;
    while (size < b->len + more) size *= 2;
    uint8_t *fresh = malloc(size);
    for (int64_t i = 0; i < b->len; i++) fresh[i] = b->bytes[i];
    if (b->size > 0) free(b->bytes);
    b->bytes = fresh;
    b->size = size;
}

static void put(Builder *b, const uint8_t *s, int64_t len) {
    reserve(b, len);
    for (int64_t i = 0; i < len; i++) b->bytes[b->len + i] = s[i];
    b->len += len;
}

static void put_number(Builder *b, int64_t n) {
    uint8_t digits[20];
    int64_t at = 20, rest = n;
    for (;;) {
        at--;
        digits[at] = (uint8_t)('0' + rest % 10);
        rest /= 10;
        if (rest == 0) break;
    }
    put(b, digits + at, 20 - at);
}

int main(void) {
    Builder b = {0};
    for (int64_t i = 0; i < N; i++) {
        put_number(&b, i * 17);
        const char *word = (i & 1) == 0 ? ", " : " and ";
        put(&b, (const uint8_t *)word, (int64_t)strlen(word));
    }
    uint64_t hash = 5381;
    for (int64_t i = 0; i < b.len; i++) hash = hash * 33 + b.bytes[i];
    printf("%lld %llu\n", (long long)b.len, (unsigned long long)hash);
    free(b.bytes);
    return 0;
}
