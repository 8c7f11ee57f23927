//! "Did you mean": the name that is nearest to a misspelt one. js/nearest.ts does the same for names that only JavaScript
//! knows; tests/cases/names/nearest.json holds both.

/// The name that needs the fewest edits (insert, delete, replace, swap of neighbours; case counts as half an edit), if those
/// are few enough to be a misspelling: at most a third of the longer word.
///
/// ```
/// assert_eq!(dagfill::error::nearest("Europe/Berln", ["Europe/Berlin", "Europe/Bern"]), Some("Europe/Berlin"));
/// assert_eq!(dagfill::error::nearest("banana", ["ds", "ts"]), None);
/// ```
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut names = names.into_iter();
    nearest_of(word, &mut || names.next())
}

fn nearest_of<'a>(word: &str, next: &mut dyn FnMut() -> Option<&'a str>) -> Option<&'a str> {
    // Names of this library are short. A longer word did not misspell one of them, and the comparison is quadratic.
    const LONGEST: usize = 64;
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if word.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &'a str)> = None;
    while let Some(name) = next() {
        let letters: Vec<char> = name.chars().collect();
        // The first cost that is too high.
        let allowed = 2 * (word.len().max(letters.len()) / 3).max(1) + 1;
        let limit = allowed.min(2 * letters.len()).min(best.map_or(allowed, |(least, _)| least));
        // Words of other lengths need as many edits as the lengths differ.
        if 2 * word.len().abs_diff(letters.len()) < limit {
            let cost = distance(&word, &letters);
            if cost < limit {
                best = Some((cost, name));
            }
        }
    }
    best.map(|(_, name)| name)
}

/// Twice the number of edits between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).map(|j| 2 * j).collect();
    let mut previous_a: Option<char> = None;
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        let mut left = 2 * (i + 1);
        row.push(left);
        let mut previous_b: Option<char> = None;
        for (j, &y) in b.iter().enumerate() {
            let replace = match (x == y, x.eq_ignore_ascii_case(&y)) {
                (true, _) => 0,
                (_, true) => 1,
                _ => 2,
            };
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&last, j) + replace).min(at(&last, j + 1) + 2).min(left + 2);
            if previous_a == Some(y) && previous_b == Some(x) && x != y {
                cost = cost.min(at(&before, j.wrapping_sub(1)).saturating_add(2));
            }
            row.push(cost);
            left = cost;
            previous_b = Some(y);
        }
        before = std::mem::replace(&mut last, row);
        previous_a = Some(x);
    }
    last.last().copied().unwrap_or(0)
}
