// Twin of famous/table.sx.
const fn make() -> [[u64; 4096]; 64] {
    let mut table = [[0; 4096]; 64];
    let mut i = 0;
    while i < 64 {
        let mut j = 0;
        while j < 4096 {
            table[i][j] = ((i * 4096 + j) as u64).wrapping_mul(0x9E3779B97F4A7C15);
            j += 1;
        }
        i += 1;
    }
    table
}
pub static TABLE: [[u64; 4096]; 64] = make();
