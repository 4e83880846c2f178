//! `control_group`, which the servers check in different ways.

use std::fmt::Display;

use super::any;
use super::decode::{self, Node, each};
use super::refuse::{Refuser, quote};
use crate::model::vault::policy::{ParameterValue, PathRule, RefusalKind};
use crate::syntax::Span;
use crate::syntax::hcl1::{Item, ValueKind};

/// OpenBao: every group and factor, known keys only.
pub(super) fn check_openbao(refuser: &mut Refuser, items: &[Item], context: &dyn Display) {
    let context = format!("{context}error handling control_group: ");
    for group in named(items, "control_group") {
        let Some(members) = known_members(refuser, group, &["ttl", "self_auth_allowed", "factor"], &context)
        else {
            continue;
        };
        each(members, "self_auth_allowed", |node, _| {
            decode::boolean(refuser, node, "self_auth_allowed", &format!("{context}path control_group: "));
        });
        let mut factors = 0;
        for factor in named(members, "factor") {
            factors += 1;
            openbao_factor(refuser, factor, factors - 1, &context);
        }
        ttl(refuser, members, &format!("{context}path control_group: invalid ttl: "));
        if factors == 0 {
            refuse(refuser, group.span, format!("{context}requires at least one factor but had none"));
        }
    }
}

fn openbao_factor(refuser: &mut Refuser, factor: &Item, number: usize, context: &dyn Display) {
    let inner = format!("{context}error handling control_group factor: path control_group factor: ");
    let Some(members) = known_members(refuser, factor, &["controlled_capabilities", "identity"], &inner)
    else {
        return;
    };
    if factor.keys.len() < 2 {
        return refuse(refuser, factor.span, format!("{inner}require name key"));
    }
    let mut words = Vec::new();
    each(members, "controlled_capabilities", |node, _| {
        decode::strings(refuser, node, "controlled_capabilities", &inner, &mut words);
    });
    let identity = identity(refuser, members, &inner);
    for word in words.iter().filter(|word| !OPERATIONS.contains(&word.as_str())) {
        let server = format!("{context}path control_group Operation(s) not valid: {}", word.value);
        refuser.refuse(word.span, RefusalKind::ControlGroup, &word.value, server);
    }
    let fault = if words.is_empty() {
        "missing controlled capabilities"
    } else if identity.approvals <= 0 {
        "missing required approvals"
    } else if identity.names == 0 {
        "missing approving groups"
    } else {
        return;
    };
    refuse(refuser, factor.span, format!("{context}factor {number}: {fault}"));
}

/// Operations that a factor of OpenBao may control.
const OPERATIONS: [&str; 14] = [
    "create",
    "read",
    "update",
    "patch",
    "delete",
    "list",
    "scan",
    "help",
    "alias-lookahead",
    "resolve-role",
    "header",
    "revoke",
    "renew",
    "rollback",
];

/// Vault: needs a factor with an identity, approvals and a group; other keys are not looked at.
pub(super) fn check_vault(refuser: &mut Refuser, items: &[Item], rule: &PathRule) {
    let mut factors = 0;
    let mut last = rule.span;
    for group in named(items, "control_group") {
        last = group.span;
        let ValueKind::Object(members) = &group.value.kind else {
            let server = "not an object type for struct".to_owned();
            refuser.refuse(group.value.span, RefusalKind::Type, "", server);
            continue;
        };
        ttl(refuser, members, "error parsing control group max ttl: ");
        for factor in named(members, "factor") {
            factors += 1;
            vault_factor(refuser, factor, rule);
        }
    }
    if factors == 0 {
        refuse(refuser, last, "no control_group factors provided".to_owned());
    }
}

fn vault_factor(refuser: &mut Refuser, factor: &Item, rule: &PathRule) {
    let ValueKind::Object(members) = &factor.value.kind else {
        return refuse(refuser, factor.span, "no control_group factor provided".to_owned());
    };
    if named(members, "identity").next().is_none() {
        return refuse(refuser, factor.span, "no control_group factor provided".to_owned());
    }
    let identity = identity(refuser, members, &"");
    if identity.approvals <= 0 || identity.names + identity.ids == 0 {
        let server = "must provide more than one identity group and approvals > 0".to_owned();
        return refuse(refuser, factor.span, server);
    }
    let mut words = Vec::new();
    each(members, "controlled_capabilities", |node, _| {
        decode::strings(refuser, node, "controlled_capabilities", &"", &mut words);
    });
    let granted = rule.granted();
    for word in words.iter().filter(|word| !granted.iter().any(|capability| capability.word() == word.value))
    {
        let server =
            format!("control group factor capability {} is not among the capabilities", quote(&word.value));
        refuser.refuse(word.span, RefusalKind::ControlGroup, &word.value, server);
    }
}

/// What an `identity` block holds.
#[derive(Default)]
struct Identity {
    names: usize,
    ids: usize,
    approvals: i64,
}

fn identity(refuser: &mut Refuser, factor: &[Item], context: &dyn Display) -> Identity {
    let mut identity = Identity::default();
    for item in named(factor, "identity") {
        if item.keys.len() > 1 {
            continue;
        }
        let ValueKind::Object(members) = &item.value.kind else {
            let name = decode::type_name(&item.value);
            let at = refuser.at(Some(item.value.at));
            let server = format!("{context}{at}root.Identity: not an object type for struct ({name})");
            refuser.refuse(item.value.span, RefusalKind::Type, "", server);
            continue;
        };
        let mut names = Vec::new();
        let mut ids = Vec::new();
        each(members, "group_names", |node, _| {
            decode::strings(refuser, node, "group_names", context, &mut names)
        });
        each(members, "group_ids", |node, _| decode::strings(refuser, node, "group_ids", context, &mut ids));
        each(members, "approvals", |node, _| {
            identity.approvals = decode::integer(refuser, node, "Approvals", context).unwrap_or(0);
        });
        identity.names += names.len();
        identity.ids += ids.len();
    }
    identity
}

fn ttl(refuser: &mut Refuser, members: &[Item], prefix: &str) {
    let mut old: Option<(ParameterValue, Span)> = None;
    each(members, "ttl", |node, item| {
        let before = old.take().map(|(value, _)| value);
        let value = match node {
            Node::Labelled(_) => Some(ParameterValue::List(Vec::new())),
            _ => any::any(refuser, &item.value, before, false, &prefix),
        };
        old = value.map(|value| (value, item.value.span));
    });
    if let Some((value, span)) = old {
        any::duration(refuser, &value, span, prefix);
    }
}

/// Items of this name, labelled or not.
fn named<'i>(items: &'i [Item<'i>], name: &'static str) -> impl Iterator<Item = &'i Item<'i>> {
    items.iter().filter(move |item| item.keys.first().is_some_and(|key| key.text == name))
}

/// The members of an item, if it is an object and has no other keys than these.
fn known_members<'i>(
    refuser: &mut Refuser,
    item: &'i Item<'i>,
    known: &[&str],
    context: &dyn Display,
) -> Option<&'i [Item<'i>]> {
    let ValueKind::Object(members) = &item.value.kind else {
        let name = decode::type_name(&item.value);
        let server = format!("{context}cannot check HCL keys of type {name}");
        refuser.refuse(item.value.span, RefusalKind::ControlGroup, "", server);
        return None;
    };
    let mut sound = true;
    for (member, key) in members.iter().filter_map(|member| Some((member, member.keys.first()?))) {
        if !decode::readable(refuser, key) {
            sound = false;
        } else if !known.contains(&&*key.text) {
            sound = false;
            let server = format!("{context}{}", refuser.invalid_key(member, &key.text));
            refuser.refuse(key.span, RefusalKind::ControlGroup, &key.text, server);
        }
    }
    sound.then_some(members)
}

fn refuse(refuser: &mut Refuser, span: Span, server: String) {
    refuser.refuse(span, RefusalKind::ControlGroup, "", server);
}
