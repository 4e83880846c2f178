//! Questions to Vault.

use serde_json::{Value, json};

use super::page::{self, Answer, Row};
use super::way::{self, Way};
use super::{Format, Scene, exit, world};
use crate::cli::exit::{Exit, Failure};
use crate::model::vault::mount::KvVersion;
use crate::report::clean;
use crate::semantics::acl::Operation;
use crate::semantics::dialect::Dialect;
use crate::semantics::login::Check;
use crate::semantics::mounts::MountTable;
use crate::semantics::reach::{Holder, Subject};

/// Ways that are shown when none of them leads anywhere.
const SHOWN: usize = 5;

impl Scene<'_> {
    /// A question to Vault.
    pub(super) fn vault(
        &self,
        who: &Subject,
        verb: &str,
        operation: Operation,
        path: &str,
    ) -> Result<Exit, Failure> {
        if world::needs_no_token(self.access.project(), operation, path) {
            let json = json!({"answer": Answer::Yes.word(), "who": who.to_string(), "capability": verb, "path": path,
                "reason": world::WITHOUT_TOKEN, "place": "", "help": Value::Null, "ways": []});
            return match self.args.format {
                Format::Json => self.finish(Answer::Yes, json),
                Format::Human => {
                    self.print(&self.head(Answer::Yes, world::WITHOUT_TOKEN, ""))?;
                    Ok(exit(Answer::Yes))
                }
            };
        }
        let mut holders = self.holders(who)?;
        if let Some(name) = self.args.dialect {
            holders.iter_mut().for_each(|holder| holder.dialects = Dialect::of(name.dialect().target()));
        }
        let mut ways: Vec<(Way, Option<Check>)> = holders
            .iter()
            .map(|holder| {
                let failed = holder.refused().map(|refusal| refusal.check);
                (way::follow(holder, operation, path, self.places), failed)
            })
            .collect();
        let open = ways.iter().filter(|(way, _)| way.gets_token).count();
        let answer = joined(ways.iter().map(|(way, _)| way.answer));
        // What decides comes first; of refused logins, those that came farthest.
        ways.sort_by_key(|(way, failed)| (way.answer != answer, !way.gets_token, std::cmp::Reverse(*failed)));
        let (reason, at) = match (ways.first(), open) {
            (None, _) => ("no role admits it".to_owned(), String::new()),
            (Some((way, _)), 0) if ways.len() > 1 => (
                format!("none of the {} auth roles admits it; {}", ways.len(), way.reason),
                way.place.clone(),
            ),
            (Some(_), 2..) if answer == Answer::No => {
                (format!("none of the {open} auth roles that admit it allows it"), String::new())
            }
            (Some((way, _)), _) => (way.reason.clone(), way.place.clone()),
        };
        let shown = match (answer, open) {
            (Answer::Yes, _) => 1,
            (_, 0) => {
                let best = ways.first().and_then(|(_, failed)| *failed);
                ways.iter().take_while(|(_, failed)| *failed == best).count().min(SHOWN)
            }
            _ => ways.iter().filter(|(way, _)| way.gets_token).count(),
        };
        let hint = self.hint(path, &holders).filter(|_| answer != Answer::Yes);
        if self.args.format == Format::Json {
            let ways: Vec<&Value> = ways.iter().map(|(way, _)| &way.json).collect();
            return self.finish(
                answer,
                json!({"answer": answer.word(), "who": who.to_string(), "capability": verb, "path": path,
                    "reason": reason, "place": at, "help": hint, "ways": ways}),
            );
        }
        let mut out = self.head(answer, &reason, &at);
        if self.args.explain {
            let identity = self.identity_rows(who);
            for (at, (way, _)) in ways.iter().take(shown).enumerate() {
                let first: &[Row] = if at == 0 { &identity } else { &[] };
                let all: Vec<Row> = first.iter().chain(&way.rows).cloned().collect();
                out += if at == 0 { "" } else { "\n" };
                out += &page::rows(&all);
            }
            let rest = ways.len() - shown.min(ways.len());
            if rest > 0 {
                out += &match (rest, open.saturating_sub(shown)) {
                    (1, 0) => "\n  1 more auth role, which does not admit it\n".to_owned(),
                    (1, _) => "\n  1 more auth role, which admits it, too\n".to_owned(),
                    (_, 0) => format!("\n  {rest} more auth roles, none of which admits it\n"),
                    (_, 1) => format!("\n  {rest} more auth roles, one of which admits it\n"),
                    (_, admitting) => format!("\n  {rest} more auth roles, {admitting} of which admit it\n"),
                };
            }
        }
        out += &hint.map(|hint| format!("help: {hint}\n")).unwrap_or_default();
        self.print(&out)?;
        Ok(exit(answer))
    }

    /// The way that people take who think of `vault kv`.
    fn hint(&self, path: &str, holders: &[Holder<'_>]) -> Option<String> {
        let project = self.access.project();
        let first = holders.first()?;
        let asker = match first.role {
            Some((role, _)) => role.name.span,
            None => first.held.iter().find_map(|held| held.policy).map(|policy| policy.name.span)?,
        };
        let mounts = MountTable::new(project);
        let known = mounts.kv(path, asker, KvVersion::V2)?;
        let rest = path.strip_prefix(known.path)?.strip_prefix('/')?;
        let first = rest.split('/').next().unwrap_or(rest);
        let api =
            ["data", "metadata", "delete", "undelete", "destroy", "subkeys", "detailed-metadata", "config"];
        let part = if path.ends_with('/') { "metadata" } else { "data" };
        (!rest.is_empty() && !api.contains(&first)).then(|| {
            let (mount, rest) = (clean::line(known.path), clean::line(rest));
            format!("`{mount}` is a KV version 2 mount: the path of the API is `{mount}/{part}/{rest}`")
        })
    }
}

/// One way that allows it is enough.
fn joined(answers: impl Iterator<Item = Answer>) -> Answer {
    answers.fold(Answer::No, |joined, answer| match (joined, answer) {
        (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
        (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
        _ => Answer::No,
    })
}
