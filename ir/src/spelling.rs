//! What a misspelt name was meant to be.

/// The candidate closest to `name`, if any is close enough to be a likely misspelling.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
    // A single letter resembles every other; of two, only the order or the case may be wrong.
    let limit = match name.chars().count() {
        0 | 1 => return None,
        n => (n / 3).max(1),
    };
    let swapped: String = name.chars().rev().collect();
    let short = |c: &str| name.len() > 2 || c.eq_ignore_ascii_case(name) || *c == swapped;
    candidates
        .into_iter()
        .filter(|c| *c != name && short(c))
        .map(|c| match c.eq_ignore_ascii_case(name) {
            true => (1, c),
            false => (distance(name, c, limit), c),
        })
        .filter(|(d, _)| *d <= limit)
        .min()
        .map(|(_, c)| c.to_string())
}

/// Optimal string alignment distance, cut off above `limit`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        let known = ["haswell", "skylake", "znver4"];
        assert_eq!(nearest("hasswell", known).as_deref(), Some("haswell"));
        assert_eq!(nearest("zenver4", known).as_deref(), Some("znver4"));
        assert_eq!(nearest("SKYLAKE", known).as_deref(), Some("skylake"));
        assert_eq!(nearest("nonsense", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
