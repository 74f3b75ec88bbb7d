//! Random numbers that are the same everywhere: a seed names a program for ever.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            (self.word() % n as u64) as usize
        }
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Between `low` and `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low.wrapping_add((self.word() % (high.wrapping_sub(low) as u64 + 1)) as i64)
    }

    /// An element; the list must not be empty.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_is_a_sequence() {
        let mut random = Random::new(1);
        let first = [random.below(1000), random.below(1000), random.below(1000)];
        let mut again = Random::new(1);
        assert_eq!(
            first,
            [again.below(1000), again.below(1000), again.below(1000)]
        );
        assert!((0..100).all(|_| (-3..=3).contains(&random.range(-3, 3))));
    }
}
