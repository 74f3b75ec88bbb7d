//! What a misspelt name was meant to be.

use smallvec::SmallVec;

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
    // Many names are compared with many: most differ too much by their lengths alone.
    if a.is_ascii() && b.is_ascii() {
        return distance_of(a.as_bytes(), b.as_bytes(), limit);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    distance_of(&a, &b, limit)
}

fn distance_of<C: Copy + Eq>(mut a: &[C], mut b: &[C], limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    // What both begin and end with costs nothing.
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_last(), b.split_last())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    // Three rows of the table, of which only what is near the diagonal can stay within the limit.
    let (width, far) = (b.len() + 1, limit + 1);
    let mut rows: SmallVec<[usize; 96]> = SmallVec::from_elem(far, 3 * width);
    for (j, cell) in rows[..width].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        let [before, last, row] = [i + 1, i + 2, i].map(|row| row % 3 * width);
        let (from, to) = (i.saturating_sub(limit).max(1), (i + limit).min(b.len()));
        rows[row..row + width].fill(far);
        if i <= limit {
            rows[row] = i;
        }
        let mut least = rows[row];
        for j in from..=to {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[last + j] + 1)
                .min(rows[row + j - 1] + 1)
                .min(rows[last + j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[before + j - 2] + 1);
            }
            rows[row + j] = best;
            least = least.min(best);
        }
        // It only grows from here on, but for two neighbours swapped.
        if least > limit && rows[last..last + width].iter().all(|cell| *cell >= limit) {
            return far;
        }
    }
    rows[a.len() % 3 * width + b.len()].min(far)
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
        assert_eq!(nearest("hsawell", known).as_deref(), Some("haswell"));
        assert_eq!(
            nearest("größe", ["grösse", "größen"]).as_deref(),
            Some("größen")
        );
    }
}
