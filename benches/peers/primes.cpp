// Twin of famous/primes.sx.
constexpr bool is_prime(long n) {
    for (long d = 2; d * d <= n; d++)
        if (n % d == 0) return false;
    return true;
}
constexpr long nth(long count) {
    long found = 0, n = 1;
    while (found < count)
        if (is_prime(++n)) found++;
    return n;
}
static_assert(nth(10000) == 104729);
