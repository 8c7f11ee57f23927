//! Sorting without the standard library's sorts: those are some five kilobytes of code for each kind of element, and the few
//! lists that are sorted here are short or in order already.

/// Sorts in place: `before` says whether its first argument belongs before its second. Never worse than n log n; equal
/// elements may change places. A list that is in order already costs one walk.
///
/// ```
/// let mut days = [3, 1, 2];
/// dagfill::sort::sort_by(&mut days, |a, b| a < b);
/// assert_eq!(days, [1, 2, 3]);
/// ```
pub fn sort_by<T>(list: &mut [T], before: impl Fn(&T, &T) -> bool) {
    if list.is_sorted_by(|a, b| !before(b, a)) {
        return;
    }
    // A heap with the last element on top, from which the list is filled from its end.
    let len = list.len();
    (0..len / 2).rev().for_each(|top| sink(list, top, &before));
    for end in (1..len).rev() {
        list.swap(0, end);
        if let Some((heap, _)) = list.split_at_mut_checked(end) {
            sink(heap, 0, &before);
        }
    }
}

/// Moves `top` down until no child of it belongs behind it.
fn sink<T>(heap: &mut [T], mut top: usize, before: &impl Fn(&T, &T) -> bool) {
    loop {
        let left = 2 * top + 1;
        let later = match (heap.get(left), heap.get(left + 1)) {
            (Some(a), Some(b)) if before(a, b) => left + 1,
            (Some(_), _) => left,
            (None, _) => return,
        };
        match (heap.get(top), heap.get(later)) {
            (Some(a), Some(b)) if before(a, b) => heap.swap(top, later),
            _ => return,
        }
        top = later;
    }
}
