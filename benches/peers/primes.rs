// Twin of famous/primes.sx.
const fn is_prime(n: i64) -> bool {
    let mut d = 2;
    while d * d <= n {
        if n % d == 0 { return false; }
        d += 1;
    }
    true
}
const fn nth(count: i64) -> i64 {
    let (mut found, mut n) = (0, 1);
    while found < count {
        n += 1;
        if is_prime(n) { found += 1; }
    }
    n
}
const _: () = assert!(nth(10000) == 104729);
