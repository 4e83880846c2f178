//! Stage five: does the token open the secret, and is there something behind the path as it is spelt?

use std::borrow::Cow;

use super::errand::{Errand, Spelling, Wanted};
use super::pod::Pod;
use super::stage::{Consumer, Fault, Stage, StageName, Stop};
use crate::model::vault::mount::{Engine, KvVersion};
use crate::model::vault::path::PathPattern;
use crate::semantics::acl::{Decision, Operation, Refusal, Verdict};
use crate::semantics::dialect::Dialect;
use crate::semantics::kv;
use crate::semantics::mounts::Known;
use crate::semantics::pattern::matches;
use crate::semantics::reach::{Holder, Token};
use crate::syntax::Span;

const NAME: StageName = StageName::FetchSecret;

/// Goes through the last stage.
pub(super) fn fetch(
    pod: &Pod<'_, '_, '_>,
    errand: &Errand,
    holder: &Holder<'_>,
    token: &Token<'_>,
    wanted: &Wanted,
) -> Stage {
    let Some(path) = &wanted.path else {
        let why = wanted.doubt.clone().unwrap_or_else(|| "the path is not known".to_owned());
        return Stage::unknown(NAME, "a path that is not known", vec![wanted.span], Stop::unknown(why));
    };
    let case = Case { pod, errand, holder, token, wanted, path };
    let mount = pod.tracer.mounts.over(path, wanted.span);
    let stage = match mount.and_then(|mount| case.misspelt(mount)) {
        Some(misspelt) => case.fails_misspelt(misspelt),
        None => case.access(),
    };
    match &wanted.doubt {
        Some(doubt) if stage.stop.is_none() => {
            Stage::unknown(NAME, stage.says, stage.evidence, Stop::unknown(doubt.clone()))
        }
        _ => stage,
    }
}

struct Case<'c> {
    pod: &'c Pod<'c, 'c, 'c>,
    errand: &'c Errand,
    holder: &'c Holder<'c>,
    token: &'c Token<'c>,
    wanted: &'c Wanted,
    path: &'c str,
}

/// A path behind which there is nothing, as it is spelt.
struct Misspelt {
    /// Why.
    why: String,
    /// The right path of the API.
    right: String,
    /// What to write.
    remedy: String,
    at: Span,
    evidence: Option<Span>,
}

impl Case<'_> {
    /// What the path is to the mount's version of key-value.
    fn misspelt(&self, mount: Known<'_>) -> Option<Misspelt> {
        let path = self.path.trim_start_matches('/');
        let version = match mount.engine {
            Engine::Kv(Some(version)) => *version,
            _ => return None,
        };
        let title = self.errand.consumer.in_sentence();
        let evidence = mount.evidence;
        match (&self.wanted.spelling, version) {
            (Spelling::Api, KvVersion::V2) => {
                let key = kv::misses_api(path, mount.path)?.key;
                let right = format!("{}/data/{key}", mount.path);
                Some(Misspelt {
                    why: format!(
                        "`{}` is a key-value mount of version 2, and {title} asks for paths of the API, where \
                         secrets lie below `{}/data/`",
                        mount.path, mount.path
                    ),
                    remedy: format!("write `{right}`"),
                    right,
                    at: self.wanted.span,
                    evidence,
                })
            }
            (Spelling::Api, KvVersion::V1) => {
                let (word, key) = kv::v2_word_on_v1(path, mount.path)?;
                let right = format!("{}/{key}", mount.path);
                Some(Misspelt {
                    why: format!(
                        "`{}` is a key-value mount of version 1, which has no `{word}/`",
                        mount.path
                    ),
                    remedy: format!("write `{right}`"),
                    right,
                    at: self.wanted.span,
                    evidence,
                })
            }
            (Spelling::WithoutData { key, .. }, KvVersion::V2) if key.starts_with("data/") => {
                let key = key.strip_prefix("data/").unwrap_or(key);
                Some(Misspelt {
                    why: format!(
                        "{title} puts `data/` in front of the path by itself, so that it asks for `{path}`"
                    ),
                    right: format!("{}/data/{key}", mount.path),
                    remedy: format!("write `{key}`"),
                    at: self.wanted.span,
                    evidence,
                })
            }
            (Spelling::WithoutData { key, version_field, version_at }, _) => {
                let (has, says) = match version {
                    KvVersion::V2 => (kv::misses_api(path, mount.path).is_some(), "2"),
                    KvVersion::V1 => (kv::v2_word_on_v1(path, mount.path).is_some(), "1"),
                };
                if !has {
                    return None;
                }
                let prefix = if *version_field == "type" { "kv-v" } else { "v" };
                let data = if version == KvVersion::V2 { "data/" } else { "" };
                Some(Misspelt {
                    why: format!(
                        "`{}` is a key-value mount of version {says}, so that there is nothing at `{path}`",
                        mount.path
                    ),
                    right: format!("{}/{data}{key}", mount.path),
                    remedy: format!("set `{version_field}: {prefix}{says}`"),
                    at: *version_at,
                    evidence,
                })
            }
            (Spelling::Other, _) => None,
        }
    }

    /// There is nothing at this path. Whether the token may ask for it decides what the server says.
    fn fails_misspelt(&self, misspelt: Misspelt) -> Stage {
        let path = self.asked(self.path);
        let request = self.token.request(self.wanted.operation, &path);
        let allowed = self.token.verdict(&request) == Verdict::Allowed;
        let (message, status) = match (allowed, &self.wanted.spelling) {
            (false, _) => ("permission denied".to_owned(), 403),
            (true, Spelling::Api) if misspelt.right.contains("/data/") => (INVALID_PATH.to_owned(), 404),
            (true, _) => (self.nothing_there(), 404),
        };
        let right = self.asked(&misspelt.right);
        let right = self.token.request(self.wanted.operation, &right);
        let remedy = match self.token.verdict(&right) {
            Verdict::Refused => {
                format!(
                    "{}, and grant the role `{}` on that path",
                    misspelt.remedy,
                    operation_word(self.wanted.operation)
                )
            }
            _ => misspelt.remedy,
        };
        let mut evidence = vec![self.wanted.span];
        evidence.extend(misspelt.evidence);
        let stop = Stop {
            seen: self.errand.seen.clone(),
            message: Some(message),
            status: Some(status),
            why: misspelt.why,
            at: Some(self.wanted.span),
            remedy: Some(remedy),
            remedy_at: Some(misspelt.at),
            fault: Fault::KvPath,
        };
        Stage::failed(NAME, self.says(), evidence, stop)
    }

    fn nothing_there(&self) -> String {
        match self.errand.consumer {
            Consumer::Injector | Consumer::Agent => format!("no secret exists at {}", self.path),
            _ => format!("nothing at {}", self.path),
        }
    }

    fn says(&self) -> String {
        format!("{} `{}`", operation_word(self.wanted.operation), self.path)
    }

    /// Servers append a slash to the path of a list request before they check it.
    fn asked<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let lists = self.wanted.operation.lists() && !path.ends_with('/');
        if lists { Cow::Owned(format!("{path}/")) } else { Cow::Borrowed(path) }
    }

    /// Asks the policies.
    fn access(&self) -> Stage {
        let path = self.asked(self.path);
        let request = self.token.request(self.wanted.operation, &path);
        let decided = self.token.decide(&request);
        let mut decisions = Vec::new();
        for (dialect, decision) in &decided {
            match decision {
                Ok(decision) => decisions.push((*dialect, decision)),
                Err(error) => {
                    let stop = Stop {
                        seen: self.errand.seen.clone(),
                        message: Some("permission denied".to_owned()),
                        status: Some(403),
                        why: format!("the server refuses every request of this token: {error}"),
                        ..Stop::default()
                    };
                    return Stage::failed(NAME, self.says(), vec![self.wanted.span], stop);
                }
            }
        }
        let verdict = self.token.verdict(&request);
        let Some((_, first)) = decisions.first() else {
            return self.unknown("no server is asked".to_owned(), Vec::new());
        };
        let differ = !self.token.differences(&request).is_empty();
        match verdict {
            Verdict::Refused if !differ => self.refused(first),
            Verdict::Allowed if !differ => self.allowed(first),
            Verdict::Unknown if decisions.iter().any(|(_, it)| it.verdict == Verdict::Unknown) => {
                let rules: Vec<Span> =
                    first.depends_on.iter().map(|uncertain| uncertain.rule.rule.path.span).collect();
                let named: Vec<String> = first
                    .depends_on
                    .iter()
                    .map(|uncertain| format!("`{}`", uncertain.rule.rule.path))
                    .collect();
                let why = format!(
                    "it hangs on values that no input tells: the template of {}",
                    if named.is_empty() { "a path rule".to_owned() } else { named.join(", ") }
                );
                self.unknown(why, rules)
            }
            Verdict::Unknown => {
                let allowing: Vec<String> = decisions
                    .iter()
                    .filter(|(_, it)| it.verdict == Verdict::Allowed)
                    .map(|(dialect, _)| Dialect::to_string(dialect))
                    .collect();
                let why = format!("{} allows it, others do not; the target is not said", allowing.join(" and "));
                self.unknown(why, rule_spans(first))
            }
            _ => self.unknown(
                "a policy of the token is defined several times, and the answer hangs on which text the server has"
                    .to_owned(),
                rule_spans(first),
            ),
        }
    }

    fn unknown(&self, why: String, rules: Vec<Span>) -> Stage {
        let mut evidence = vec![self.wanted.span];
        evidence.extend(rules.iter().copied());
        let stop = Stop { at: rules.first().copied(), ..Stop::unknown(why) };
        Stage::unknown(NAME, self.says(), evidence, stop)
    }

    fn allowed(&self, decision: &Decision<'_, '_>) -> Stage {
        let missing = self.missing_policies();
        let mut evidence = vec![self.wanted.span];
        evidence.extend(rule_spans(decision));
        if !missing.is_empty() {
            let why = format!("what is known grants it, but {} and may take it away", absent(&missing));
            let stop = Stop { at: missing.first().and_then(|(_, span)| *span), ..Stop::unknown(why) };
            return Stage::unknown(
                NAME,
                self.says(),
                evidence,
                stop.remedy("add the file of the policy with `--in PATH`", None),
            );
        }
        let by = decision
            .owed_to
            .first()
            .map(|rule| format!("{}: `{}` of policy `{}`", self.says(), rule.rule.path, rule.policy.name));
        Stage::passed(NAME, by.unwrap_or_else(|| self.says()), evidence)
    }

    fn refused(&self, decision: &Decision<'_, '_>) -> Stage {
        let missing = self.missing_policies();
        let refusal = decision.refusal.as_ref();
        let by_default = matches!(refusal, Some(Refusal::NoRule | Refusal::CapabilityMissing(_)));
        let mut evidence = vec![self.wanted.span];
        evidence.extend(rule_spans(decision));
        if by_default && !missing.is_empty() {
            let why = format!("nothing that is known grants it, but {} and may", absent(&missing));
            let stop = Stop { at: missing.first().and_then(|(_, span)| *span), ..Stop::unknown(why) };
            return Stage::unknown(
                NAME,
                self.says(),
                evidence,
                stop.remedy("add the file of the policy with `--in PATH`", None),
            );
        }
        let rule = decision.rule.and_then(|rule| rule.members.first());
        let place = rule.map(|rule| rule.rule.capabilities_span.unwrap_or(rule.rule.path.span));
        let why = match (refusal, rule) {
            (Some(Refusal::NoRule) | None, _) => {
                let policies: Vec<String> =
                    self.holder.held.iter().map(|held| format!("`{}`", held.name)).collect();
                match policies.as_slice() {
                    [] => "the token has no policy at all".to_owned(),
                    _ => format!("no path rule of {} matches `{}`", policies.join(", "), self.path),
                }
            }
            (Some(refusal), Some(rule)) => {
                format!("{refusal}: `{}` of policy `{}`", rule.rule.path, rule.policy.name)
            }
            (Some(refusal), None) => refusal.to_string(),
        };
        let (remedy, remedy_at) = self.remedy(decision);
        let stop = Stop {
            seen: self.errand.seen.clone(),
            message: Some("permission denied".to_owned()),
            status: Some(403),
            why,
            at: place.or(self.role_policies()),
            remedy: Some(remedy),
            remedy_at,
            fault: Fault::NotPermitted,
        };
        Stage::failed(NAME, self.says(), evidence, stop)
    }

    fn remedy(&self, decision: &Decision<'_, '_>) -> (String, Option<Span>) {
        let rule = decision.rule.and_then(|rule| rule.members.first());
        let place = rule.map(|rule| rule.rule.capabilities_span.unwrap_or(rule.rule.path.span));
        match &decision.refusal {
            Some(Refusal::CapabilityMissing(capability)) => {
                (format!("add `{capability}` to its capabilities"), place)
            }
            Some(Refusal::Denied) => (
                "take the `deny` away if it was not meant for this workload, or fetch from another path"
                    .to_owned(),
                place,
            ),
            Some(Refusal::SudoMissing) => ("add `sudo` to its capabilities".to_owned(), place),
            Some(Refusal::NoRule) | None => self.missing_rule(),
            Some(Refusal::Parameter(_)) => {
                ("send the parameters that the rule takes, or change its constraints".to_owned(), place)
            }
            Some(_) => ("change that part of the rule".to_owned(), place),
        }
    }

    /// No rule matches: mend one that nearly does, or add one.
    fn missing_rule(&self) -> (String, Option<Span>) {
        let own = self.holder.held.iter().filter_map(|held| held.policy).filter(|it| it.key() != "default");
        for policy in own.clone() {
            for rule in &policy.path_rules {
                let Some((mount, misses)) = kv::missed_by(rule, &self.pod.tracer.mounts) else { continue };
                let right = format!("{}/data/{}", mount.path, misses.key);
                if matches(&PathPattern::parse(&right), self.path) {
                    let text = format!(
                        "write `{right}` in the policy `{}`: its rule `{}` misses `data/`",
                        policy.name, rule.path
                    );
                    return (text, Some(rule.path.span));
                }
            }
        }
        let capability = operation_word(self.wanted.operation);
        let rule = format!("`path \"{}\" {{ capabilities = [\"{capability}\"] }}`", self.path);
        match own.clone().next() {
            Some(policy) => (format!("add {rule} to the policy `{}`", policy.name), Some(policy.name.span)),
            None => (
                format!("attach a policy with {rule} to the role"),
                self.role_policies().or(self.holder.role.map(|(role, _)| role.name.span)),
            ),
        }
    }

    fn role_policies(&self) -> Option<Span> {
        let (role, _) = self.holder.role?;
        role.fields.get("token_policies").map(|field| field.span)
    }

    /// Policies of the token whose text no input holds.
    fn missing_policies(&self) -> Vec<(String, Option<Span>)> {
        let missing = self.holder.held.iter().filter(|held| held.is_missing());
        missing.map(|held| (held.name.clone(), held.span)).collect()
    }
}

const INVALID_PATH: &str = "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API \
endpoints to use.";

fn rule_spans(decision: &Decision<'_, '_>) -> Vec<Span> {
    let owed = decision.owed_to.first().or_else(|| decision.rule.and_then(|rule| rule.members.first()));
    owed.map(|rule| rule.rule.path.span).into_iter().collect()
}

fn absent(missing: &[(String, Option<Span>)]) -> String {
    let named: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
    match named.as_slice() {
        [only] => format!("the policy {only} is not among the inputs"),
        several => format!("the policies {} are not among the inputs", several.join(", ")),
    }
}

fn operation_word(operation: Operation) -> &'static str {
    match operation {
        Operation::List => "list",
        Operation::Update => "update",
        _ => "read",
    }
}
