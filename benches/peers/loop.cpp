// Twin of famous/loop.sx.
constexpr long steps() {
    long x = 0;
    for (long i = 0; i < 10000000; i++) x = x + (i & 7);
    return x;
}
static_assert(steps() == 35000000);
