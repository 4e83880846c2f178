//! The globs of bound lists against a matcher that is too plain to be wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

use proptest::prelude::*;
use rolewright::semantics::bound::{admits, admits_all};

/// A `*` takes any number of characters, everything else itself.
fn plainly_admits(glob: &[char], name: &[char]) -> bool {
    match glob.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => (0..=name.len()).any(|taken| plainly_admits(rest, &name[taken..])),
        Some((first, rest)) => {
            name.split_first().is_some_and(|(next, after)| next == first && plainly_admits(rest, after))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn globs_admit_what_they_spell(glob in "[ab*ä?-]{0,8}", name in "[abä-]{0,8}") {
        let (glob_characters, characters): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
        prop_assert_eq!(admits(&glob, &name), plainly_admits(&glob_characters, &characters), "{} on {}", glob, name);
    }

    #[test]
    fn globs_for_all_admit_all(stars in "\\*{1,4}", name in "\\PC{0,12}") {
        prop_assert!(admits_all(&stars) && admits(&stars, &name));
    }
}
