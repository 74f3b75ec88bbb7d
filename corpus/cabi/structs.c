#include "structs.h"
#include <stdarg.h>

double sum_S1(S1 s) { return s.a; }
S1 change_S1(S1 s) { s.a += 1; return s; }
double late_S1(int64_t a, double b, int64_t c, int64_t d, S1 s, int64_t e, int64_t f, S1 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_S1(s) + 1000*sum_S1(t); }
double floats_S1(double a, double b, double c, double d, double e, double f, S1 s, double g, S1 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_S1(s) + 1000*sum_S1(t); }
double back_S1(S1 (*f)(S1, int64_t), S1 s) { return sum_S1(f(f(s, 1), 2)); }
double var_S1(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { S1 s = va_arg(l, S1); r += (i + 1) * sum_S1(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_S3(S3 s) { return s.a * 3 + s.b; }
S3 change_S3(S3 s) { s.a += 1; s.b -= 1; return s; }
double late_S3(int64_t a, double b, int64_t c, int64_t d, S3 s, int64_t e, int64_t f, S3 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_S3(s) + 1000*sum_S3(t); }
double floats_S3(double a, double b, double c, double d, double e, double f, S3 s, double g, S3 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_S3(s) + 1000*sum_S3(t); }
double back_S3(S3 (*f)(S3, int64_t), S3 s) { return sum_S3(f(f(s, 1), 2)); }
double var_S3(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { S3 s = va_arg(l, S3); r += (i + 1) * sum_S3(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_B5(B5 s) { return s.a + 2*s.b + 3*s.c + 4*s.d + 5*s.e; }
B5 change_B5(B5 s) { s.e += 1; s.a = 9; return s; }
double late_B5(int64_t a, double b, int64_t c, int64_t d, B5 s, int64_t e, int64_t f, B5 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_B5(s) + 1000*sum_B5(t); }
double floats_B5(double a, double b, double c, double d, double e, double f, B5 s, double g, B5 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_B5(s) + 1000*sum_B5(t); }
double back_B5(B5 (*f)(B5, int64_t), B5 s) { return sum_B5(f(f(s, 1), 2)); }
double var_B5(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { B5 s = va_arg(l, B5); r += (i + 1) * sum_B5(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_I2(I2 s) { return s.a * 2 + s.b; }
I2 change_I2(I2 s) { s.a++; s.b--; return s; }
double late_I2(int64_t a, double b, int64_t c, int64_t d, I2 s, int64_t e, int64_t f, I2 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_I2(s) + 1000*sum_I2(t); }
double floats_I2(double a, double b, double c, double d, double e, double f, I2 s, double g, I2 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_I2(s) + 1000*sum_I2(t); }
double back_I2(I2 (*f)(I2, int64_t), I2 s) { return sum_I2(f(f(s, 1), 2)); }
double var_I2(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { I2 s = va_arg(l, I2); r += (i + 1) * sum_I2(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_L12(L12 s) { return s.a + s.b; }
L12 change_L12(L12 s) { s.a++; s.b--; return s; }
double late_L12(int64_t a, double b, int64_t c, int64_t d, L12 s, int64_t e, int64_t f, L12 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_L12(s) + 1000*sum_L12(t); }
double floats_L12(double a, double b, double c, double d, double e, double f, L12 s, double g, L12 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_L12(s) + 1000*sum_L12(t); }
double back_L12(L12 (*f)(L12, int64_t), L12 s) { return sum_L12(f(f(s, 1), 2)); }
double var_L12(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { L12 s = va_arg(l, L12); r += (i + 1) * sum_L12(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_L2(L2 s) { return s.a - s.b; }
L2 change_L2(L2 s) { s.a++; s.b--; return s; }
double late_L2(int64_t a, double b, int64_t c, int64_t d, L2 s, int64_t e, int64_t f, L2 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_L2(s) + 1000*sum_L2(t); }
double floats_L2(double a, double b, double c, double d, double e, double f, L2 s, double g, L2 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_L2(s) + 1000*sum_L2(t); }
double back_L2(L2 (*f)(L2, int64_t), L2 s) { return sum_L2(f(f(s, 1), 2)); }
double var_L2(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { L2 s = va_arg(l, L2); r += (i + 1) * sum_L2(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_F1(F1 s) { return s.x; }
F1 change_F1(F1 s) { s.x *= 2; return s; }
double late_F1(int64_t a, double b, int64_t c, int64_t d, F1 s, int64_t e, int64_t f, F1 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F1(s) + 1000*sum_F1(t); }
double floats_F1(double a, double b, double c, double d, double e, double f, F1 s, double g, F1 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F1(s) + 1000*sum_F1(t); }
double back_F1(F1 (*f)(F1, int64_t), F1 s) { return sum_F1(f(f(s, 1), 2)); }
double var_F1(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { F1 s = va_arg(l, F1); r += (i + 1) * sum_F1(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_F2(F2 s) { return s.x * 10 + s.y; }
F2 change_F2(F2 s) { s.x *= 2; s.y += 1; return s; }
double late_F2(int64_t a, double b, int64_t c, int64_t d, F2 s, int64_t e, int64_t f, F2 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F2(s) + 1000*sum_F2(t); }
double floats_F2(double a, double b, double c, double d, double e, double f, F2 s, double g, F2 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F2(s) + 1000*sum_F2(t); }
double back_F2(F2 (*f)(F2, int64_t), F2 s) { return sum_F2(f(f(s, 1), 2)); }
double var_F2(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { F2 s = va_arg(l, F2); r += (i + 1) * sum_F2(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_F3(F3 s) { return s.x + s.y * 10 + s.z * 100; }
F3 change_F3(F3 s) { s.z *= 2; s.y += 1; return s; }
double late_F3(int64_t a, double b, int64_t c, int64_t d, F3 s, int64_t e, int64_t f, F3 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F3(s) + 1000*sum_F3(t); }
double floats_F3(double a, double b, double c, double d, double e, double f, F3 s, double g, F3 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F3(s) + 1000*sum_F3(t); }
double back_F3(F3 (*f)(F3, int64_t), F3 s) { return sum_F3(f(f(s, 1), 2)); }
double var_F3(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { F3 s = va_arg(l, F3); r += (i + 1) * sum_F3(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_F4(F4 s) { return s.x + s.y * 10 + s.z * 100 + s.w * 1000; }
F4 change_F4(F4 s) { s.w *= 2; s.x += 1; return s; }
double late_F4(int64_t a, double b, int64_t c, int64_t d, F4 s, int64_t e, int64_t f, F4 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F4(s) + 1000*sum_F4(t); }
double floats_F4(double a, double b, double c, double d, double e, double f, F4 s, double g, F4 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_F4(s) + 1000*sum_F4(t); }
double back_F4(F4 (*f)(F4, int64_t), F4 s) { return sum_F4(f(f(s, 1), 2)); }
double var_F4(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { F4 s = va_arg(l, F4); r += (i + 1) * sum_F4(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_D1(D1 s) { return s.x; }
D1 change_D1(D1 s) { s.x *= 2; return s; }
double late_D1(int64_t a, double b, int64_t c, int64_t d, D1 s, int64_t e, int64_t f, D1 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_D1(s) + 1000*sum_D1(t); }
double floats_D1(double a, double b, double c, double d, double e, double f, D1 s, double g, D1 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_D1(s) + 1000*sum_D1(t); }
double back_D1(D1 (*f)(D1, int64_t), D1 s) { return sum_D1(f(f(s, 1), 2)); }
double var_D1(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { D1 s = va_arg(l, D1); r += (i + 1) * sum_D1(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_D2(D2 s) { return s.x - s.y; }
D2 change_D2(D2 s) { s.x *= 2; s.y += 1; return s; }
double late_D2(int64_t a, double b, int64_t c, int64_t d, D2 s, int64_t e, int64_t f, D2 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_D2(s) + 1000*sum_D2(t); }
double floats_D2(double a, double b, double c, double d, double e, double f, D2 s, double g, D2 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_D2(s) + 1000*sum_D2(t); }
double back_D2(D2 (*f)(D2, int64_t), D2 s) { return sum_D2(f(f(s, 1), 2)); }
double var_D2(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { D2 s = va_arg(l, D2); r += (i + 1) * sum_D2(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_DF(DF s) { return s.d + s.f; }
DF change_DF(DF s) { s.d *= 2; s.f += 1; return s; }
double late_DF(int64_t a, double b, int64_t c, int64_t d, DF s, int64_t e, int64_t f, DF t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_DF(s) + 1000*sum_DF(t); }
double floats_DF(double a, double b, double c, double d, double e, double f, DF s, double g, DF t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_DF(s) + 1000*sum_DF(t); }
double back_DF(DF (*f)(DF, int64_t), DF s) { return sum_DF(f(f(s, 1), 2)); }
double var_DF(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { DF s = va_arg(l, DF); r += (i + 1) * sum_DF(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_IF(IF s) { return s.n + s.f; }
IF change_IF(IF s) { s.n *= 2; s.f += 1; return s; }
double late_IF(int64_t a, double b, int64_t c, int64_t d, IF s, int64_t e, int64_t f, IF t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_IF(s) + 1000*sum_IF(t); }
double floats_IF(double a, double b, double c, double d, double e, double f, IF s, double g, IF t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_IF(s) + 1000*sum_IF(t); }
double back_IF(IF (*f)(IF, int64_t), IF s) { return sum_IF(f(f(s, 1), 2)); }
double var_IF(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { IF s = va_arg(l, IF); r += (i + 1) * sum_IF(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_FID(FID s) { return s.f + s.n + s.d; }
FID change_FID(FID s) { s.n *= 2; s.f += 1; s.d = -s.d; return s; }
double late_FID(int64_t a, double b, int64_t c, int64_t d, FID s, int64_t e, int64_t f, FID t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_FID(s) + 1000*sum_FID(t); }
double floats_FID(double a, double b, double c, double d, double e, double f, FID s, double g, FID t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_FID(s) + 1000*sum_FID(t); }
double back_FID(FID (*f)(FID, int64_t), FID s) { return sum_FID(f(f(s, 1), 2)); }
double var_FID(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { FID s = va_arg(l, FID); r += (i + 1) * sum_FID(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_ID(ID s) { return s.n + s.d; }
ID change_ID(ID s) { s.n *= 2; s.d = -s.d; return s; }
double late_ID(int64_t a, double b, int64_t c, int64_t d, ID s, int64_t e, int64_t f, ID t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_ID(s) + 1000*sum_ID(t); }
double floats_ID(double a, double b, double c, double d, double e, double f, ID s, double g, ID t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_ID(s) + 1000*sum_ID(t); }
double back_ID(ID (*f)(ID, int64_t), ID s) { return sum_ID(f(f(s, 1), 2)); }
double var_ID(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { ID s = va_arg(l, ID); r += (i + 1) * sum_ID(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_DI(DI s) { return s.n + s.d; }
DI change_DI(DI s) { s.n *= 2; s.d = -s.d; return s; }
double late_DI(int64_t a, double b, int64_t c, int64_t d, DI s, int64_t e, int64_t f, DI t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_DI(s) + 1000*sum_DI(t); }
double floats_DI(double a, double b, double c, double d, double e, double f, DI s, double g, DI t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_DI(s) + 1000*sum_DI(t); }
double back_DI(DI (*f)(DI, int64_t), DI s) { return sum_DI(f(f(s, 1), 2)); }
double var_DI(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { DI s = va_arg(l, DI); r += (i + 1) * sum_DI(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_FFI(FFI s) { return s.x + s.y + s.n; }
FFI change_FFI(FFI s) { s.n *= 2; s.y = -s.y; return s; }
double late_FFI(int64_t a, double b, int64_t c, int64_t d, FFI s, int64_t e, int64_t f, FFI t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_FFI(s) + 1000*sum_FFI(t); }
double floats_FFI(double a, double b, double c, double d, double e, double f, FFI s, double g, FFI t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_FFI(s) + 1000*sum_FFI(t); }
double back_FFI(FFI (*f)(FFI, int64_t), FFI s) { return sum_FFI(f(f(s, 1), 2)); }
double var_FFI(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { FFI s = va_arg(l, FFI); r += (i + 1) * sum_FFI(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_L3(L3 s) { return s.a + s.b + s.c; }
L3 change_L3(L3 s) { s.a = 1000; s.c++; return s; }
double late_L3(int64_t a, double b, int64_t c, int64_t d, L3 s, int64_t e, int64_t f, L3 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_L3(s) + 1000*sum_L3(t); }
double floats_L3(double a, double b, double c, double d, double e, double f, L3 s, double g, L3 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_L3(s) + 1000*sum_L3(t); }
double back_L3(L3 (*f)(L3, int64_t), L3 s) { return sum_L3(f(f(s, 1), 2)); }
double var_L3(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { L3 s = va_arg(l, L3); r += (i + 1) * sum_L3(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_D3(D3 s) { return s.x + s.y + s.z; }
D3 change_D3(D3 s) { s.x = 1000; s.z++; return s; }
double late_D3(int64_t a, double b, int64_t c, int64_t d, D3 s, int64_t e, int64_t f, D3 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_D3(s) + 1000*sum_D3(t); }
double floats_D3(double a, double b, double c, double d, double e, double f, D3 s, double g, D3 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_D3(s) + 1000*sum_D3(t); }
double back_D3(D3 (*f)(D3, int64_t), D3 s) { return sum_D3(f(f(s, 1), 2)); }
double var_D3(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { D3 s = va_arg(l, D3); r += (i + 1) * sum_D3(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_A4(A4 s) { return s.v[0] + s.v[1]*10 + s.v[2]*100 + s.v[3]*1000; }
A4 change_A4(A4 s) { s.v[0] = 9; s.v[3]++; return s; }
double late_A4(int64_t a, double b, int64_t c, int64_t d, A4 s, int64_t e, int64_t f, A4 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_A4(s) + 1000*sum_A4(t); }
double floats_A4(double a, double b, double c, double d, double e, double f, A4 s, double g, A4 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_A4(s) + 1000*sum_A4(t); }
double back_A4(A4 (*f)(A4, int64_t), A4 s) { return sum_A4(f(f(s, 1), 2)); }
double var_A4(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { A4 s = va_arg(l, A4); r += (i + 1) * sum_A4(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_AF(AF s) { return s.v[0] + s.v[1]*10 + s.t; }
AF change_AF(AF s) { s.v[0] = 9; s.t++; return s; }
double late_AF(int64_t a, double b, int64_t c, int64_t d, AF s, int64_t e, int64_t f, AF t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_AF(s) + 1000*sum_AF(t); }
double floats_AF(double a, double b, double c, double d, double e, double f, AF s, double g, AF t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_AF(s) + 1000*sum_AF(t); }
double back_AF(AF (*f)(AF, int64_t), AF s) { return sum_AF(f(f(s, 1), 2)); }
double var_AF(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { AF s = va_arg(l, AF); r += (i + 1) * sum_AF(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_A16(A16 s) { return s.v[0] + s.v[7]*2 + s.v[8]*3 + s.v[15]*4; }
A16 change_A16(A16 s) { s.v[0] = 99; s.v[15]++; return s; }
double late_A16(int64_t a, double b, int64_t c, int64_t d, A16 s, int64_t e, int64_t f, A16 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_A16(s) + 1000*sum_A16(t); }
double floats_A16(double a, double b, double c, double d, double e, double f, A16 s, double g, A16 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_A16(s) + 1000*sum_A16(t); }
double back_A16(A16 (*f)(A16, int64_t), A16 s) { return sum_A16(f(f(s, 1), 2)); }
double var_A16(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { A16 s = va_arg(l, A16); r += (i + 1) * sum_A16(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_A17(A17 s) { return s.v[0] + s.v[7]*2 + s.v[8]*3 + s.v[16]*4; }
A17 change_A17(A17 s) { s.v[0] = 99; s.v[16]++; return s; }
double late_A17(int64_t a, double b, int64_t c, int64_t d, A17 s, int64_t e, int64_t f, A17 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_A17(s) + 1000*sum_A17(t); }
double floats_A17(double a, double b, double c, double d, double e, double f, A17 s, double g, A17 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_A17(s) + 1000*sum_A17(t); }
double back_A17(A17 (*f)(A17, int64_t), A17 s) { return sum_A17(f(f(s, 1), 2)); }
double var_A17(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { A17 s = va_arg(l, A17); r += (i + 1) * sum_A17(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_N1(N1 s) { return s.p.a + s.p.b*10 + s.q.x + s.q.y; }
N1 change_N1(N1 s) { s.p.a = 8; s.q.y = 3; return s; }
double late_N1(int64_t a, double b, int64_t c, int64_t d, N1 s, int64_t e, int64_t f, N1 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_N1(s) + 1000*sum_N1(t); }
double floats_N1(double a, double b, double c, double d, double e, double f, N1 s, double g, N1 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_N1(s) + 1000*sum_N1(t); }
double back_N1(N1 (*f)(N1, int64_t), N1 s) { return sum_N1(f(f(s, 1), 2)); }
double var_N1(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { N1 s = va_arg(l, N1); r += (i + 1) * sum_N1(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_N2(N2 s) { return s.in[0].a + s.in[0].d; }
N2 change_N2(N2 s) { s.in[0].a = 8; s.in[0].d *= 2; return s; }
double late_N2(int64_t a, double b, int64_t c, int64_t d, N2 s, int64_t e, int64_t f, N2 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_N2(s) + 1000*sum_N2(t); }
double floats_N2(double a, double b, double c, double d, double e, double f, N2 s, double g, N2 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_N2(s) + 1000*sum_N2(t); }
double back_N2(N2 (*f)(N2, int64_t), N2 s) { return sum_N2(f(f(s, 1), 2)); }
double var_N2(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { N2 s = va_arg(l, N2); r += (i + 1) * sum_N2(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_U1(U1 s) { return s.i; }
U1 change_U1(U1 s) { s.i += 2; return s; }
double late_U1(int64_t a, double b, int64_t c, int64_t d, U1 s, int64_t e, int64_t f, U1 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_U1(s) + 1000*sum_U1(t); }
double floats_U1(double a, double b, double c, double d, double e, double f, U1 s, double g, U1 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_U1(s) + 1000*sum_U1(t); }
double back_U1(U1 (*f)(U1, int64_t), U1 s) { return sum_U1(f(f(s, 1), 2)); }
double var_U1(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { U1 s = va_arg(l, U1); r += (i + 1) * sum_U1(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_U2(U2 s) { return s.d; }
U2 change_U2(U2 s) { s.d += 2; return s; }
double late_U2(int64_t a, double b, int64_t c, int64_t d, U2 s, int64_t e, int64_t f, U2 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_U2(s) + 1000*sum_U2(t); }
double floats_U2(double a, double b, double c, double d, double e, double f, U2 s, double g, U2 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_U2(s) + 1000*sum_U2(t); }
double back_U2(U2 (*f)(U2, int64_t), U2 s) { return sum_U2(f(f(s, 1), 2)); }
double var_U2(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { U2 s = va_arg(l, U2); r += (i + 1) * sum_U2(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_SU(SU s) { return s.u.i + s.g; }
SU change_SU(SU s) { s.u.i = 77; s.g = 1; return s; }
double late_SU(int64_t a, double b, int64_t c, int64_t d, SU s, int64_t e, int64_t f, SU t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_SU(s) + 1000*sum_SU(t); }
double floats_SU(double a, double b, double c, double d, double e, double f, SU s, double g, SU t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_SU(s) + 1000*sum_SU(t); }
double back_SU(SU (*f)(SU, int64_t), SU s) { return sum_SU(f(f(s, 1), 2)); }
double var_SU(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { SU s = va_arg(l, SU); r += (i + 1) * sum_SU(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_P12(P12 s) { return *(int64_t *)s.p + s.n; }
P12 change_P12(P12 s) { s.n++; return s; }
double late_P12(int64_t a, double b, int64_t c, int64_t d, P12 s, int64_t e, int64_t f, P12 t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_P12(s) + 1000*sum_P12(t); }
double floats_P12(double a, double b, double c, double d, double e, double f, P12 s, double g, P12 t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_P12(s) + 1000*sum_P12(t); }
double back_P12(P12 (*f)(P12, int64_t), P12 s) { return sum_P12(f(f(s, 1), 2)); }
double var_P12(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { P12 s = va_arg(l, P12); r += (i + 1) * sum_P12(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }

double sum_Big(Big s) { return s.v[0] + s.v[11]; }
Big change_Big(Big s) { s.v[0] = 1; s.v[11]++; return s; }
double late_Big(int64_t a, double b, int64_t c, int64_t d, Big s, int64_t e, int64_t f, Big t, double g, int32_t h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_Big(s) + 1000*sum_Big(t); }
double floats_Big(double a, double b, double c, double d, double e, double f, Big s, double g, Big t, double h, float k) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*k + 100*sum_Big(s) + 1000*sum_Big(t); }
double back_Big(Big (*f)(Big, int64_t), Big s) { return sum_Big(f(f(s, 1), 2)); }
double var_Big(int32_t n, ...) { va_list l; va_start(l, n); double r = 0; for (int i = 0; i < n; i++) { Big s = va_arg(l, Big); r += (i + 1) * sum_Big(s) + va_arg(l, int); } r += va_arg(l, double); va_end(l); return r; }
