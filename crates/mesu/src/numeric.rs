//! Small functions on lists of numbers.

/// Returns the position of the largest number; the first of equals.
pub(crate) fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, x) in row.iter().enumerate() {
        if *x > row[best] {
            best = i;
        }
    }
    best
}
