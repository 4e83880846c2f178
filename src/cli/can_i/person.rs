//! Questions about users and groups, whom Kubernetes alone knows.

use super::page::Row;
use super::world::{self, Asked};
use super::{Args, Exit, Failure, Scene, question, usage};
use crate::model::project::Project;
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::authorizer::User;
use crate::semantics::mounts::MountTable;
use crate::semantics::reach::Access;
use crate::syntax::near;

/// A user, or somebody in a group who is nobody else.
pub(super) struct Person {
    /// `user:NAME` or `group:NAME`.
    who: String,
    user: User,
    /// What `--explain` begins with.
    row: Row,
}

impl Person {
    /// Reads `user:NAME` and `group:NAME`; nothing for other forms, a failure if no input knows the name.
    pub(super) fn read(who: &str, project: &Project) -> Option<Result<Person, Failure>> {
        let (kind, word, name) = match who.split_once(':')? {
            ("user", name) => ("User", "user", name),
            ("group", name) => ("Group", "group", name),
            _ => return None,
        };
        let subjects = project.bindings.iter().flat_map(|binding| &binding.subjects);
        let known: Vec<&str> =
            subjects.filter(|it| it.kind.value == kind).map(|subject| subject.name.as_str()).collect();
        if name.trim().is_empty() {
            return Some(Err(Failure::new(format!("`{word}:` names nobody"))));
        }
        if !name.starts_with("system:") && !known.contains(&name) {
            let failure = Failure::new(format!("no binding names a {word} `{}`", clean::line(name)));
            let help = near::nearest(name, known.iter().copied());
            return Some(Err(match help {
                Some(near) => failure.with_help(format!("did you mean `{word}:{}`?", clean::line(near))),
                None => failure.with_help(
                    "whoever is logged in may do what `group:system:authenticated` may, and no more",
                ),
            }));
        }
        let user = match word {
            "user" => User::named(name),
            _ => User::member(name, &stranger(project)),
        };
        let shown = match word {
            "group" => name.to_owned(),
            _ => user.name.clone(),
        };
        let groups: Vec<&str> =
            user.groups.iter().map(String::as_str).filter(|group| *group != shown).collect();
        let row = Row::new(word, shown.clone());
        let row = if groups.is_empty() { row } else { row.note(format!("in {}", groups.join(", "))) };
        Some(Ok(Person { who: who.to_owned(), user, row }))
    }

    /// Answers the question that follows WHO.
    pub(super) fn answer(
        self,
        words: &[String],
        args: &Args,
        quiet: bool,
        access: &Access<'_>,
    ) -> Result<Exit, Failure> {
        let project = access.project();
        let places = Places::new(&project.sources);
        let scene = Scene { args, access, places: &places, quiet };
        if args.list {
            if !words.is_empty() {
                return Err(usage("with `--list`, nothing follows WHO"));
            }
            let namespace = args.flags.namespace.as_deref().unwrap_or_default();
            return scene.list_user(&self.user, &self.who, namespace);
        }
        let (verb, what) = question(words)?;
        let mounts = MountTable::new(project);
        match world::understand(verb, what, &args.flags, None, |path| mounts.mentions(path))? {
            Asked::Kubernetes(question) => scene.of_user(&self.user, &self.who, vec![self.row], &question),
            Asked::Vault(..) => {
                Err(Failure::new(format!("`{}` is nobody that Vault knows", clean::line(&self.who)))
                    .with_help("add `--kubernetes` or `-n NAMESPACE` to ask the cluster"))
            }
        }
    }
}

/// A name that no binding holds.
fn stranger(project: &Project) -> String {
    let mut name = "any-other".to_owned();
    let subjects = || project.bindings.iter().flat_map(|binding| &binding.subjects);
    while subjects().any(|subject| subject.name.value.contains(&name)) {
        name.push('-');
        name.push('x');
    }
    name
}
