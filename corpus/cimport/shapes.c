#include "shapes.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int shape_count = 7;
const char *shape_author = "nobody";

int shape_area(int w, int h) { shape_count++; return w * h * SCALE; }
const char *shape_name(enum shape s) {
    static const char *const names[] = {"circle", 0, 0, 0, "square", "triangle"};
    return names[s];
}
void shape_fill(unsigned char *buf, size_t n, char c) { memset(buf, c, n); }
double shape_sum(const double *xs, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += xs[i];
    return sum;
}
void shape_halves(float *xs, short n) {
    for (int i = 0; i < n; i++) xs[i] /= 2;
}
int shape_visit(int n, visitor f, void *data) {
    int sum = 0;
    for (int i = 0; i < n; i++) sum += f(i, data);
    return sum;
}
long shape_total(int n, ...) {
    va_list args;
    va_start(args, n);
    long sum = 0;
    for (int i = 0; i < n; i++) sum += va_arg(args, int);
    va_end(args);
    return sum;
}
double shape_mean(int n, ...) {
    va_list args;
    va_start(args, n);
    double sum = 0;
    for (int i = 0; i < n; i++) sum += va_arg(args, double);
    va_end(args);
    return sum / n;
}
_Bool shape_is(enum shape s, unsigned char bit) { return s >> bit & 1; }
point shape_origin(void) { return (point){3, 4}; }
int shape_reserved(int in, int push, int string) { return in * 100 + push * 10 + string; }

struct open { char name[16]; int count; };
void *shape_open(const char *name) {
    struct open *it = calloc(1, sizeof *it);
    strncpy(it->name, name, 15);
    return it;
}
int shape_read(void *handle, char **rest) {
    struct open *it = handle;
    (void)rest;
    return (int)strlen(it->name) + it->count++;
}
void shape_close(void *handle) { free(handle); }
// Goes before the C library's.
int toupper(int c) { return c + 1000; }
