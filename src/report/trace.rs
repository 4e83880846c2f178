//! The way of a pod to its secrets, for people and for programs.

use serde_json::{Value, json};

use super::clean;
use super::place::Places;
use crate::model::kube::workload::Workload;
use crate::model::project::Project;
use crate::semantics::trace::{Fetch, Mark, Route, Stage, StageName, Stop};
use crate::syntax::Span;

/// What was traced.
#[derive(Debug)]
pub struct Traced<'a> {
    /// The inputs.
    pub project: &'a Project,
    /// The workload.
    pub workload: &'a Workload,
    /// Where it runs, if that is known.
    pub namespace: Option<&'a str>,
    /// The ways of its secrets.
    pub routes: &'a [Route],
    /// Kubernetes Secrets that it uses and of which no input says who makes them.
    pub unexplained: &'a [String],
}

impl Traced<'_> {
    /// The worst that happens on any way.
    pub fn mark(&self) -> Mark {
        self.routes.iter().map(Route::mark).max().unwrap_or(Mark::Unknown)
    }

    fn title(&self) -> String {
        let name = &self.workload.meta.name;
        match self.namespace {
            Some(namespace) => format!("{} {namespace}/{name}", self.workload.kind),
            None => format!("{} {name}", self.workload.kind),
        }
    }
}

/// For people: each stage with its mark and its places, then what stops it.
pub fn human(traced: &Traced<'_>, color: bool, quiet: bool) -> String {
    let mut page = Page { places: Places::new(&traced.project.sources), color, out: String::new() };
    let at = page.place(traced.workload.meta.name.span);
    let title = page.bold(&clean::line(&traced.title()));
    page.line(0, &format!("{title}  {}", page.dim(&at)));
    for route in traced.routes {
        page.route(route);
    }
    for secret in traced.unexplained {
        page.line(0, "");
        let text = format!("The Secret `{secret}` is used, too; no input says that Vault fills it.");
        page.line(0, &clean::line(&text));
    }
    if !quiet {
        page.line(0, "");
        page.line(0, &summary(traced));
    }
    page.out
}

fn summary(traced: &Traced<'_>) -> String {
    let stages = || {
        traced.routes.iter().flat_map(|route| {
            route.to_token.iter().chain(route.fetches.iter().filter_map(|fetch| fetch.stage.as_ref()))
        })
    };
    let first = |mark: Mark| stages().find(|stage| stage.mark == mark).map(|stage| stage.name);
    let all: Vec<&Fetch> = traced.routes.iter().flat_map(|route| &route.fetches).collect();
    match (first(Mark::Failed), first(Mark::Unknown)) {
        (Some(stage), _) => format!("It stops at: {stage}."),
        (None, Some(stage)) => format!("Cannot tell: {stage} hangs on something that is not known."),
        (None, None) => match all.len() {
            0 => "The login goes through; no secret is fetched.".to_owned(),
            1 => "The secret arrives.".to_owned(),
            count => format!("All {count} secrets arrive."),
        },
    }
}

struct Page<'a> {
    places: Places<'a>,
    color: bool,
    out: String,
}

/// Where the text of a stage begins.
const TEXT: usize = 18;

impl Page<'_> {
    fn route(&mut self, route: &Route) {
        self.line(0, "");
        let title = match route.by.as_str() {
            "" => route.consumer.title().to_owned(),
            by => format!("{}: {by}", route.consumer.title()),
        };
        let title = self.bold(&clean::line(&title));
        self.line(0, &title);
        for stage in &route.to_token {
            self.stage(stage, None);
        }
        let reached = route.to_token.last().map_or(StageName::StartPod, |stage| stage.name);
        let left = [StageName::PresentJwt, StageName::MatchRole, StageName::IssueToken];
        for name in left.into_iter().filter(|name| *name > reached) {
            self.not_reached(name, "");
        }
        for fetch in &route.fetches {
            match &fetch.stage {
                Some(stage) => self.stage(stage, Some(&fetch.secret)),
                None => {
                    let path = fetch.path.as_ref().map_or(String::new(), |path| format!(" `{path}`"));
                    self.not_reached(StageName::FetchSecret, &format!("{}:{path}", fetch.secret));
                }
            }
        }
        for stage in &route.to_token {
            self.stop(stage, None);
        }
        for fetch in &route.fetches {
            if let Some(stage) = &fetch.stage {
                self.stop(stage, Some(&fetch.secret));
            }
        }
    }

    fn stage(&mut self, stage: &Stage, secret: Option<&str>) {
        let mark = match stage.mark {
            Mark::Passed => self.paint("✓", "32"),
            Mark::Failed => self.paint("✗", "31"),
            Mark::Unknown => self.paint("?", "33"),
        };
        let label = secret.map_or(String::new(), |secret| format!("{secret}: "));
        let says = clean::line(&format!("{label}{}", stage.says)).into_owned();
        self.line(2, &format!("{mark} {:<14}{says}", stage.name));
        let places = self.places_of(&stage.evidence);
        if !places.is_empty() {
            let places = self.dim(&places);
            self.line(TEXT, &places);
        }
        for note in &stage.notes {
            let note = format!("note: {note}");
            self.line(TEXT, &clean::line(&note));
        }
    }

    fn not_reached(&mut self, name: StageName, text: &str) {
        let text = clean::line(text);
        let line = self.dim(format!("· {name:<14}{text}").trim_end());
        self.line(2, &line);
    }

    fn stop(&mut self, stage: &Stage, secret: Option<&str>) {
        let Some(stop) = &stage.stop else { return };
        self.line(0, "");
        let of = secret.map_or(String::new(), |secret| format!(" of `{secret}`"));
        let heading = match stage.mark {
            Mark::Unknown => format!("cannot tell: {}{of}", stage.name),
            _ => format!("stops at: {}{of}", stage.name),
        };
        let heading = self.bold(&clean::line(&heading));
        self.line(2, &heading);
        if !stop.seen.is_empty() {
            self.entry("you see", &stop.seen, None);
        }
        if let Some(message) = &stop.message {
            let status = stop.status.map_or(String::new(), |status| format!("   ({status})"));
            let message = self.bold(&clean::line(message));
            self.line(15, &format!("{message}{status}"));
        }
        self.entry("why", &stop.why, stop.at);
        if let Some(remedy) = &stop.remedy {
            let word = if stage.mark == Mark::Unknown { "next" } else { "fix" };
            self.entry(word, remedy, stop.remedy_at);
        }
    }

    fn entry(&mut self, word: &str, text: &str, at: Option<Span>) {
        self.line(4, &format!("{word:<9}{}", clean::line(text)));
        if let Some(at) = at {
            let place = self.place(at);
            let place = self.dim(&place);
            self.line(13, &place);
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        let line = format!("{:indent$}{text}", "");
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn place(&self, span: Span) -> String {
        let place = self.places.of(span);
        clean::line(&format!("{}:{}", place.path, place.start.line)).into_owned()
    }

    /// Places in the order of the evidence, the file named once.
    fn places_of(&self, evidence: &[Span]) -> String {
        let mut files: Vec<(&str, Vec<u32>)> = Vec::new();
        for span in evidence {
            let place = self.places.of(*span);
            match files.iter_mut().find(|(path, _)| *path == place.path) {
                Some((_, lines)) if lines.contains(&place.start.line) => {}
                Some((_, lines)) => lines.push(place.start.line),
                None => files.push((place.path, vec![place.start.line])),
            }
        }
        let shown: Vec<String> = files
            .iter()
            .map(|(path, lines)| {
                let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
                format!("{}:{}", clean::line(path), lines.join(","))
            })
            .collect();
        shown.join("  ")
    }

    fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    fn dim(&self, text: &str) -> String {
        self.paint(text, "2")
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// For programs.
pub fn json(traced: &Traced<'_>) -> String {
    let places = Places::new(&traced.project.sources);
    let routes: Vec<Value> = traced
        .routes
        .iter()
        .map(|route| {
            let stages: Vec<Value> = route.to_token.iter().map(|stage| stage_json(stage, &places)).collect();
            let secrets: Vec<Value> = route
                .fetches
                .iter()
                .map(|fetch| {
                    json!({
                        "secret": fetch.secret,
                        "path": fetch.path,
                        "at": place_json(fetch.span, &places),
                        "stage": fetch.stage.as_ref().map(|stage| stage_json(stage, &places)),
                    })
                })
                .collect();
            json!({
                "consumer": route.consumer.word(),
                "by": route.by,
                "result": route.mark().word(),
                "stages": stages,
                "secrets": secrets,
            })
        })
        .collect();
    let document = json!({
        "workload": {
            "kind": traced.workload.kind.value,
            "namespace": traced.namespace,
            "name": traced.workload.meta.name.value,
            "at": place_json(traced.workload.meta.name.span, &places),
        },
        "result": traced.mark().word(),
        "routes": routes,
        "unexplained_secrets": traced.unexplained,
    });
    format!("{document:#}\n")
}

fn stage_json(stage: &Stage, places: &Places<'_>) -> Value {
    let evidence: Vec<Value> = stage.evidence.iter().map(|span| place_json(*span, places)).collect();
    json!({
        "stage": stage.name.to_string(),
        "result": stage.mark.word(),
        "says": stage.says,
        "evidence": evidence,
        "notes": stage.notes,
        "stop": stage.stop.as_ref().map(|stop| stop_json(stop, places)),
    })
}

fn stop_json(stop: &Stop, places: &Places<'_>) -> Value {
    let seen = Some(&stop.seen).filter(|seen| !seen.is_empty());
    json!({
        "seen": seen,
        "message": stop.message,
        "status": stop.status,
        "why": stop.why,
        "at": stop.at.map(|span| place_json(span, places)),
        "remedy": stop.remedy,
        "remedy_at": stop.remedy_at.map(|span| place_json(span, places)),
    })
}

fn place_json(span: Span, places: &Places<'_>) -> Value {
    let place = places.of(span);
    json!({"path": place.path, "line": place.start.line, "column": place.start.column})
}
