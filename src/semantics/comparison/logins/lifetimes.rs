//! How long the tokens of an auth role live: until they have to be renewed, and however often they are.

use super::super::{Change, Comparison, Direction, Evidence, Side, What};
use super::settings::{self, Object, ways};
use crate::model::vault::field::Fields;
use crate::semantics::login::Issued;

/// The fields on which it hangs.
pub(super) const FIELDS: [&str; 4] = ["token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period"];

/// Compares what the fields come to together, with the limits of the mount. `mount` is told of by itself.
pub(super) fn compare(
    object: &Object<'_>,
    (old, new): (&Fields, &Fields),
    (before, now): (&Issued<'_>, &Issued<'_>),
    mount: &str,
    comparison: &mut Comparison,
) {
    let most = |issued: &Issued<'_>| issued.lives_at_most.map_or(i64::MAX, |seconds| seconds.0);
    let (first, last) = ((before.ttl.0, now.ttl.0), (most(before), most(now)));
    let all = ways(first.1 > first.0 || last.1 > last.0, first.1 < first.0 || last.1 < last.0);
    let seconds = |fields: &Fields, name: &str| fields.duration(name).map_or(0, |it| it.value.0.max(0));
    let written: Vec<&'static str> =
        FIELDS.into_iter().filter(|name| seconds(old, name) != seconds(new, name)).collect();
    for direction in all {
        let fits = |name: &&&'static str| {
            let (before, now) = (lasting(seconds(old, name), name), lasting(seconds(new, name), name));
            (direction == Direction::Gained) == (now > before)
        };
        let causes: Vec<&'static str> = written.iter().filter(fits).copied().collect();
        // Less of one may let another one count.
        let causes = if causes.is_empty() { written.get(..1).unwrap_or_default().to_vec() } else { causes };
        for name in &causes {
            settings::tell(object, name, direction, (old, new), comparison);
        }
        // Of another type of token, the type tells.
        let is_same_type = before.token_type == now.token_type;
        if causes.is_empty() && is_same_type && !is_told_of(mount, comparison) {
            by_limits(object, direction, (old, new), (before, now), comparison);
        }
    }
}

/// What is not set stands for the longest.
fn lasting(seconds: i64, name: &str) -> i64 {
    let is_open = seconds == 0 && matches!(name, "token_ttl" | "token_max_ttl" | "token_explicit_max_ttl");
    if is_open { i64::MAX } else { seconds }
}

fn is_told_of(mount: &str, comparison: &Comparison) -> bool {
    comparison.changes.iter().any(|change| {
        matches!(&change.what, What::Setting { of, name, .. }
            if of == mount && matches!(name.as_str(), "default_lease_ttl" | "max_lease_ttl" | "token_type"))
    })
}

fn by_limits(
    object: &Object<'_>,
    direction: Direction,
    (old, new): (&Fields, &Fields),
    (before, now): (&Issued<'_>, &Issued<'_>),
    comparison: &mut Comparison,
) {
    let words = |issued: &Issued<'_>| match issued.lives_at_most {
        Some(most) => format!("{}, at most {most}", issued.ttl),
        None => format!("{}, without end", issued.ttl),
    };
    let mut evidence = Vec::new();
    for (side, fields) in [(Side::Old, old), (Side::New, new)] {
        let field = FIELDS.iter().find_map(|name| fields.get(name));
        evidence.extend(field.map(|field| Evidence {
            side,
            span: field.span,
            text: format!("{} sets `{}`, and the mount limits it", object.of, field.key),
        }));
    }
    let what = What::Setting {
        of: object.of.clone(),
        name: "lifetime".to_owned(),
        before: Some(words(before)),
        after: Some(words(now)),
    };
    comparison.changes.push(Change { direction, who: object.who.clone(), what, evidence });
}
