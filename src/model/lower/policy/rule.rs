//! One path rule.

use std::fmt::{self, Display};

use super::Reader;
use super::any;
use super::control_group;
use super::decode::{self, Node, each};
use super::dialect;
use super::refuse::quote;
use super::response_filter;
use crate::model::vault::capability::Capability;
use crate::model::vault::duration::Nanoseconds;
use crate::model::vault::policy::{ParameterValue, PathRule, RefusalKind};
use crate::model::vault::timestamp::Timestamp;
use crate::syntax::hcl1::{Item, Key, ValueKind};
use crate::syntax::{Span, Spanned};

/// The first second of 2024, before there was an OpenBao: what expired until then has expired for every server that
/// knows `expiration`. Such a server leaves the rule out once keys, types and the control group are in order.
const FIRST_OPENBAO: i64 = 1_704_067_200;

impl Reader<'_> {
    /// The path rule of an item whose first key is `path`; further labels mean nothing.
    pub(super) fn path_rule(&mut self, item: &Item) -> Option<PathRule> {
        // Without a label, the rule is for the path `path`.
        let label = item.keys.get(1).or(item.keys.first())?;
        if !self.readable(label) {
            return None;
        }
        let path = Spanned::new(label.text.clone().into_owned(), label.span);
        let context = Context(&label.text);
        if !template_is_balanced(&path.value) {
            let server =
                format!("{}failed to validate policy templating: unbalanced templating characters", context);
            self.refuser.refuse(path.span, RefusalKind::Template, &path.value, server);
        }
        let ValueKind::Object(items) = &item.value.kind else {
            let server =
                format!("{}cannot check HCL keys of type {}", context, decode::type_name(&item.value));
            self.refuser.refuse(item.value.span, RefusalKind::Type, "", server);
            return None;
        };
        let mut rule = PathRule::new(path, item.span);
        // What JSON folds into keys is no label.
        let further = item.keys.iter().skip(2).filter(|_| self.refuser.is_hcl());
        rule.further_labels =
            further.map(|key| Spanned::new(key.text.clone().into_owned(), key.span)).collect();
        let mut sound = true;
        rule.keys.reserve_exact(items.len());
        for (item, key) in items.iter().filter_map(|item| Some((item, item.keys.first()?))) {
            rule.keys.push(Spanned::new(key.text.clone().into_owned(), key.span));
            if !self.readable(key) {
                sound = false;
            } else if !dialect::has_key(self.target, &key.text) {
                let server = format!("{}{}", context, self.refuser.invalid_key(item, &key.text));
                self.refuser.refuse(key.span, RefusalKind::RuleKey, &key.text, server);
            }
        }
        if sound {
            self.fields(items, &mut rule, &context);
        }
        Some(rule)
    }

    fn fields(&mut self, items: &[Item], rule: &mut PathRule, context: &dyn Display) {
        let has_group = rule.keys.iter().any(|key| key.value == "control_group");
        if has_group && dialect::openbao(self.target) && !dialect::vault(self.target) {
            control_group::check_openbao(&mut self.refuser, items, context);
        }
        let refuser = &mut self.refuser;
        let mut min = None;
        let mut max = None;
        let mut expiration = None;
        let mut filter = None;
        // All occurrences of a name are taken together, those of other names stay where they are.
        let written = |name: &&str| rule.keys.iter().any(|key| key.value.eq_ignore_ascii_case(name));
        for name in dialect::keys(self.target).filter(written) {
            match name {
                "capabilities" => each(items, name, |node, item| {
                    rule.capabilities_span = Some(item.value.span);
                    decode::strings(refuser, node, "Capabilities", context, &mut rule.capabilities);
                }),
                "policy" => each(items, name, |node, item| {
                    if let Some(value) = decode::string(refuser, node, "Policy".into(), context) {
                        rule.legacy = Some((value, item.span));
                    }
                }),
                "allowed_parameters" => each(items, name, |node, _| {
                    decode::parameters(refuser, node, name, context, &mut rule.allowed_parameters);
                }),
                "denied_parameters" => each(items, name, |node, _| {
                    decode::parameters(refuser, node, name, context, &mut rule.denied_parameters);
                }),
                "required_parameters" => each(items, name, |node, _| {
                    decode::strings(refuser, node, name, context, &mut rule.required_parameters);
                }),
                "mfa_methods" => each(items, name, |node, _| {
                    decode::strings(refuser, node, name, context, &mut rule.extras.mfa_methods);
                }),
                "subscribe_event_types" => each(items, name, |node, _| {
                    decode::strings(refuser, node, name, context, &mut rule.extras.subscribe_event_types);
                }),
                "min_wrapping_ttl" => min = ttl(refuser, items, name, context),
                "max_wrapping_ttl" => max = ttl(refuser, items, name, context),
                "pagination_limit" => each(items, name, |node, item| {
                    let limit = decode::integer(refuser, node, name, context);
                    rule.extras.pagination_limit = limit.map(|limit| Spanned::new(limit, item.value.span));
                }),
                "control_group" => rule.extras.control_group = control_group_span(items),
                "expiration" => each(items, name, |node, _| {
                    expiration = decode::string(refuser, node, name.into(), context)
                }),
                "list_scan_response_keys_filter_path" => {
                    each(items, name, |node, _| filter = decode::string(refuser, node, name.into(), context));
                }
                _ => {}
            }
        }
        rule.extras.expiration = self.expiration(expiration.as_ref(), context);
        let is_over = rule.extras.expiration.is_some_and(|at| at.value.seconds < FIRST_OPENBAO);
        let looked_at = self.refuser.refusals.len();
        self.wildcard(rule);
        let denied = self.capabilities(rule, context);
        if !denied {
            self.wrapping(rule, min, max, context);
        }
        if has_group && dialect::vault(self.target) {
            self.control_group(items, rule, denied, context);
        }
        if !denied {
            self.response_filter(filter.as_ref(), rule, context);
        }
        rule.extras.response_keys_filter = filter;
        if is_over {
            self.refuser.refusals.truncate(looked_at);
            if has_group && dialect::vault(self.target) && dialect::openbao(self.target) {
                control_group::check_openbao(&mut self.refuser, items, context);
            }
        }
    }

    /// Vault looks at a control group last and not at all after `deny`; of no particular server, one must take it.
    fn control_group(&mut self, items: &[Item], rule: &PathRule, denied: bool, context: &dyn Display) {
        if denied {
            return;
        }
        let before = self.refuser.refusals.len();
        control_group::check_vault(&mut self.refuser, items, rule);
        if self.refuser.refusals.len() > before && dialect::openbao(self.target) {
            let vault = self.refuser.refusals.split_off(before);
            control_group::check_openbao(&mut self.refuser, items, context);
            if self.refuser.refusals.len() > before {
                self.refuser.refusals.truncate(before);
                self.refuser.refusals.extend(vault);
            }
        }
    }

    fn expiration(
        &mut self,
        value: Option<&Spanned<String>>,
        context: &dyn Display,
    ) -> Option<Spanned<Timestamp>> {
        let value = value.filter(|value| !value.value.is_empty())?;
        let time = Timestamp::parse(&value.value);
        if time.is_none() {
            let server = format!("{context}invalid expiration time: could not parse string as date and time");
            self.refuser.refuse(value.span, RefusalKind::Other, &value.value, server);
        }
        time.map(|time| Spanned::new(time, value.span))
    }

    fn wildcard(&mut self, rule: &PathRule) {
        let path = rule.path.value.strip_prefix('/').unwrap_or(&rule.path.value);
        if path.contains("+*") {
            let server = format!("path {}: invalid use of wildcards ('+*' is forbidden)", quote(path));
            self.refuser.refuse(rule.path.span, RefusalKind::Wildcard, path, server);
        }
    }

    /// Checks the words; true if one of them, or the legacy attribute, is `deny`: then what follows does not count.
    fn capabilities(&mut self, rule: &PathRule, context: &dyn Display) -> bool {
        match rule.legacy.as_ref().map(|(value, _)| (value.value.as_str(), value.span)) {
            Some(("deny", _)) => return true,
            None | Some(("" | "read" | "write" | "sudo", _)) => {}
            Some((word, span)) => {
                let server = format!("{context}invalid policy {}", quote(word));
                self.refuser.refuse(span, RefusalKind::LegacyPolicy, word, server);
            }
        }
        for word in &rule.capabilities {
            if word.value == "deny" {
                return true;
            }
            if !dialect::has_capability(self.target, &word.value) {
                let server = format!("{context}invalid capability {}", quote(&word.value));
                self.refuser.refuse(word.span, RefusalKind::Capability, &word.value, server);
            }
        }
        false
    }

    fn wrapping(&mut self, rule: &mut PathRule, min: Option<Ttl>, max: Option<Ttl>, context: &dyn Display) {
        let mut read = |ttl: Option<Ttl>, name: &str| {
            let (value, span) = ttl?;
            let prefix = format!("{context}error parsing {name}: ");
            let duration = any::duration(&mut self.refuser, &value, span, &prefix)?;
            Some(Spanned::new(duration, span))
        };
        let min = read(min, "min_wrapping_ttl");
        let max = read(max, "max_wrapping_ttl");
        rule.min_wrapping_ttl = min.map(|value| value.map(Nanoseconds::whole_seconds));
        rule.max_wrapping_ttl = max.map(|value| value.map(Nanoseconds::whole_seconds));
        if let (Some(min), Some(max)) = (min, max)
            && min.value.0 != 0
            && max.value.0 != 0
            && max.value < min.value
        {
            let server = format!("{context}max_wrapping_ttl cannot be less than min_wrapping_ttl");
            self.refuser.refuse(max.span, RefusalKind::WrappingTtl, &max.value.to_string(), server);
        }
    }

    fn response_filter(&mut self, value: Option<&Spanned<String>>, rule: &PathRule, context: &dyn Display) {
        let Some(value) = value.filter(|value| !value.value.is_empty()) else { return };
        let lists = rule.granted().contains(Capability::List);
        if let Some(fault) = response_filter::fault(&value.value, lists) {
            self.refuser.refuse(value.span, RefusalKind::Other, &value.value, format!("{context}{fault}"));
        }
    }

    pub(super) fn readable(&mut self, key: &Key) -> bool {
        decode::readable(&mut self.refuser, key)
    }
}

/// What complaints about a path rule begin with.
struct Context<'p>(&'p str);

impl Display for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "path {}: ", quote(self.0))
    }
}

/// The value of a wrapping TTL before it is read as a duration.
type Ttl = (ParameterValue, Span);

fn ttl(
    refuser: &mut super::refuse::Refuser,
    items: &[Item],
    name: &str,
    context: &dyn Display,
) -> Option<Ttl> {
    let mut found: Option<Ttl> = None;
    each(items, name, |node, item| {
        let old = found.take().map(|(value, _)| value);
        let value = match node {
            Node::Labelled(_) => Some(ParameterValue::List(Vec::new())),
            _ => any::any(refuser, &item.value, old, false, context),
        };
        found = value.map(|value| (value, item.value.span));
    });
    found
}

/// Each `{{` needs one `}}` before the next.
pub(in crate::model) fn template_is_balanced(path: &str) -> bool {
    if !path.contains(['{', '}']) {
        return true;
    }
    let mut parts = path.split("{{");
    parts.next().is_none_or(|before| !before.contains("}}"))
        && parts.all(|part| part.match_indices("}}").count() == 1)
}

/// The last `control_group` of the rule.
fn control_group_span(items: &[Item]) -> Option<Span> {
    let is_group = |item: &&Item| item.keys.first().is_some_and(|key| key.text == "control_group");
    items.iter().rfind(is_group).map(|item| item.span)
}
