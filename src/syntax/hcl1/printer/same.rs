//! Whether two texts say the same.

use crate::syntax::hcl1::{Document, Item, Value, ValueKind, parse};

/// True if both texts in HCL parse, to the same tree, and hold the same comments, in whatever order.
pub(super) fn text(one: &str, other: &str) -> bool {
    let place = super::nowhere();
    let (first, second) = (parse(one, &place), parse(other, &place));
    let readable = first.errors.is_empty() && second.errors.is_empty() && first.format == second.format;
    let repeats = first.repeats.len() == second.repeats.len();
    readable
        && repeats
        && items(&first.items, &second.items)
        && comments(one, &first) == comments(other, &second)
}

/// True if the items mean the same, whichever of the two forms they were written in.
pub(super) fn content(one: &[Item<'_>], other: &[Item<'_>]) -> bool {
    pairwise(one, other, |one, other| {
        let keys = pairwise(&one.keys, &other.keys, |one, other| one.text == other.text);
        keys && same_value(&one.value, &other.value, content)
    })
}

fn items(one: &[Item<'_>], other: &[Item<'_>]) -> bool {
    pairwise(one, other, |one, other| {
        let keys = pairwise(&one.keys, &other.keys, |one, other| {
            one.text == other.text && one.quoted == other.quoted && one.readable == other.readable
        });
        // `name {}` and `name = {}` are the same but for the check of arguments that are set twice.
        let is_object = matches!(one.value.kind, ValueKind::Object(_));
        let form = is_object || one.assign.is_some() == other.assign.is_some();
        keys && form && same_value(&one.value, &other.value, items)
    })
}

fn same_value(one: &Value<'_>, other: &Value<'_>, same_items: fn(&[Item<'_>], &[Item<'_>]) -> bool) -> bool {
    use ValueKind::{Bool, Float, Heredoc, List, Null, Number, Object, Text, Undecodable};
    match (&one.kind, &other.kind) {
        (Text(one), Text(other)) | (Heredoc(one), Heredoc(other)) => one == other,
        (Number(one), Number(other)) | (Float(one), Float(other)) => one == other,
        (Bool(one), Bool(other)) => one == other,
        (Null, Null) | (Undecodable, Undecodable) => true,
        (List(one), List(other)) => pairwise(one, other, |one, other| same_value(one, other, same_items)),
        (Object(one), Object(other)) => same_items(one, other),
        _ => false,
    }
}

fn pairwise<T>(one: &[T], other: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

fn comments<'t>(text: &'t str, document: &Document<'_>) -> Vec<&'t str> {
    let texts = document.comments.iter().filter_map(|comment| text.get(comment.clone()));
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts
}
