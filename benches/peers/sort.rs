// Twin of famous/sort.sx.
const COUNT: usize = 10000;
const fn sort(xs: &mut [i64; COUNT], low: i64, high: i64) {
    if low >= high { return; }
    let pivot = xs[(low + (high - low + 1) / 2) as usize];
    let (mut i, mut j) = (low, high);
    while i <= j {
        while xs[i as usize] < pivot { i += 1; }
        while xs[j as usize] > pivot { j -= 1; }
        if i <= j {
            let t = xs[i as usize];
            xs[i as usize] = xs[j as usize];
            xs[j as usize] = t;
            i += 1;
            j -= 1;
        }
    }
    sort(xs, low, j);
    sort(xs, i, high);
}
const fn sorted() -> [i64; COUNT] {
    let mut xs = [0; COUNT];
    let mut x = 1u64;
    let mut i = 0;
    while i < COUNT {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        xs[i] = (x >> 40) as i64;
        i += 1;
    }
    sort(&mut xs, 0, COUNT as i64 - 1);
    xs
}
pub static RESULT: [i64; COUNT] = sorted();
