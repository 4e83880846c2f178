//! `can-i WHO --list`: all that somebody may do.

use serde_json::{Value, json};

use super::page::{self, Answer, place};
use super::{DialectName, Exit, Failure, Format, Scene, cluster, exit, way};
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::acl::Acl;
use crate::semantics::authorizer::User;
use crate::semantics::dialect::Dialect;
use crate::semantics::reach::{Subject, Token};

impl Scene<'_> {
    /// Prints the rules of every token of WHO, or its rules in the cluster.
    pub(super) fn list(&self, who: &Subject) -> Result<Exit, Failure> {
        let flags = &self.args.flags;
        if flags.is_about_kubernetes() {
            let user = self.user(who)?;
            let home = match who {
                Subject::ServiceAccount { namespace, .. } => namespace.as_str(),
                _ => "",
            };
            let namespace = match &flags.namespace {
                Some(namespace) => namespace.as_str(),
                None if flags.all_namespaces => "",
                None => home,
            };
            return self.list_user(&user, &who.to_string(), namespace);
        }
        let holders = self.holders(who)?;
        let (mut out, mut json, mut nothing, mut open) = (String::new(), Vec::new(), true, false);
        for holder in holders.iter().filter(|holder| holder.gets_token()) {
            let token = holder.token();
            let wanted = self.args.dialect.map(DialectName::dialect);
            let listings = listings(&token, wanted, self.places);
            nothing &= listings.iter().all(|(_, lines)| lines.is_empty());
            let path = holder.role.map(|(role, method)| method.role_path(role));
            if let (Some(path), Some((role, _))) = (&path, holder.role) {
                let gap = if out.is_empty() { "" } else { "\n" };
                out += &format!("{gap}{}  {}\n", clean::line(path), place(self.places, role.name.span));
            }
            let asked = token.acls().iter().map(|(dialect, _)| *dialect);
            let asked: Vec<Dialect> = asked.filter(|own| wanted.is_none_or(|it| it == *own)).collect();
            let gaps = way::gaps(holder, &asked);
            open |= !gaps.is_empty();
            for gap in &gaps {
                out += &format!("{}\n", clean::line(gap));
            }
            let considered = token.acls().iter().filter(|(own, _)| wanted.is_none_or(|it| it == *own));
            for (dialect, acl) in considered.clone() {
                if let Err(error) = acl {
                    out += &format!("{dialect} refuses every request: {}\n", clean::line(&error.to_string()));
                }
            }
            for (dialects, lines) in &listings {
                let servers: Vec<String> = dialects.iter().map(Dialect::to_string).collect();
                if dialects.len() < considered.clone().count() {
                    out += &format!("on {}:\n", servers.join(" and "));
                }
                out += &page::table(["PATH", "CAPABILITIES", "POLICY", "WHERE"], lines);
                let rules: Vec<Value> = lines.iter().map(rule_json).collect();
                json.push(json!({"role": path, "servers": servers, "not_known": gaps, "rules": rules}));
            }
        }
        let answer = match (open, nothing) {
            (true, _) => Answer::Unknown,
            (false, true) => Answer::No,
            (false, false) => Answer::Yes,
        };
        self.listing(answer, json!({"who": who.to_string(), "ways": json}), &out)
    }

    /// Prints the rules of a user, called `who`, in a namespace of the cluster.
    pub(super) fn list_user(&self, user: &User, who: &str, namespace: &str) -> Result<Exit, Failure> {
        let (lines, answer) = cluster::listed(self.access, user, namespace, self.places);
        let json: Vec<Value> = lines
            .iter()
            .map(|[rule, binding, at]| json!({"rule": rule, "binding": binding, "place": at}))
            .collect();
        let out = match lines.as_slice() {
            [] => String::new(),
            lines => page::table(["RULE", "BINDING → ROLE", "WHERE"], lines),
        };
        self.listing(answer, json!({"who": who, "rules": json}), &out)
    }

    fn listing(&self, answer: Answer, json: Value, out: &str) -> Result<Exit, Failure> {
        if self.args.format == Format::Json {
            return self.finish(answer, json);
        }
        self.print(if out.is_empty() { "nothing\n" } else { out })?;
        Ok(exit(answer))
    }
}

fn rule_json([path, words, policy, at]: &[String; 4]) -> Value {
    let words: Vec<&str> = words.split(", ").filter(|word| !word.is_empty()).collect();
    let policies: Vec<&str> = policy.split(", ").collect();
    json!({"path": path, "capabilities": words, "policies": policies, "place": at})
}

/// All rules of a token, once for all servers that go by the same ones; those that refuse every request are left out.
fn listings(
    token: &Token<'_>,
    wanted: Option<Dialect>,
    places: &Places<'_>,
) -> Vec<(Vec<Dialect>, Vec<[String; 4]>)> {
    let mut listings: Vec<(Vec<Dialect>, Vec<[String; 4]>)> = Vec::new();
    for (dialect, acl) in token.acls().iter().filter(|(own, _)| wanted.is_none_or(|it| it == *own)) {
        let Ok(acl) = acl else { continue };
        let lines = listed(acl, places);
        match listings.iter_mut().find(|(_, known)| *known == lines) {
            Some((dialects, _)) => dialects.push(*dialect),
            None => listings.push((vec![*dialect], lines)),
        }
    }
    listings
}

/// What a compiled token may do, in the order in which rules are asked: pattern, capabilities, policies, place.
fn listed(acl: &Acl<'_>, places: &Places<'_>) -> Vec<[String; 4]> {
    let known = acl.rules().iter().rev().map(|rule| {
        let words: Vec<&str> = rule.capabilities.iter().map(|capability| capability.word()).collect();
        let names: Vec<&str> = rule.members.iter().map(|member| member.policy.name.as_str()).collect();
        let at = rule.members.first().map(|member| place(places, member.rule.path.span));
        [way::pattern_text(rule.members.first()), words.join(", "), names.join(", "), at.unwrap_or_default()]
    });
    let uncertain = acl.uncertain_rules().iter().map(|uncertain| {
        let rule = uncertain.rule;
        let words: Vec<&str> = rule.rule.granted().iter().map(|capability| capability.word()).collect();
        let path = format!("{} (not known)", rule.rule.path.value);
        [path, words.join(", "), rule.policy.name.value.clone(), place(places, rule.rule.path.span)]
    });
    known.chain(uncertain).collect()
}
