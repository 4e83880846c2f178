//! Roles of the Kubernetes secrets engine: where they make credentials, of whom, and for how long.
//!
//! What the credentials may do in the cluster is compared with all that bindings give.

use std::collections::BTreeSet;

use super::super::{Change, Comparison, Direction, Evidence, Side, What, word};
use super::mounts::{namespace, paired};
use super::settings::{self, Limits, Object, ways};
use crate::model::vault::field::Fields;
use crate::model::vault::secrets_role::{SECRETS_ROLE, SecretsRole};
use crate::semantics::reach::Access;
use crate::semantics::{generated_rules, namespace_selector};
use crate::syntax::{SourceId, Span, yaml};

const NAMESPACES: &str = "allowed_kubernetes_namespaces";
const SELECTOR: &str = "allowed_kubernetes_namespace_selector";
const ACCOUNT: &str = "service_account_name";
const RULES: &str = "generated_role_rules";
/// Fields that are compared here, and those that are compared by what they give.
const OWN: [&str; 6] = [NAMESPACES, SELECTOR, ACCOUNT, RULES, "kubernetes_role_name", "kubernetes_role_type"];
/// Fields without effect where an existing service account is taken.
const OF_MADE: [&str; 3] = ["name_template", "extra_labels", "extra_annotations"];

/// An engine role of both sides.
pub(in super::super) struct Both<'p> {
    /// `MOUNT/NAME`, below the Vault namespace.
    pub(in super::super) label: String,
    pub(in super::super) old: &'p SecretsRole,
    pub(in super::super) new: &'p SecretsRole,
}

/// Of several of one name, the last.
pub(in super::super) fn of_both<'p>(old: &'p Access<'_>, new: &'p Access<'_>) -> Vec<Both<'p>> {
    let both = |(label, (old, new))| Some(Both { label, old: old?, new: new? });
    all(old, new).into_iter().filter_map(both).collect()
}

/// ``whoever may use `kubernetes/creds/deployer` ``.
pub(in super::super) fn user_words(label: &str) -> String {
    let (mount, name) = label.rsplit_once('/').unwrap_or(("", label));
    format!("whoever may use {}", word(format!("{mount}/creds/{name}")))
}

/// ``secrets engine role `kubernetes/deployer` ``.
pub(in super::super) fn role_words(label: &str) -> String {
    format!("secrets engine role {}", word(label))
}

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>, comparison: &mut Comparison) {
    for (label, pair) in all(old, new) {
        match pair {
            (Some(before), Some(now)) => {
                let limits = (limits(old, before), limits(new, now));
                changed(&label, (before, now), limits, comparison);
            }
            (None, Some(role)) => whole(&label, Side::New, role, comparison),
            (Some(role), None) => whole(&label, Side::Old, role, comparison),
            (None, None) => {}
        }
    }
}

type All<'p> = std::collections::BTreeMap<String, (Option<&'p SecretsRole>, Option<&'p SecretsRole>)>;

fn all<'p>(old: &'p Access<'_>, new: &'p Access<'_>) -> All<'p> {
    let key = |access: &Access<'_>, role: &SecretsRole| {
        let mount = role.mount.trim_matches('/');
        (namespace(access, role.span), format!("{mount}/{}", role.name.value.to_lowercase()))
    };
    let (of_old, of_new) = (&old.project().secrets_roles, &new.project().secrets_roles);
    paired(of_old, of_new, |it| key(old, it), |it| key(new, it))
}

/// How long the credentials of a secrets role live where it says nothing, and at most.
fn limits(access: &Access<'_>, role: &SecretsRole) -> Limits {
    let mut engines = access.project().engines.iter();
    let of_vault = namespace(access, role.span);
    let engine = engines.find(|engine| {
        engine.path.value.trim_matches('/') == role.mount.trim_matches('/')
            && namespace(access, engine.span) == of_vault
    });
    let tuned = |name: &str| {
        let seconds = engine?.settings.duration(name)?.value;
        (seconds.0 > 0).then_some(seconds)
    };
    let limits = Limits::default();
    Limits {
        default: tuned("default_lease_ttl").unwrap_or(limits.default),
        most: tuned("max_lease_ttl").unwrap_or(limits.most),
    }
}

/// A role that only one side has.
fn whole(label: &str, side: Side, role: &SecretsRole, comparison: &mut Comparison) {
    let of = role_words(label);
    let (direction, done) = match side {
        Side::Old => (Direction::Lost, "removed"),
        Side::New => (Direction::Gained, "added"),
    };
    let present = Some(minted(role));
    let (before, after) = if side == Side::Old { (present, None) } else { (None, present) };
    let evidence = vec![Evidence { side, span: role.name.span, text: format!("{of} is {done}") }];
    let what = What::Setting { of, name: "role".to_owned(), before, after };
    comparison.changes.push(Change { direction, who: vec![user_words(label)], what, evidence });
}

/// What a secrets role makes tokens for.
fn minted(role: &SecretsRole) -> String {
    let text = |name: &str| filled(&role.fields, name);
    let for_whom = text(ACCOUNT)
        .map(|name| format!("tokens of the service account {}", word(name)))
        .or_else(|| {
            text("kubernetes_role_name").map(|name| format!("tokens bound to the role {}", word(name)))
        })
        .unwrap_or_else(|| "tokens bound to a role of its own".to_owned());
    let namespaces: Vec<String> = role.fields.list(NAMESPACES).iter().map(|it| word(it.as_str())).collect();
    match namespaces.is_empty() {
        true => for_whom,
        false => format!("{for_whom} in {}", namespaces.join(", ")),
    }
}

/// The text of a field that is not empty.
pub(in super::super) fn filled<'r>(fields: &'r Fields, name: &str) -> Option<&'r str> {
    fields.text(name).map(|text| text.value).filter(|text| !text.is_empty())
}

fn changed(
    label: &str,
    (old, new): (&SecretsRole, &SecretsRole),
    limits: (Limits, Limits),
    comparison: &mut Comparison,
) {
    let fields = (&old.fields, &new.fields);
    let accounts = (filled(fields.0, ACCOUNT), filled(fields.1, ACCOUNT));
    let mut skip = OWN.to_vec();
    if accounts.0.is_some() && accounts.1.is_some() {
        skip.extend(OF_MADE);
    }
    let who = vec![user_words(label)];
    let object = Object { of: role_words(label), who, table: &SECRETS_ROLE, skip: &skip, limits };
    // Whose token it is counts for more than RBAC: who else knows that service account gives it something, too. One
    // that is made for the purpose is another one.
    if accounts.0 != accounts.1 {
        for direction in [Direction::Gained, Direction::Lost] {
            settings::tell(&object, ACCOUNT, direction, fields, comparison);
        }
    }
    let texts = (filled(fields.0, RULES), filled(fields.1, RULES));
    let is_read = |text: Option<&str>| text.is_none_or(|text| generated_rules::read(text, NOWHERE).is_some());
    if texts.0 != texts.1 && !(is_read(texts.0) && is_read(texts.1)) {
        settings::tell(&object, RULES, Direction::Unclear, fields, comparison);
    }
    places(&object, fields, comparison);
    settings::compare(&object, fields.0, fields.1, comparison);
}

const NOWHERE: Span = Span { source: SourceId(u32::MAX), start: 0, end: 0 };

/// In which Kubernetes namespaces the role makes credentials: those of the list, letter for letter, and those with the
/// labels.
fn places(object: &Object<'_>, (old, new): (&Fields, &Fields), comparison: &mut Comparison) {
    let (before, now) = (Places::of(old), Places::of(new));
    if before == now || (before.are_all() && now.are_all()) {
        return;
    }
    let mut told = |name: &'static str, directions: Vec<Direction>| {
        for direction in directions {
            settings::tell(object, name, direction, (old, new), comparison);
        }
    };
    if before.named != now.named {
        let more = !before.are_all() && !now.named.is_subset(&before.named);
        let less = !now.are_all() && !before.named.is_subset(&now.named);
        told(NAMESPACES, ways(more, less));
    }
    if before.labelled != now.labelled {
        let beyond = |one: &Places<'_>, other: &Places<'_>| match (&one.labelled, &other.labelled) {
            _ if other.are_all() => Some(false),
            (None, _) => Some(false),
            (Some(_), None) => Some(true),
            (Some(one), Some(other)) => one.selects_beyond(other),
        };
        match (beyond(&now, &before), beyond(&before, &now)) {
            (Some(more), Some(less)) => told(SELECTOR, ways(more, less)),
            _ => told(SELECTOR, vec![Direction::Unclear]),
        }
    }
}

/// Where a role makes credentials.
#[derive(PartialEq)]
pub(in super::super) struct Places<'r> {
    /// Names, in lower case as the engine stores them; `*` for all.
    pub(in super::super) named: BTreeSet<String>,
    pub(in super::super) labelled: Option<Labels<'r>>,
}

/// A label selector.
pub(in super::super) struct Labels<'r> {
    text: &'r str,
    conditions: Option<namespace_selector::Conditions>,
}

impl<'r> Places<'r> {
    pub(in super::super) fn of(fields: &'r Fields) -> Places<'r> {
        let named = fields.list(NAMESPACES).iter().map(|name| name.value.trim().to_lowercase()).collect();
        let labelled =
            filled(fields, SELECTOR).map(|text| Labels { text, conditions: namespace_selector::read(text) });
        Places { named, labelled }
    }

    /// True if every namespace will do.
    pub(in super::super) fn are_all(&self) -> bool {
        let by_labels = self.labelled.as_ref().and_then(|labels| labels.conditions.as_ref());
        self.named.contains("*") || by_labels.is_some_and(namespace_selector::Conditions::are_none)
    }

    /// True if not all that will do are named.
    pub(in super::super) fn are_open(&self) -> bool {
        self.named.contains("*") || self.labelled.is_some()
    }
}

impl PartialEq for Labels<'_> {
    /// Layout does not count.
    fn eq(&self, other: &Self) -> bool {
        let tree = |text: &str| {
            let documents = yaml::parse(text, SourceId(u32::MAX)).documents;
            documents.into_iter().next().map(|document| document.root.to_json())
        };
        self.text == other.text || tree(self.text) == tree(other.text)
    }
}

impl Labels<'_> {
    /// True if some namespace, whichever labels it has, is selected by this one alone; nothing if that is not known.
    fn selects_beyond(&self, other: &Labels<'_>) -> Option<bool> {
        let (own, others) = (self.conditions.as_ref()?, other.conditions.as_ref()?);
        if !own.expressions.is_empty() || !others.expressions.is_empty() {
            return None;
        }
        Some(others.labels.iter().any(|pair| !own.labels.contains(pair)))
    }

    /// True if a namespace with these labels, which are all that it has, is certainly not selected.
    pub(in super::super) fn refuses(&self, labels: &[(String, String)]) -> bool {
        self.conditions.as_ref().is_some_and(|conditions| conditions.refuse(labels))
    }
}
