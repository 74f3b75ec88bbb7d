/* Twin of mandelbrot.sx. */
#include <stdint.h>
#include <stdio.h>
#define SIDE 200
#define N 200

static int64_t iterations(double cx, double cy) {
    double x = 0.0, y = 0.0;
    for (int64_t n = 0; n < N; n++) {
        double x2 = x * x, y2 = y * y;
        if (x2 + y2 > 4.0) return n;
        y = 2.0 * x * y + cy;
        x = x2 - y2 + cx;
    }
    return N;
}

int main(void) {
    int64_t total = 0;
    for (int64_t row = 0; row < SIDE; row++)
        for (int64_t column = 0; column < SIDE; column++) {
            double cx = (double)column * 3.0 / SIDE - 2.25;
            double cy = (double)row * 2.5 / SIDE - 1.25;
            total += iterations(cx, cy);
        }
    printf("%lld\n", (long long)total);
    return 0;
}
