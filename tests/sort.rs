//! Sorting, against the standard library's.

use dagfill::sort::sort_by;

#[test]
fn lists_of_every_length_and_order_come_out_as_the_standard_library_sorts_them() {
    let mut seed = 1_u64;
    for length in 0..300 {
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 58
        };
        let list: Vec<u64> = (0..length).map(|_| next()).collect();
        let mut expected = list.clone();
        expected.sort_unstable();
        let reversed: Vec<u64> = expected.iter().rev().copied().collect();
        for mut list in [list, reversed, expected.clone()] {
            sort_by(&mut list, |a, b| a < b);
            assert_eq!(list, expected);
        }
    }
}
