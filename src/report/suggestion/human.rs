//! The report for people.

use std::borrow::Cow;

use super::{Counts, FileChange, Suggested, patch, plural, words};
use crate::model::vault::policy::PolicyOrigin;
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::least::{Narrowed, Need, Outcome, PolicyAnswer, Remark, RoleAnswer, Standing, Surplus};
use crate::syntax::Span;

/// How the report is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// With colours.
    pub color: bool,
    /// Without the closing words.
    pub quiet: bool,
}

/// How many paths that are no longer open are named of one rule, and how many places that would need more to be known.
const SHOWN: usize = 4;

/// The whole report.
pub fn render(suggested: &Suggested<'_>, look: Look) -> String {
    let places = Places::new(&suggested.project.sources);
    let mut page = Page { suggested, places, look, out: String::new() };
    for role in &suggested.suggestions.roles {
        page.role(role);
    }
    for (at, policy) in suggested.suggestions.policies.iter().enumerate() {
        page.policy(at, policy);
    }
    for change in suggested.files {
        if page.is_shown_with_policy(change) {
            continue;
        }
        page.out += "\n";
        page.patch(change);
    }
    if !suggested.suggestions.caveats.is_empty() {
        page.out += "\nThrough which role these log in is not known:\n";
        let caveats: Vec<Remark> = suggested.suggestions.caveats.clone();
        page.remarks(&caveats, "  ");
    }
    if !look.quiet {
        page.closing();
    }
    page.out
}

struct Page<'a> {
    suggested: &'a Suggested<'a>,
    places: Places<'a>,
    look: Look,
    out: String,
}

impl Page<'_> {
    fn role(&mut self, role: &RoleAnswer) {
        self.gap();
        let title = self.bold(&format!("role {}", role.name));
        let place = self.place(role.span);
        self.line(&format!("{title}  {place}"));
        for need in &role.needs {
            self.need(need);
        }
        if !role.withheld.is_empty() {
            let text = self.paint("33", "  nothing is suggested:");
            self.line(&text);
            self.remarks(&role.withheld, "    ");
        } else if !role.caveats.is_empty() {
            self.line("  not seen:");
            self.remarks(&role.caveats, "    ");
        }
    }

    fn need(&mut self, need: &Need) {
        let (word, color) = match need.standing {
            Standing::Granted => ("needs", "32"),
            Standing::InPart => ("IN PART", "33"),
            Standing::Unclear => ("UNCLEAR", "33"),
            Standing::Missing => ("MISSING", "31"),
        };
        let word = self.paint(color, &format!("{word:<7}"));
        let who = need.who.as_ref().map_or(String::new(), |who| format!("{}, ", clean::words(who)));
        let (on, by) = (clean::words(&need.on), clean::line(&need.by));
        let place = self.place(need.span);
        self.line(&format!("  {word} {} {on}  {who}{by}  {place}", need.capability));
    }

    fn policy(&mut self, at: usize, policy: &PolicyAnswer) {
        let narrowed = match &policy.outcome {
            // The role says why, unless it is another one.
            Outcome::Withheld(_) => {
                let roles = &self.suggested.suggestions.roles;
                let is_told =
                    roles.iter().any(|role| !role.withheld.is_empty() && policy.roles.contains(&role.name));
                let is_shared = policy.roles.iter().any(|name| !roles.iter().any(|role| role.name == *name))
                    || roles.iter().any(|role| role.withheld.is_empty() && policy.roles.contains(&role.name));
                if is_told && !is_shared {
                    return;
                }
                None
            }
            Outcome::Least => return,
            Outcome::Narrowed(narrowed) => Some(narrowed),
        };
        self.gap();
        let title = self.bold(&format!("policy {}", policy.name));
        let place = self.place(policy.span);
        let roles = policy.roles.join(", ");
        self.line(&format!("{title}  {place}  of {}", clean::words(&roles)));
        match (&policy.outcome, narrowed) {
            (Outcome::Withheld(why), _) => {
                let text = self.paint("33", "  stays as it is:");
                self.line(&text);
                self.remarks(why, "    ");
            }
            (_, Some(narrowed)) => self.narrowed(at, policy, narrowed),
            _ => {}
        }
    }

    fn narrowed(&mut self, at: usize, policy: &PolicyAnswer, narrowed: &Narrowed) {
        for surplus in &narrowed.surplus {
            self.surplus(surplus);
        }
        for kept in &narrowed.kept {
            let place = self.place(kept.span);
            self.line(&format!("  stays   {}: {}  {place}", clean::words(&kept.path), kept.why));
        }
        if narrowed.policy.path_rules.is_empty() {
            let roles = policy.roles.join(", ");
            let roles = clean::words(&roles);
            let how = match (&policy.by_hand, policy.origin) {
                (None, _) => "the diff takes it out of `token_policies` of".to_owned(),
                (Some(_), PolicyOrigin::Grant) => "by hand, the grant could be taken from".to_owned(),
                (Some(why), _) => format!("by hand, as {why}: it could be taken out of `token_policies` of"),
            };
            self.line(&format!("  nothing of it is known to be needed: {how} {roles}"));
            return;
        }
        if let Some(why) = &policy.by_hand {
            self.by_hand(at, policy, why);
            return;
        }
        let change = self.suggested.files.iter().find(|change| change.policies.contains(&at));
        if let Some(change) = change.filter(|change| self.is_shown_with_policy(change)) {
            self.out += "\n";
            self.patch(change);
        }
    }

    /// The text of a policy that no edit reaches.
    fn by_hand(&mut self, at: usize, policy: &PolicyAnswer, why: &str) {
        let text = self.suggested.texts.get(at).and_then(Option::as_deref);
        let Some(text) = text else {
            self.line(&format!("  by hand, as {why}: its new text cannot be written down here"));
            return;
        };
        self.line(&match policy.origin {
            PolicyOrigin::Grant => format!("  by hand, as {why}: narrow that down to"),
            _ => format!("  by hand, as {why}; in HCL:"),
        });
        for line in text.lines() {
            let line = if line.is_empty() { String::new() } else { format!("    {}", clean::line(line)) };
            self.line(&line);
        }
    }

    fn surplus(&mut self, surplus: &Surplus) {
        let place = self.place(surplus.span);
        let label = clean::words(&surplus.path);
        if surplus.is_idle_deny {
            self.line(&format!("  surplus {label} [deny]: decides on nothing that is left  {place}"));
            return;
        }
        let now: Vec<String> = surplus
            .now
            .iter()
            .map(|(label, held)| format!("{} {}", clean::words(label), words(*held)))
            .collect();
        let now = if now.is_empty() { "gone".to_owned() } else { now.join(", ") };
        self.line(&format!("  surplus {label} {}: now {now}  {place}", words(surplus.granted)));
        let closed = surplus.closed.iter().take(SHOWN);
        let closed: Vec<String> =
            closed.map(|(path, held)| format!("{} {}", clean::words(path), words(*held))).collect();
        if !closed.is_empty() {
            self.line(&format!("          no longer opens {}", closed.join(", ")));
        }
    }

    /// A file with one policy and nothing else is shown with it.
    fn is_shown_with_policy(&self, change: &FileChange) -> bool {
        let policy = change.policies.first().and_then(|at| self.suggested.suggestions.policies.get(*at));
        change.policies.len() == 1
            && policy.is_some_and(|policy| {
                policy.origin == PolicyOrigin::HclFile
                    && policy_place(self.suggested, policy).source == change.source
            })
    }

    fn patch(&mut self, change: &FileChange) {
        for line in patch(change).split_inclusive('\n') {
            let color = match line.as_bytes() {
                [b'+', ..] => "32",
                [b'-', ..] => "31",
                [b'@', ..] => "36",
                _ => "",
            };
            let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
            let text = self.paint(color, text);
            self.out += &text;
            self.out += end;
        }
    }

    fn remarks(&mut self, remarks: &[Remark], indent: &str) {
        for remark in remarks.iter().take(SHOWN) {
            let place = remark.span.map_or(String::new(), |span| format!("  {}", self.place(span)));
            self.line(&format!("{indent}{}{place}", clean::line(&remark.text)));
        }
        if remarks.len() > SHOWN {
            self.line(&format!("{indent}and {} more", remarks.len() - SHOWN));
        }
    }

    fn closing(&mut self) {
        let counts = Counts::of(self.suggested.suggestions);
        self.gap();
        let narrowed = match counts.narrowed {
            0 => "Nothing is known that could be taken away".to_owned(),
            count => format!("{count} {} can be narrowed", plural(count, "policy", "policies")),
        };
        let withheld = match counts.withheld {
            0 => String::new(),
            count => format!("; of {count} of {} too little is known", plural_roles(counts.roles)),
        };
        self.line(&format!("{narrowed}{withheld}."));
        if counts.missing > 0 {
            self.line(
                "Mend what is missing first: a rule that looks like surplus may have been meant for it.",
            );
        }
        if counts.narrowed > 0 {
            self.together();
            if counts.by_hand > 0 {
                self.line("What is to be done by hand rests on the diffs, and each of it on the rest as it is: ask again after every such change.");
            }
            self.line("Known is what these files show, and nothing else: a program that speaks to Vault by itself, a person, a token");
            self.line("from elsewhere or an entity that holds the same policy is not seen. Ask whoever owns them before you apply it.");
        }
    }

    /// Which of several files may be changed without the others.
    fn together(&mut self) {
        let files = self.suggested.files.len();
        let sets = self.suggested.paths_together();
        match sets.as_slice() {
            _ if files < 2 => {}
            [] => self.line("Each of the diffs can be applied by itself."),
            [all] if all.len() == files => {
                self.line("Apply the diffs together: each of them may rest on the others.");
            }
            several => {
                self.line("Apply together, as each of them may rest on the others, the diffs of");
                for set in several {
                    let paths: Vec<Cow<'_, str>> = set.iter().map(|path| clean::words(path)).collect();
                    self.line(&format!("  {}", paths.join(", ")));
                }
                let rest = files - several.iter().map(Vec::len).sum::<usize>();
                if rest > 0 {
                    self.line(&format!(
                        "{} by itself.",
                        plural(rest, "The other one stands", "Each of the others stands")
                    ));
                }
            }
        }
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// One line, in which all that comes from inputs has been cleaned.
    fn line(&mut self, text: &str) {
        self.out += text;
        self.out.push('\n');
    }

    fn place(&self, span: Span) -> String {
        let place = self.places.of(span);
        format!("{}:{}", clean::words(place.path), place.start.line)
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", &clean::words(text))
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.look.color && !code.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn policy_place(suggested: &Suggested<'_>, policy: &PolicyAnswer) -> Span {
    suggested.project.policies.get(policy.at).map_or(policy.span, |policy| policy.span)
}

fn plural_roles(count: usize) -> String {
    format!("{count} {}", plural(count, "role", "roles"))
}
