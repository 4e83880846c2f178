//! What `check` says on stderr beside its report.

use crate::cli::exit::{Exit, say, say_bug};
use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::lint::Crash;
use crate::model::project::Project;
use crate::report::{clean, human};
use crate::rules::ENGINE;

/// Says when a limit is for a mount that the inputs have for logins only, under another name.
pub(super) fn say_what_limits_mean(project: &Project, session: &Session) {
    let auth: Vec<&str> = project.auth_roles.iter().map(|role| role.mount.as_str()).collect();
    let secrets: Vec<&str> = project.secrets_roles.iter().map(|role| role.mount.as_str()).collect();
    for scope in &session.config.options.scopes {
        if let Some(mount) = scope.meant(&auth, &secrets) {
            let mount = clean::line(mount.trim_matches('/'));
            say(format_args!(
                "warning: no mount among the inputs is one of those that a scope of `[limits]` names; for logins, write `auth/{mount}`"
            ));
        }
    }
}

/// What was not looked at, where the report itself does not close with it.
pub(super) fn say_left_out(loaded: &Loaded) {
    let count = |number: usize, what: &str| match number {
        0 => None,
        1 => Some(format!("1 file {what}")),
        number => Some(format!("{number} files {what}")),
    };
    let parts = [
        count(loaded.excluded, "excluded by the configuration"),
        count(loaded.compiled, "that `compile` made left out"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        say(parts.join(", "));
    }
}

/// Says what could not be read, for runs whose output does not say it.
pub(super) fn say_unread(loaded: &Loaded, session: &Session) {
    for unread in &loaded.unread {
        say(format_args!(
            "error: cannot read `{}`: {}",
            clean::line(&unread.path),
            clean::line(&unread.message)
        ));
    }
    let project = &loaded.project;
    if !project.syntax_errors.is_empty() {
        let rule = ENGINE.syntax_error.name;
        let errors = human::errors(&project.syntax_errors, rule, &project.sources, session.color);
        say(errors.trim_end());
    }
}

pub(super) fn say_nothing() -> Exit {
    say("error: no input found: no policy, manifest or spec among the files");
    say("help: name files or directories that hold some, or pipe them into `rolewright check -`");
    Exit::Unable
}

pub(super) fn complain(crashes: &[Crash]) {
    for crash in crashes {
        say_bug(crash);
    }
}
