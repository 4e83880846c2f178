//! One of the two projects: its auth roles and what their tokens hold.

use std::collections::{HashMap, HashSet};

use super::super::Side;
use super::clusters::Clusters;
use super::contents::{BUILT_IN_POLICY, Contents, Stems, stem};
use super::login_terms::LoginTerms;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{AuthMethod, Issued, token_of};
use crate::semantics::namespace_selector;
use crate::semantics::reach::{Access, Held};
use crate::semantics::template::is_templated;
use crate::syntax::{Span, Spanned};

/// One of the two projects, arranged.
pub(super) struct Arranged<'s> {
    pub(super) side: Side,
    pub(super) access: &'s Access<'s>,
    /// Distinct contents of tokens.
    pub(super) holds: Vec<Hold<'s>>,
    /// The roles that issue tokens.
    pub(super) roles: Vec<Role<'s>>,
    /// Definitions of policies that some token holds, by the places of name and text.
    pub(super) attached: HashSet<(Span, Span)>,
    /// Roles that admit a service account by its namespace and name, letter for letter.
    named: HashMap<(&'s str, &'s str), Vec<usize>>,
    /// Roles with a glob or a selector.
    open: Vec<usize>,
}

/// An auth role that issues tokens.
pub(super) struct Role<'s> {
    pub(super) role: &'s AuthRole,
    pub(super) method: &'s AuthMethod<'s>,
    /// Position in [`Arranged::holds`].
    pub(super) hold: usize,
    /// The number of the cluster whose service accounts it admits.
    pub(super) cluster: usize,
    pub(super) terms: LoginTerms,
    /// `MOUNT/NAME` with the Vault namespace in front, the name in lower case.
    pub(super) label: String,
    /// The namespace selector, if there is one.
    pub(super) selector: Option<Selector<'s>>,
}

/// `bound_service_account_namespace_selector`.
pub(in super::super) struct Selector<'s> {
    pub(in super::super) text: Spanned<&'s str>,
    /// Equal for selectors that ask for the same labels.
    pub(in super::super) key: String,
    /// It selects every namespace.
    pub(in super::super) selects_all: bool,
}

/// What a token holds, whoever it is issued to.
pub(super) struct Hold<'s> {
    /// The Vault namespace: `""`, or with a slash at the end.
    pub(super) namespace: String,
    pub(super) dialects: &'static [Dialect],
    pub(super) texts: Vec<Text<'s>>,
    /// The numbers of the texts, in order.
    pub(super) contents: Vec<u32>,
    /// Policies of which it is not known what they say.
    pub(super) unsettled: Vec<Unsettled>,
    /// Servers that refuse to store one of the policies, with the policy.
    pub(super) refused_by: Vec<(Dialect, String, Span)>,
    /// The token without its policies; nothing for a policy alone.
    pub(super) issued: Option<Issued<'s>>,
    /// Equal for tokens that give the same answers, on either side.
    pub(super) key: u32,
}

/// A policy that a token holds.
pub(super) struct Text<'s> {
    /// In lower case.
    pub(super) name: String,
    pub(super) content: u32,
    stems: Stems<'s>,
    definition: Definition<'s>,
}

enum Definition<'s> {
    Written(&'s Policy),
    BuiltIn(Box<Held<'s>>),
}

/// A policy of which it is not known what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Unsettled {
    pub(super) name: String,
    pub(super) why: Why,
}

/// Why it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Why {
    /// No input defines it.
    Missing,
    /// Every server of the target refuses to store it.
    Refused,
    /// Several inputs define it, with these numbers.
    Several(Vec<u32>),
}

/// What tells contents of tokens apart, and the number of each.
#[derive(Default)]
pub(super) struct Keys(HashMap<HoldKey, u32>);

#[derive(PartialEq, Eq, Hash)]
struct HoldKey {
    namespace: String,
    dialects: &'static [Dialect],
    contents: Vec<u32>,
    unsettled: Vec<Unsettled>,
    refused_by: Vec<Dialect>,
    alias_is_name: bool,
}

/// Roles with the same of these have tokens with the same contents.
#[derive(PartialEq, Eq, Hash)]
struct Attaching<'s> {
    names: Vec<&'s str>,
    with_default: bool,
    alias_is_name: bool,
    namespace: &'s str,
    /// Of several policies of a name, the one nearest to the role counts.
    place: u32,
}

impl<'s> Arranged<'s> {
    pub(super) fn new(
        side: Side,
        access: &'s Access<'s>,
        clusters: &Clusters,
        contents: &mut Contents<'s>,
        keys: &mut Keys,
    ) -> Arranged<'s> {
        let mut arranged = Arranged {
            side,
            access,
            holds: Vec::new(),
            roles: Vec::new(),
            attached: HashSet::new(),
            named: HashMap::new(),
            open: Vec::new(),
        };
        let mut known: HashMap<Attaching<'s>, usize> = HashMap::new();
        for (method, role) in access.roles() {
            let dialect = access.dialects_at(role.span).first().copied().unwrap_or(Dialect::VaultCurrent);
            let Ok(issued) = token_of(role, method, dialect) else { continue };
            let terms = LoginTerms::of(role, &issued);
            let attaching = Attaching {
                names: role.policies().iter().map(Spanned::as_str).collect(),
                with_default: !role.fields.bool("token_no_default_policy").is_some_and(|it| it.value),
                alias_is_name: issued.alias_is_name,
                namespace: &method.namespace,
                place: role.span.source.0,
            };
            let hold = *known.entry(attaching).or_insert_with(|| {
                let holder = access.of_role(role, method);
                let hold = Hold::of(side, access, holder.held, &method.namespace, role.span, contents);
                let issued = Issued { policies: Vec::new(), ..issued.clone() };
                let hold = Hold { issued: Some(issued), ..hold };
                arranged.attached.extend(hold.texts.iter().filter_map(Text::place));
                arranged.holds.push(hold.keyed(keys));
                arranged.holds.len() - 1
            });
            arranged.take(role, method, hold, clusters.number(method), terms);
        }
        arranged
    }

    fn take(
        &mut self,
        role: &'s AuthRole,
        method: &'s AuthMethod<'s>,
        hold: usize,
        cluster: usize,
        terms: LoginTerms,
    ) {
        let selector = role.fields.text("bound_service_account_namespace_selector");
        let selector = selector.filter(|selector| !selector.value.is_empty()).map(Selector::of);
        let at = self.roles.len();
        let mut entries = role.names().iter().chain(role.namespaces());
        if selector.is_some() || entries.any(|entry| entry.value.contains('*')) {
            self.open.push(at);
        } else {
            for namespace in role.namespaces() {
                for name in role.names() {
                    let roles = self.named.entry((namespace.as_str(), name.as_str())).or_default();
                    if roles.last() != Some(&at) {
                        roles.push(at);
                    }
                }
            }
        }
        let label = format!("{}{}/{}", method.namespace, method.path, role.name.value.to_lowercase());
        self.roles.push(Role { role, method, hold, cluster, terms, label, selector });
    }

    /// Roles that name a service account letter for letter, and all that have a glob or a selector.
    pub(super) fn may_admit(&self, namespace: &str, name: &str) -> Vec<usize> {
        let named = self.named.get(&(namespace, name)).into_iter().flatten();
        named.chain(&self.open).copied().collect()
    }

    /// Every service account that a role without globs names.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.named.keys().copied()
    }

    pub(super) fn hold(&self, at: usize) -> Option<&Hold<'s>> {
        self.holds.get(at)
    }
}

impl<'s> Selector<'s> {
    /// What it asks for; nothing if servers cannot read it.
    pub(in super::super) fn conditions(&self) -> Option<namespace_selector::Conditions> {
        namespace_selector::read(self.text.value)
    }

    pub(in super::super) fn of(text: Spanned<&'s str>) -> Selector<'s> {
        match namespace_selector::read(text.value) {
            Some(mut conditions) => {
                conditions.labels.sort();
                conditions.labels.dedup();
                let key = format!("{:?} {:?}", conditions.labels, conditions.expressions);
                Selector { text, key, selects_all: conditions.are_none() }
            }
            None => Selector { text, key: text.value.to_owned(), selects_all: false },
        }
    }
}

impl<'s> Hold<'s> {
    fn of(
        side: Side,
        access: &'s Access<'s>,
        held: Vec<Held<'s>>,
        namespace: &str,
        place: Span,
        contents: &mut Contents<'s>,
    ) -> Hold<'s> {
        let sources = &access.project().sources;
        let (mut texts, mut unsettled, mut refused_by) = (Vec::new(), Vec::new(), Vec::new());
        for held in held {
            let name = held.name.clone();
            if !held.others.is_empty() {
                let all = held.policy.iter().chain(&held.others);
                let all = all.map(|policy| contents.policy(side, policy, sources).0).collect();
                unsettled.push(Unsettled { name: name.clone(), why: Why::Several(all) });
            }
            if held.policy.is_none() && !held.refused.is_empty() {
                unsettled.push(Unsettled { name: name.clone(), why: Why::Refused });
            } else if held.is_missing() {
                unsettled.push(Unsettled { name: name.clone(), why: Why::Missing });
            }
            match held.policy {
                Some(policy) => {
                    let by = held.refused_by.iter();
                    refused_by.extend(by.map(|dialect| (*dialect, name.clone(), policy.name.span)));
                    let (content, stems) = contents.policy(side, policy, sources);
                    texts.push(Text { name, content, stems, definition: Definition::Written(policy) });
                }
                None if held.is_built_in() => {
                    let definition = Definition::BuiltIn(Box::new(held));
                    let stems = Stems::default();
                    texts.push(Text { name, content: BUILT_IN_POLICY, stems, definition });
                }
                None => {}
            }
        }
        Hold::with(texts, unsettled, refused_by, namespace, access.dialects_at(place))
    }

    /// A token that holds one policy alone.
    pub(super) fn of_policy(
        side: Side,
        access: &'s Access<'s>,
        policy: &'s Policy,
        contents: &mut Contents<'s>,
        keys: &mut Keys,
    ) -> Hold<'s> {
        let (content, stems) = contents.policy(side, policy, &access.project().sources);
        let text = Text { name: policy.key(), content, stems, definition: Definition::Written(policy) };
        let refusing = Dialect::ALL.into_iter().filter(|dialect| dialect.refuses(policy));
        let refused_by = refusing.map(|dialect| (dialect, policy.key(), policy.name.span)).collect();
        let namespace = vault_namespace(access, policy);
        let dialects = access.dialects_at(policy.name.span);
        Hold::with(vec![text], Vec::new(), refused_by, &namespace, dialects).keyed(keys)
    }

    fn with(
        texts: Vec<Text<'s>>,
        mut unsettled: Vec<Unsettled>,
        refused_by: Vec<(Dialect, String, Span)>,
        namespace: &str,
        dialects: &'static [Dialect],
    ) -> Hold<'s> {
        let mut contents: Vec<u32> = texts.iter().map(|text| text.content).collect();
        contents.sort_unstable();
        contents.dedup();
        unsettled.sort();
        let namespace = namespace.to_owned();
        Hold { namespace, dialects, texts, contents, unsettled, refused_by, issued: None, key: 0 }
    }

    fn keyed(self, keys: &mut Keys) -> Hold<'s> {
        let is_templated = self.is_templated();
        let mut refused_by: Vec<Dialect> = self.refused_by.iter().map(|(dialect, ..)| *dialect).collect();
        refused_by.sort();
        refused_by.dedup();
        let key = HoldKey {
            namespace: self.namespace.clone(),
            dialects: self.dialects,
            contents: self.contents.clone(),
            unsettled: self.unsettled.clone(),
            refused_by,
            alias_is_name: is_templated && self.issued.as_ref().is_some_and(|issued| issued.alias_is_name),
        };
        let next = u32::try_from(keys.0.len()).unwrap_or(u32::MAX);
        Hold { key: *keys.0.entry(key).or_insert(next), ..self }
    }

    /// The labels of all rules that inputs define.
    pub(super) fn labels(&self) -> impl Iterator<Item = &'s str> {
        let written = self.texts.iter().filter_map(Text::written);
        let labels = written.flat_map(|policy| &policy.path_rules).map(|rule| rule.path.as_str());
        labels.map(|label| label.strip_prefix('/').unwrap_or(label))
    }

    /// True if some rule takes a value of whoever holds the token.
    pub(super) fn is_templated(&self) -> bool {
        self.labels().any(is_templated)
    }

    /// True if it names the policy, be it defined or not.
    pub(super) fn names(&self, name: &str) -> bool {
        self.has_named(name) || self.unsettled.iter().any(|unsettled| unsettled.name == name)
    }

    /// True if it holds a policy of this name, whatever it says.
    pub(super) fn has_named(&self, name: &str) -> bool {
        self.texts.iter().any(|text| text.name == name)
    }
}

impl<'s> Text<'s> {
    /// The text that a server of this dialect goes by.
    pub(super) fn on(&self, dialect: Dialect) -> Option<&'s Policy> {
        match &self.definition {
            Definition::Written(policy) => Some(policy),
            Definition::BuiltIn(held) => held.on(dialect),
        }
    }

    /// The definition, if an input holds it.
    pub(super) fn written(&self) -> Option<&'s Policy> {
        match &self.definition {
            Definition::Written(policy) => Some(policy),
            Definition::BuiltIn(_) => None,
        }
    }

    /// The rules of a policy that some server goes by, each with its stem.
    pub(super) fn rules(&self, policy: &'s Policy) -> impl Iterator<Item = (&'s PathRule, &'s str)> {
        let known = self.written().is_some();
        let rules = policy.path_rules.iter().enumerate();
        rules.map(move |(at, rule)| {
            let own = self.stems.get(at).filter(|_| known).copied();
            (rule, own.unwrap_or_else(|| stem(rule.path.as_str())))
        })
    }

    fn place(&self) -> Option<(Span, Span)> {
        self.written().map(|policy| (policy.name.span, policy.span))
    }
}

/// The Vault namespace of a policy, with a slash at the end; a file of its own is taken to go to the root namespace.
pub(super) fn vault_namespace(access: &Access<'_>, policy: &Policy) -> String {
    let spec = access.project().spec_of(policy.name.span);
    let name = spec.and_then(|spec| spec.vault_namespace.as_ref());
    let name = name.map_or("", |name| name.value.trim_matches('/'));
    if name.is_empty() { String::new() } else { format!("{name}/") }
}
