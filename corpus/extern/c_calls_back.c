#include <stdarg.h>
typedef struct { double x, y; } P2;
typedef struct { long a, b, c; } Big;
typedef struct { int a; float f; } Mix;
static int (*kept)(int);
void keep(int (*f)(int)) { kept = f; }
int use_kept(int n) { return kept ? kept(n) : -1; }
double apply(double (*f)(double, float, int), double v) { return f(v, 1.5f, 3); }
double point(double (*f)(P2), double v) { P2 p = { v, v * 2 }; return f(p); }
long big(long (*f)(Big), long v) { Big b = { v, v + 1, v + 2 }; return f(b); }
long make(Big (*f)(long), long v) { Big b = f(v); return b.a + 10 * b.b + 100 * b.c; }
double mix(Mix (*f)(Mix), int a) { Mix m = { a, 0.5f }; Mix r = f(m); return r.a + r.f; }
double pt(P2 (*f)(double), double v) { P2 r = f(v); return r.x * 10 + r.y; }
long many(long (*f)(long, long, long, long, long, long, long, double, short), long v) { return f(v, 2, 3, 4, 5, 6, 7, 8.5, -9); }
unsigned char narrow(signed char (*f)(unsigned char, short, _Bool), int v) { return (unsigned char)f(v, -5, 1); }
int loop(int (*f)(int), int n) { int s = 0; for (int i = 0; i < n; i++) s += f(i); return s; }
double sum(int n, ...) { va_list l; va_start(l, n); double s = 0; for (int i = 0; i < n; i++) s += va_arg(l, double); va_end(l); return s; }
