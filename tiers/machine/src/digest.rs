//! A hash for comparing the memory that engines leave.

/// A fast, portable hash of bytes.
pub(crate) struct Digest(u64);

/// Multiplies and folds both halves together.
#[inline(always)]
fn mix(state: u64, word: u64, multiplier: u64) -> u64 {
    let product = u128::from(state ^ word) * u128::from(multiplier);
    (product as u64) ^ ((product >> 64) as u64) ^ word.rotate_left(32)
}

const MULTIPLIERS: [u64; 4] = [
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

impl Digest {
    pub(crate) fn new() -> Digest {
        Digest(0x9e37_79b9_7f4a_7c15)
    }

    #[inline(always)]
    pub(crate) fn word(&mut self, word: u64) {
        self.0 = mix(self.0, word, MULTIPLIERS[0]).rotate_left(5);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        // Four independent lanes for the bulk, so that the multiplications overlap.
        let (blocks, rest) = bytes.as_chunks::<32>();
        let mut lanes = [self.0; 4];
        for block in blocks {
            let (words, _) = block.as_chunks::<8>();
            for (lane, (word, multiplier)) in lanes.iter_mut().zip(words.iter().zip(MULTIPLIERS)) {
                *lane = mix(*lane, u64::from_le_bytes(*word), multiplier).rotate_left(5);
            }
        }
        for lane in lanes {
            self.word(lane);
        }
        for part in rest.chunks(8) {
            let mut last = [0u8; 8];
            last[..part.len()].copy_from_slice(part);
            self.word(u64::from_le_bytes(last));
        }
    }

    pub(crate) fn value(&self) -> u64 {
        self.0
    }
}
