//! Names of service accounts that the Kubernetes secrets engine makes.
//!
//! Source: `path_roles.go` of the engine: without a template of its own a role makes `v-DISPLAY-ROLE-TIME-RANDOM`, of the
//! display name and of the name of the role eight characters each, and 24 random letters and digits.

use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::bound;

/// What a glob says to a made name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Admits {
    Never,
    /// It hangs on what is filled in.
    Perhaps,
    Always,
}

/// Stands for text that nobody chose; no glob has it.
const FILLED: char = '\u{1}';

/// Whether a bound name admits the accounts that the role makes.
pub(super) fn admits(glob: &str, role: &SecretsRole) -> Admits {
    if bound::admits_all(glob) {
        return Admits::Always;
    }
    let template = role.fields.text("name_template").filter(|template| !template.value.is_empty());
    let (shape, first, tail) = match template {
        None => {
            let name: String = role.name.value.to_lowercase().chars().take(8).collect();
            (format!("v-{FILLED}-{name}-{FILLED}-{FILLED}"), "v-", "")
        }
        Some(template) => {
            let first = template.value.split("{{").next().unwrap_or_default();
            let tail = template.value.rsplit("}}").next().filter(|_| template.value.contains("}}"));
            (format!("{first}{FILLED}"), first, tail.unwrap_or(first))
        }
    };
    let (start, end) = (glob.split('*').next().unwrap_or(glob), glob.rsplit('*').next().unwrap_or(glob));
    // A name that is given whole is none that a template fills in.
    if !glob.contains('*') {
        return if shape.contains(FILLED) && template.is_none() { Admits::Never } else { Admits::Perhaps };
    }
    if bound::admits(glob, &shape) {
        return Admits::Always;
    }
    let is_random = |end: &str| {
        let mut last = end.chars().rev().take(24);
        last.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    let meets = (start.starts_with(first) || first.starts_with(start))
        && if template.is_none() { is_random(end) } else { end.ends_with(tail) || tail.ends_with(end) };
    if meets { Admits::Perhaps } else { Admits::Never }
}
