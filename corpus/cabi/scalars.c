#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

int8_t negate8(int8_t x) { return (int8_t)-x; }
uint8_t high8(void) { return 200; }
int16_t low16(void) { return -300; }
bool both(bool a, bool b) { return a && b; }
float half(float x) { return x / 2; }
uint64_t all_bits(void) { return UINT64_MAX; }
const char *greeting(int which) { return which ? "hello" : 0; }
// Twenty arguments: six integers and eight floats in registers, the rest on the stack.
double twenty(int8_t a, double b, int16_t c, float d, int32_t e, double f, int64_t g, float h, uint8_t i, double j,
              uint16_t k, double l, uint32_t m, double n, uint64_t o, double p, int8_t q, float r, bool s, double t) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m + 14 * n +
           15 * o + 16 * p + 17 * q + 18 * r + 19 * s + 20 * t;
}
// Format letters: i int, l long, d double, s string, p pointer to int.
int describe(char *out, int size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    long sum = 0;
    for (; *format; format++) {
        if (*format == 'i') sum += va_arg(args, int);
        if (*format == 'l') sum += va_arg(args, long);
        if (*format == 'd') sum += (long)(va_arg(args, double) * 4);
        if (*format == 's') sum += (long)strlen(va_arg(args, const char *));
        if (*format == 'p') sum += *va_arg(args, int *);
    }
    va_end(args);
    out[0] = (char)('A' + sum % 26);
    out[size - 1] = 0;
    return (int)sum;
}
typedef float (*mapping)(float, int8_t);
float map_twice(mapping f, float x) { return f(f(x, -1), 2); }
mapping same(mapping f) { return f; }
struct text { const char *data; int64_t len; };
int64_t measure(struct text t, struct text u) { return t.len * 100 + u.len + (t.data[0] == 'a'); }
