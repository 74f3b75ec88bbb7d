/* Twin of tokenizer.sx. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#define SIZE 200000
#define N 5
static uint8_t text[SIZE];

enum { NAME, NUMBER, STRING, OPERATOR };
static int64_t counts[4];
static uint64_t hash = 0;

static bool is_letter(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static void note(uint8_t kind, int64_t start, int64_t end) {
    counts[kind] += 1;
    hash = hash * 31 + (uint64_t)(end - start) * 4 + kind;
}

static void tokenize(const uint8_t *s, int64_t len) {
    int64_t i = 0;
    while (i < len) {
        uint8_t c = s[i];
        int64_t start = i;
        if (c == ' ' || c == '\n') {
            i++;
        } else if (is_letter(c)) {
            while (i < len && (is_letter(s[i]) || is_digit(s[i]))) i++;
            note(NAME, start, i);
        } else if (is_digit(c)) {
            while (i < len && is_digit(s[i])) i++;
            note(NUMBER, start, i);
        } else if (c == '"') {
            i++;
            while (i < len && s[i] != '"') i++;
            i++;
            note(STRING, start, i);
        } else {
            i++;
            note(OPERATOR, start, i);
        }
    }
}

int main(void) {
    const char pattern[] = "while (count_2 < 1200) { total = total + item[count_2] * 37; print(\"next item\", total); }\n";
    for (int64_t i = 0; i < SIZE; i++) text[i] = (uint8_t)pattern[i % (int64_t)(sizeof pattern - 1)];
    for (int i = 0; i < N; i++) tokenize(text, SIZE);
    printf("%lld %lld %lld %lld %llu\n", (long long)counts[0], (long long)counts[1], (long long)counts[2],
           (long long)counts[3], (unsigned long long)hash);
    return 0;
}
