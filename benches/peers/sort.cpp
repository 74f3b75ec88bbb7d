// Twin of famous/sort.sx.
constexpr int COUNT = 10000;
constexpr void sort(long *xs, long len) {
    if (len < 2) return;
    long pivot = xs[len / 2], i = 0, j = len - 1;
    while (i <= j) {
        while (xs[i] < pivot) i++;
        while (xs[j] > pivot) j--;
        if (i <= j) { long t = xs[i]; xs[i] = xs[j]; xs[j] = t; i++; j--; }
    }
    sort(xs, j + 1);
    sort(xs + i, len - i);
}
struct Numbers { long xs[COUNT]; };
constexpr Numbers sorted() {
    Numbers n{};
    unsigned long x = 1;
    for (int i = 0; i < COUNT; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        n.xs[i] = (long)(x >> 40);
    }
    sort(n.xs, COUNT);
    return n;
}
constexpr Numbers RESULT = sorted();
static_assert(RESULT.xs[0] <= RESULT.xs[COUNT - 1]);
