//! Ways to the administration of Vault or of the cluster, as text and as JSON.

use serde::Serialize;

use super::clean;
use super::place::{Places, Site};
use crate::semantics::acl::BUILT_IN;
use crate::semantics::escalation_graph::{Cut, Doubt, Evidence, Hop, Path, Request, Who};
use crate::syntax::Span;

/// All that the report speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Ways<'a> {
    /// The ways, in the order of the sources.
    pub paths: &'a [Path],
    /// What closes the most of them.
    pub cut: Option<&'a Cut>,
    /// What is not known.
    pub doubts: &'a [Doubt],
    /// From how many sources ways were looked for.
    pub sources: usize,
}

/// The report for people. Without the last lines if `quiet`.
pub fn human(ways: &Ways<'_>, places: &Places<'_>, quiet: bool) -> String {
    let mut out = String::new();
    let (given, gained): (Vec<&Path>, Vec<&Path>) = ways.paths.iter().partition(|path| path.is_direct);
    for path in &gained {
        let count = path.hops.len();
        let hops = if count == 1 { "one hop".to_owned() } else { format!("{count} hops") };
        out += &format!("{} → {}, in {hops}\n", clean::line(&path.source.to_string()), path.sink.words());
        for (at, hop) in path.hops.iter().enumerate() {
            out += &format!("  {}. {}\n", at + 1, clean::line(&sentence(hop)));
            for evidence in &hop.evidence {
                out += &format!("     {}\n", clean::line(&told(evidence, places)));
            }
        }
        out.push('\n');
    }
    if !given.is_empty() {
        out += "They hold it directly, as it was given to them:\n";
        for path in given {
            let last = path.hops.last().and_then(|hop| hop.evidence.first());
            let by = last.map(|evidence| format!(": {}", told(evidence, places))).unwrap_or_default();
            let line = format!("{} is {}{by}", path.source, path.sink.words());
            out += &format!("  {}\n", clean::line(&line));
        }
        out.push('\n');
    }
    if quiet {
        return out.trim_end_matches('\n').to_owned() + if out.is_empty() { "" } else { "\n" };
    }
    out += &match gained.len() {
        0 => format!("No way found from {} to more than was given.\n", sources(ways.sources)),
        1 => "One way found to more than was given.\n".to_owned(),
        many => format!("{many} ways found to more than was given.\n"),
    };
    if let Some(cut) = ways.cut {
        let what = format!("{}  {}", cut.what, place_text(cut.piece.span(), places));
        let closed = match (cut.closes, cut.of) {
            (1, 1) => "it would be closed".to_owned(),
            (closes, of) if closes == of => format!("all {of} would be closed"),
            (closes, of) => format!("{closes} of {of} would be closed"),
        };
        out += &format!("Without this, {closed}:\n  {}\n", clean::line(&what));
    }
    out
}

fn sources(count: usize) -> String {
    if count == 1 { "one source".to_owned() } else { format!("{count} sources") }
}

/// What happens on a hop: who does what, and who they are then.
pub fn sentence(hop: &Hop) -> String {
    match &hop.becomes {
        // That they log in through its role says as much.
        Who::Token(_) => format!("{} {}", hop.who, hop.does),
        becomes => format!("{} {} → {becomes}", hop.who, hop.does),
    }
}

/// What stands there, and where.
pub fn told(evidence: &Evidence, places: &Places<'_>) -> String {
    match evidence.span {
        Some(span) => format!("{}  {}", evidence.what, place_text(span, places)),
        None => format!("{}  (built in)", evidence.what),
    }
}

/// A doubt with its place.
pub fn doubt_text(doubt: &Doubt, places: &Places<'_>) -> String {
    match doubt.span {
        Some(span) => format!("{}  {}", doubt.what, place_text(span, places)),
        None => doubt.what.clone(),
    }
}

fn place_text(span: Span, places: &Places<'_>) -> String {
    if span.source == BUILT_IN {
        return "(built in)".to_owned();
    }
    let place = places.of(span);
    format!("{}:{}", place.path, place.start.line)
}

/// The JSON report, version 1, ending in a newline. `schemas/paths-report.schema.json` describes it.
pub fn json(ways: &Ways<'_>, places: &Places<'_>) -> String {
    let root = Root {
        version: 1,
        sources: ways.sources,
        paths: ways.paths.iter().map(|path| path_item(path, places)).collect(),
        cut: ways.cut.map(|cut| CutItem {
            what: &cut.what,
            place: place(cut.piece.span(), places),
            closes: cut.closes,
            of: cut.of,
        }),
        doubts: ways
            .doubts
            .iter()
            .map(|doubt| DoubtItem {
                what: &doubt.what,
                place: doubt.span.and_then(|span| place(span, places)),
            })
            .collect(),
    };
    super::json::text(&root)
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    sources: usize,
    paths: Vec<PathItem<'a>>,
    cut: Option<CutItem<'a>>,
    doubts: Vec<DoubtItem<'a>>,
}

#[derive(Serialize)]
struct PathItem<'a> {
    source: String,
    sink: &'static str,
    direct: bool,
    hops: Vec<HopItem<'a>>,
}

/// A hop as JSON.
#[derive(Debug, Serialize)]
pub struct HopItem<'a> {
    who: String,
    does: &'a str,
    becomes: String,
    evidence: Vec<EvidenceItem<'a>>,
    requests: Vec<RequestItem<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "server", rename_all = "lowercase")]
enum RequestItem<'a> {
    Vault {
        capability: &'static str,
        namespace: &'a str,
        path: &'a str,
    },
    Kubernetes {
        verb: &'static str,
        group: &'static str,
        resource: &'static str,
        name: Option<&'a str>,
        namespace: Option<&'a str>,
    },
}

impl<'a> RequestItem<'a> {
    fn of(request: &'a Request) -> RequestItem<'a> {
        match request {
            Request::Vault { namespace, capability, path } => {
                RequestItem::Vault { capability: capability.word(), namespace, path }
            }
            Request::Kubernetes { verb, group, resource, name, namespace } => RequestItem::Kubernetes {
                verb,
                group,
                resource,
                name: name.as_deref(),
                namespace: namespace.as_deref(),
            },
        }
    }
}

#[derive(Debug, Serialize)]
struct EvidenceItem<'a> {
    what: &'a str,
    place: Option<Site<'a>>,
}

#[derive(Serialize)]
struct CutItem<'a> {
    what: &'a str,
    place: Option<Site<'a>>,
    closes: usize,
    of: usize,
}

#[derive(Serialize)]
struct DoubtItem<'a> {
    what: &'a str,
    place: Option<Site<'a>>,
}

fn path_item<'a>(path: &'a Path, places: &Places<'a>) -> PathItem<'a> {
    let hops = path.hops.iter().map(|hop| hop_item(hop, places));
    PathItem {
        source: path.source.to_string(),
        sink: path.sink.word(),
        direct: path.is_direct,
        hops: hops.collect(),
    }
}

/// A hop with the places of its evidence.
pub fn hop_item<'a>(hop: &'a Hop, places: &Places<'a>) -> HopItem<'a> {
    let evidence = hop.evidence.iter();
    let evidence = evidence
        .map(|it| EvidenceItem { what: &it.what, place: it.span.and_then(|span| place(span, places)) });
    HopItem {
        who: hop.who.to_string(),
        does: &hop.does,
        becomes: hop.becomes.to_string(),
        evidence: evidence.collect(),
        requests: hop.requests.iter().map(RequestItem::of).collect(),
    }
}

fn place<'a>(span: Span, places: &Places<'a>) -> Option<Site<'a>> {
    (span.source != BUILT_IN).then(|| places.site(span))
}
