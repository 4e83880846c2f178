//! One way to a token, and what its policies say to a request.

use serde_json::{Map, Value, json};

use super::page::{Answer, Row, add, place, policy_words, rule_words};
use super::words::{difference, hangs_on, lost_words, missing_words, words_of};
use crate::report::place::Places;
use crate::semantics::acl::{Decision, Operation, RuleRef, Verdict};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{Issued, NamespaceBound};
use crate::semantics::reach::{Holder, Token};
use crate::semantics::witness::{self, Search};
use crate::syntax::Spanned;

/// What comes of one way.
#[derive(Debug)]
pub struct Way {
    /// The answer on this way.
    pub answer: Answer,
    /// Why, a lower-case phrase.
    pub reason: String,
    /// Where the reason stands; may be empty.
    pub place: String,
    /// True if the service account gets a token this way, as far as is known.
    pub gets_token: bool,
    /// The rule that decides: `policy NAME, path "PATTERN"`; may be empty.
    pub rule: String,
    /// The whole chain.
    pub rows: Vec<Row>,
    /// The whole chain for programs.
    pub json: Value,
}

/// Follows one way.
pub fn follow(holder: &Holder<'_>, operation: Operation, path: &str, places: &Places<'_>) -> Way {
    let mut chain = Chain { places, rule: String::new(), rows: Vec::new(), json: Map::new() };
    chain.role(holder);
    if let Some(refusal) = holder.refused() {
        let at = place(places, refusal.span);
        let row = Row::new("refused", format!("\"{}\"", refusal.server_text)).at(at.clone());
        chain.rows.push(row.note(refusal.why.clone()));
        chain.json.insert(
            "login".to_owned(),
            json!({"refused": refusal.server_text, "why": refusal.why, "place": at}),
        );
        let reason = format!("the login is refused, {}", refusal.why);
        return chain.way(Answer::No, reason, at, false);
    }
    if let Some(issued) = &holder.issued {
        chain.token(issued);
    }
    chain.decision(holder, operation, path)
}

struct Chain<'p> {
    places: &'p Places<'p>,
    rule: String,
    rows: Vec<Row>,
    json: Map<String, Value>,
}

impl Chain<'_> {
    fn way(self, answer: Answer, reason: String, place: String, gets_token: bool) -> Way {
        let mut json = Map::new();
        json.insert("answer".to_owned(), answer.word().into());
        json.insert("reason".to_owned(), reason.clone().into());
        json.extend(self.json);
        Way { answer, reason, place, gets_token, rule: self.rule, rows: self.rows, json: Value::Object(json) }
    }

    fn role(&mut self, holder: &Holder<'_>) {
        let Some((role, method)) = holder.role else { return };
        let path = method.role_path(role);
        let at = place(self.places, role.name.span);
        self.json.insert("role".to_owned(), json!({"path": path, "place": at}));
        let label = if holder.login.is_some() { "logs in through" } else { "auth role" };
        let list = |entries: &[Spanned<String>]| {
            let names: Vec<&str> = entries.iter().map(Spanned::as_str).collect();
            names.join(", ")
        };
        let mut bounds = vec![format!("names [{}]", list(role.names()))];
        match holder.accepted().map(|accepted| accepted.namespace) {
            Some(NamespaceBound::Selector(_)) => bounds.push("namespaces by selector".to_owned()),
            _ => bounds.push(format!("namespaces [{}]", list(role.namespaces()))),
        }
        if let Some(audience) = role.fields.text("audience") {
            bounds.push(format!("audience `{}`", audience.value));
        }
        self.rows.push(Row::new(label, path).at(at).note(bounds.join(", ")));
    }

    fn token(&mut self, issued: &Issued<'_>) {
        let names: Vec<&str> = issued.policies.iter().map(|policy| policy.name.as_str()).collect();
        let mut words = vec![format!("{} token for {}", issued.token_type.word(), issued.ttl)];
        match issued.lives_at_most {
            _ if !issued.renewable => {}
            Some(most) => words.push(format!("renewable up to {most}")),
            None => words.push("renewable for ever".to_owned()),
        }
        let row = Row::new("token", format!("policies {}", names.join(", ")));
        self.rows.push(row.note(words.join(", ")));
        self.json.insert(
            "token".to_owned(),
            json!({"policies": names, "type": issued.token_type.word(), "ttl": issued.ttl.0,
                "lives_at_most": issued.lives_at_most.map(|most| most.0)}),
        );
    }

    fn decision(mut self, holder: &Holder<'_>, operation: Operation, path: &str) -> Way {
        let token = holder.token();
        let request = token.request(operation, path);
        let decided = token.decide(&request);
        let verdicts: Vec<(Dialect, Verdict)> = token.possible(&request).collect();
        let verdict_of = |dialect: Dialect| {
            let found = verdicts.iter().find(|(other, _)| *other == dialect);
            found.map_or(Verdict::Refused, |(_, verdict)| *verdict)
        };
        let first = verdicts.first().map_or(Verdict::Refused, |(_, verdict)| *verdict);
        let agree = verdicts.iter().all(|(_, verdict)| *verdict == first);
        let servers: Vec<Value> = decided
            .iter()
            .map(|(dialect, decided)| self.server_json(*dialect, decided.as_ref().ok(), verdict_of(*dialect)))
            .collect();
        self.json.insert("servers".to_owned(), servers.into());

        let (mut reason, mut at) = (String::new(), String::new());
        for (at_server, (dialect, decided)) in decided.iter().enumerate() {
            let (said, from) = match decided {
                _ if holder.refused_on(*dialect).is_some() => self.refused_on(holder, *dialect),
                Ok(decision) => {
                    let acl = token.acls().get(at_server).and_then(|(_, acl)| acl.as_ref().ok());
                    let needs = acl.and_then(|acl| witness::search(acl, &request));
                    self.said(decision, needs.as_ref(), operation, *dialect)
                }
                Err(error) => (error.to_string(), String::new()),
            };
            // Where all servers agree and say the same, one explanation is enough.
            if at_server == 0 || (!agree && said != reason) {
                if !agree {
                    self.rows.push(Row::new("on", dialect.to_string()).note(words_of(verdict_of(*dialect))));
                }
                if holder.refused_on(*dialect).is_some() {
                    self.rows.push(Row::new("not known", said.clone()).at(from.clone()));
                } else if let Ok(decision) = decided {
                    self.explain(decision);
                }
            }
            if at_server == 0 {
                let member = decided.as_ref().ok().and_then(|decision| decision.owed_to.first());
                self.rule = member.map_or_else(String::new, |member| {
                    format!("policy {}, path \"{}\"", member.policy.name, member.rule.path)
                });
                (reason, at) = (said, from);
            }
        }
        let mut answer = match first {
            _ if !agree => Answer::Unknown,
            Verdict::Allowed => Answer::Yes,
            Verdict::Refused => Answer::No,
            Verdict::Unknown => Answer::Unknown,
        };
        if !agree {
            reason = difference(&verdicts);
            if let Some((dialect, _)) = verdicts.iter().find(|(it, _)| holder.refused_on(*it).is_some()) {
                let (why, from) = self.refused_on(holder, *dialect);
                (reason, at) = (format!("{reason}: {why}"), from);
            }
        }
        if let Some((doubt, from)) = self.doubts(holder, &token, operation, path, answer) {
            (answer, reason, at) = (Answer::Unknown, doubt, from);
        }
        self.way(answer, reason, at, true)
    }

    /// What makes the answer uncertain beside the rules themselves.
    fn doubts(
        &mut self,
        holder: &Holder<'_>,
        token: &Token<'_>,
        operation: Operation,
        path: &str,
        answer: Answer,
    ) -> Option<(String, String)> {
        let mut doubts = Vec::new();
        for held in holder.held.iter().filter(|held| held.is_missing()) {
            let at = held.span.map(|span| place(self.places, span)).unwrap_or_default();
            doubts.push(match held.refused.first() {
                Some(refused) => {
                    let text = format!("servers refuse to store policy `{}` as it is written", held.name);
                    (text, place(self.places, refused.name.span))
                }
                None => (format!("policy `{}` is not among the inputs", held.name), at),
            });
        }
        let request = token.request(operation, path);
        for other in token.differences(&request) {
            let at = place(self.places, other.policy.name.span);
            let text = format!("another definition of {} would turn it round", policy_words(other.policy));
            doubts.push((text, at));
        }
        for missing in holder.missing().iter().filter(|_| answer != Answer::No) {
            doubts.extend(missing_words(missing).map(|(text, span)| (text, place(self.places, span))));
        }
        for (text, at) in &doubts {
            self.rows.push(Row::new("not known", text.clone()).at(at.clone()));
        }
        doubts.into_iter().next()
    }

    /// Why, in one phrase, and where that stands.
    fn said(
        &self,
        decision: &Decision<'_, '_>,
        needs: Option<&Search>,
        operation: Operation,
        dialect: Dialect,
    ) -> (String, String) {
        if let Some(uncertain) = decision.depends_on.first() {
            return (hangs_on(uncertain), place(self.places, uncertain.rule.rule.path.span));
        }
        if decision.is_root {
            return ("the policy `root` allows everything".to_owned(), String::new());
        }
        let capability = operation.capability(dialect).map_or("it", |capability| capability.word());
        let owed = decision.owed_to.first().copied();
        let member = owed.or_else(|| decision.rule.and_then(|rule| rule.members.first().copied()));
        let Some(member) = member else {
            let known = operation.capability(dialect).is_some();
            let said =
                if known { "no rule matches the path" } else { "the server does not know the operation" };
            return (said.to_owned(), String::new());
        };
        let at = place(self.places, member.rule.path.span);
        let rule = format!("path \"{}\" of {}", member.rule.path, policy_words(member.policy));
        let said = match (&decision.refusal, needs) {
            (None, _) => format!("{rule} grants {capability}"),
            (_, Some(Search::Found(needs))) => {
                format!("{rule} grants {capability} to requests that carry {needs}")
            }
            (_, Some(Search::Impossible(why))) => format!("{why}: {rule} grants {capability}"),
            (Some(refusal), Some(Search::NotFound)) => {
                format!("no request is found that goes through, {refusal}: {rule} grants {capability}")
            }
            (Some(refusal), None) if decision.capabilities.denies() || owed.is_none() => {
                format!("{refusal}: {rule}")
            }
            (Some(refusal), None) => format!("{refusal}: {rule} grants {capability}"),
        };
        (said, at)
    }

    fn refused_on(&self, holder: &Holder<'_>, dialect: Dialect) -> (String, String) {
        let held = holder.refused_on(dialect);
        let name = held.map_or("", |held| held.name.as_str());
        let at = held.and_then(|held| held.policy).map(|policy| place(self.places, policy.name.span));
        (format!("{dialect} refuses to store the policy `{name}` as it is written"), at.unwrap_or_default())
    }

    fn explain(&mut self, decision: &Decision<'_, '_>) {
        if decision.is_root {
            self.rows.push(Row::new("root", "the policy `root` allows everything"));
        }
        match decision.rule {
            None => {
                let refusal = decision.refusal.as_ref().map(ToString::to_string);
                self.rows.extend(refusal.map(|refusal| Row::new("decision", refusal)));
            }
            Some(rule) => {
                let owed = &decision.owed_to;
                let deciding: &[RuleRef<'_>] = if owed.is_empty() { &rule.members } else { owed };
                for (at, member) in deciding.iter().enumerate() {
                    let label = if at == 0 { "deciding rule" } else { "and" };
                    let mut row = self.rule_row(label, *member);
                    if let Some(refusal) = decision.refusal.as_ref().filter(|_| at == 0) {
                        row = row.note(refusal.to_string());
                    }
                    self.rows.push(row);
                }
                let mut merged = rule
                    .members
                    .iter()
                    .filter(|member| !deciding.iter().any(|other| std::ptr::eq(other.rule, member.rule)));
                for member in merged.by_ref() {
                    let row = self.rule_row("merged with", *member);
                    self.rows.push(row.note("the same path: capabilities add up, `deny` ends them all"));
                }
            }
        }
        for loser in &decision.losers {
            for (at, member) in loser.rule.members.iter().enumerate() {
                let row = self.rule_row("also matches", *member);
                self.rows.push(if at == 0 { row.note(lost_words(loser.lost)) } else { row });
            }
        }
        for uncertain in &decision.depends_on {
            let row = self.rule_row("hangs on", uncertain.rule);
            self.rows.push(row.note(hangs_on(uncertain)));
        }
    }

    fn rule_row(&self, label: &'static str, rule: RuleRef<'_>) -> Row {
        let text = format!("{} of {}", rule_words(rule), policy_words(rule.policy));
        Row::new(label, text).at(place(self.places, rule.rule.path.span))
    }

    fn server_json(&self, dialect: Dialect, decision: Option<&Decision<'_, '_>>, verdict: Verdict) -> Value {
        let rule = |rule: &RuleRef<'_>| {
            let granted: Vec<&str> = rule.rule.granted().iter().map(|it| it.word()).collect();
            json!({"policy": rule.policy.name.value, "path": rule.rule.path.value, "capabilities": granted,
                "place": place(self.places, rule.rule.path.span)})
        };
        let rules = |members: &[RuleRef<'_>]| members.iter().map(rule).collect::<Vec<Value>>();
        let mut json = json!({"server": dialect.to_string(), "answer": words_of(verdict)});
        if let Some(decision) = decision {
            add(&mut json, "refusal", decision.refusal.as_ref().map(ToString::to_string));
            add(&mut json, "deciding", decision.rule.map(|rule| rules(&rule.members)));
            let losers = decision.losers.iter().flat_map(|loser| {
                loser.rule.members.iter().map(move |member| {
                    let mut json = rule(member);
                    add(&mut json, "lost", lost_words(loser.lost));
                    json
                })
            });
            add(&mut json, "others", losers.collect::<Vec<Value>>());
            let uncertain: Vec<Value> = decision.depends_on.iter().map(|it| rule(&it.rule)).collect();
            add(&mut json, "hangs_on", uncertain);
        }
        json
    }
}

/// Why a list of what the token may do may not be all of it, or too much.
pub fn gaps(holder: &Holder<'_>, dialects: &[Dialect]) -> Vec<String> {
    let mut gaps = Vec::new();
    for held in &holder.held {
        let name = &held.name;
        if held.is_missing() && !held.refused.is_empty() {
            gaps.push(format!("servers refuse to store policy `{name}` as it is written"));
        } else if held.is_missing() {
            gaps.push(format!("policy `{name}` is not among the inputs"));
        }
        for dialect in dialects.iter().filter(|dialect| held.refused_by.contains(dialect)) {
            gaps.push(format!("{dialect} refuses to store policy `{name}` as it is written"));
        }
        if !held.others.is_empty() {
            gaps.push(format!(
                "policy `{name}` is defined more than once, and which one counts is not known"
            ));
        }
    }
    gaps.extend(holder.missing().iter().filter_map(missing_words).map(|(text, _)| text));
    gaps
}

pub(super) fn pattern_text(member: Option<&RuleRef<'_>>) -> String {
    member.map(|member| member.rule.path.value.clone()).unwrap_or_default()
}
