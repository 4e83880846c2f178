use super::fix::{Checked, Harm, HeldBack, Unsettled, apply, converge};
use super::*;
use crate::model::lower;
use crate::model::project::{Project, Settings};
use crate::model::vault::policy::Policy;
use crate::syntax::{Source, SourceId, Sources, Span};

const fn rule(name: &'static str, category: Category, check: Check) -> Rule {
    Rule { name, summary: "", category, check, fixable: false, source: "" }
}

static NAMED: Rule = rule("named", Category::Security, Check::Policy(named));
static QUIET: Rule = rule("quiet", Category::Pedantic, Check::Policy(named));
static CRASHING: Rule = rule("crashing", Category::Security, Check::Policy(crash));
static SYNTAX: Rule = rule("syntax-error", Category::Correctness, Check::Engine);
static MALFORMED: Rule = rule("malformed-input", Category::Correctness, Check::Engine);
static BROKEN: Rule = rule("broken-allow", Category::Correctness, Check::Engine);
static REASONLESS: Rule = rule("reasonless-allow", Category::Suspicious, Check::Engine);
static UNUSED: Rule = rule("unused-allow", Category::Suspicious, Check::Engine);
static EXPIRED: Rule = rule("expired-allow", Category::Suspicious, Check::Engine);

static TABLE: &[&Rule] =
    &[&BROKEN, &CRASHING, &EXPIRED, &MALFORMED, &NAMED, &QUIET, &REASONLESS, &SYNTAX, &UNUSED];

static ENGINE: EngineRules = EngineRules {
    syntax_error: &SYNTAX,
    malformed_input: &MALFORMED,
    broken_allow: &BROKEN,
    reasonless_allow: &REASONLESS,
    unused_allow: &UNUSED,
    expired_allow: &EXPIRED,
};

/// Reports every path rule, last one first.
fn named(policy: &Policy, cx: &mut Context<'_>) {
    for path_rule in policy.path_rules.iter().rev() {
        cx.report(path_rule.path.span, format!("`{}`", path_rule.path.value));
    }
}

fn crash(policy: &Policy, cx: &mut Context<'_>) {
    named(policy, cx);
    panic!("on purpose");
}

fn sources(texts: &[(&str, &str)]) -> Sources {
    let source = |(at, (name, text)): (usize, &(&str, &str))| Source {
        id: SourceId(u32::try_from(at).unwrap()),
        name: (*name).to_owned(),
        text: (*text).to_owned(),
        bom: false,
    };
    Sources::new(texts.iter().enumerate().map(source).collect())
}

fn project(texts: &[(&str, &str)]) -> Project {
    let sources = sources(texts);
    let settings = Settings::default();
    let files = sources.iter().map(|source| lower::file(source, &settings)).collect();
    Project::assemble(sources, files, settings)
}

/// `rule:start` of each finding, with a sign for severities other than warning.
fn brief(findings: &[Finding]) -> Vec<String> {
    let sign = |severity| match severity {
        Severity::Error => "!",
        Severity::Warning => "",
        Severity::Note => "~",
    };
    let words = findings
        .iter()
        .map(|finding| format!("{}{}:{}", sign(finding.severity), finding.rule.name, finding.span.start));
    words.collect()
}

const TWO: &str = "path \"a\" {}\npath \"b\" {}\n";

#[test]
fn findings_come_in_the_order_of_files_and_places() {
    let project = project(&[("a.hcl", TWO), ("b.hcl", TWO)]);
    let findings = run(&[&QUIET, &NAMED], &project, &Options::default());
    assert_eq!(
        brief(&findings),
        ["named:5", "~quiet:5", "named:17", "~quiet:17", "named:5", "~quiet:5", "named:17", "~quiet:17"]
    );
    let files: Vec<u32> = findings.iter().map(|finding| finding.span.source.0).collect();
    assert_eq!(files, [0, 0, 0, 0, 1, 1, 1, 1]);
}

#[test]
fn a_rule_that_crashes_does_not_take_the_others_with_it() {
    let project = project(&[("a.hcl", TWO)]);
    let (findings, crashes) = run_contained(&[&CRASHING, &NAMED], &project, &Options::default(), 1);
    assert_eq!(brief(&findings), ["named:5", "named:17"]);
    assert_eq!(crashes, [Crash { rule: "crashing", message: "on purpose".to_owned() }]);
}

#[test]
fn the_number_of_threads_shows_in_nothing() {
    let texts: Vec<(String, String)> =
        (0..450).map(|at| (format!("p{at:03}.hcl"), TWO.repeat(at % 4))).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let project = project(&files);
    let rules: [&'static Rule; 3] = [&QUIET, &CRASHING, &NAMED];
    let report = |jobs: usize| {
        let (findings, crashes) = run_contained(&rules, &project, &Options::default(), jobs);
        (brief(&findings), findings.iter().map(|it| it.span).collect::<Vec<_>>(), crashes)
    };
    let alone = report(1);
    assert_eq!(alone.2.len(), 1);
    assert!([2, 3, 8].into_iter().all(|jobs| report(jobs) == alone));
}

#[test]
fn triage_applies_levels_and_comments() {
    type Case<'a> = (&'a str, &'a [(&'static Rule, Level)], &'a [&'a str], usize);
    let cases: [Case<'_>; 9] = [
        (TWO, &[], &["named:5", "named:17"], 0),
        (TWO, &[(&NAMED, Level::Error)], &["!named:5", "!named:17"], 0),
        (TWO, &[(&NAMED, Level::Off)], &[], 0),
        ("# rolewright: allow(named) known\npath \"a\" {}\npath \"b\" {}\n", &[], &["named:50"], 1),
        ("path \"a\" {} # rolewright: allow(named) known\npath \"b\" {}\n", &[], &["named:50"], 1),
        ("# rolewright: allow(named)\npath \"a\" {}\n", &[], &["reasonless-allow:0"], 1),
        ("# rolewright: allow(nmed) known\npath \"a\" {}\n", &[], &["!broken-allow:20", "named:37"], 0),
        ("# rolewright: allow(quiet) known\npath \"a\" {}\n", &[], &["named:38"], 0),
        (
            "# rolewright: allow(quiet) known\npath \"a\" {}\n",
            &[(&QUIET, Level::Note), (&NAMED, Level::Off)],
            &[],
            1,
        ),
    ];
    for (text, set, shown, allowed) in cases {
        let project = project(&[("a.hcl", text)]);
        let mut levels = Levels::default();
        set.iter().for_each(|(rule, level)| levels.set(rule, *level));
        let findings = run(&levels.active(&[&NAMED, &QUIET]), &project, &Options::default());
        let triaged = triage(findings, &project, TABLE, &ENGINE, &levels, None);
        assert_eq!(brief(&triaged.shown), shown, "{text}");
        assert_eq!(triaged.allowed.len(), allowed, "{text}");
    }
}

#[test]
fn only_some_unknown_names_are_taken_for_slips() {
    let text = format!("# rolewright: allow({}) why\npath \"a\" {{}}\n", "nmed,".repeat(150));
    let project = project(&[("a.hcl", &text)]);
    let triaged = triage(Vec::new(), &project, TABLE, &ENGINE, &Levels::default(), None);
    let guessed = triaged.shown.iter().filter(|finding| finding.fix.is_some()).count();
    assert_eq!((triaged.shown.len(), guessed), (150, 100));
}

#[test]
fn a_policy_inside_a_spec_has_its_own_comments() {
    let spec = "apiVersion: rolewright/v1\nkind: Access\nname: web\nvault:\n  policies:\n    web:\n      hcl: |\n        # rolewright: allow(named) known\n        path \"a\" {}\n";
    let project = project(&[("web.access.yaml", spec)]);
    let findings = run(&[&NAMED], &project, &Options::default());
    let triaged = triage(findings, &project, TABLE, &ENGINE, &Levels::default(), None);
    assert_eq!((brief(&triaged.shown), triaged.allowed.len()), (Vec::new(), 1));
}

#[test]
fn neither_levels_nor_comments_hide_syntax_errors() {
    let project = project(&[("a.hcl", "# rolewright: allow(syntax-error) known\npath \"a\" { x = [y] }\n")]);
    let mut levels = Levels::default();
    levels.set(&SYNTAX, Level::Off);
    let triaged = triage(Vec::new(), &project, TABLE, &ENGINE, &levels, None);
    assert_eq!(brief(&triaged.shown), ["!syntax-error:56"]);
}

fn edit(range: std::ops::Range<usize>, text: &str) -> Edit {
    Edit { span: Span::new(SourceId(0), range), text: text.to_owned() }
}

fn fix(edits: Vec<Edit>) -> Fix {
    Fix { title: String::new(), safety: Safety::Safe, edits }
}

#[test]
fn a_fix_is_carried_out_whole_or_not_at_all() {
    let cases: [(&[Fix], &str, usize); 8] = [
        (&[fix(vec![edit(0..1, "x")]), fix(vec![edit(2..3, "y")])], "xbyd", 2),
        (&[fix(vec![edit(2..3, "y"), edit(0..1, "x")])], "xbyd", 1),
        (&[fix(vec![edit(0..2, "x")]), fix(vec![edit(1..3, "y")])], "xcd", 1),
        (&[fix(vec![edit(0..2, "x")]), fix(vec![edit(3..4, "z"), edit(1..3, "y")])], "xcd", 1),
        (&[fix(vec![edit(0..2, "x"), edit(1..3, "y")])], "abcd", 0),
        (&[fix(vec![edit(1..1, "x")]), fix(vec![edit(1..1, "y")])], "axbcd", 1),
        (&[fix(vec![edit(1..1, "x")]), fix(vec![edit(1..1, "x")])], "axbcd", 2),
        (&[fix(vec![edit(2..9, "x")]), fix(Vec::new())], "abcd", 0),
    ];
    for (fixes, text, applied) in cases {
        let (fixed, count) = apply(&sources(&[("a", "abcd")]), &fixes.iter().collect::<Vec<_>>());
        assert_eq!((fixed.slice(Span::new(SourceId(0), 0..99)), count), ("", applied), "{fixes:?}");
        assert_eq!(fixed.iter().next().map(|source| source.text.as_str()), Some(text), "{fixes:?}");
    }
}

fn finding(rule: &'static Rule, span: Span, fix: Fix) -> Finding {
    Finding {
        rule,
        severity: Severity::Note,
        span,
        message: String::new(),
        labels: Vec::new(),
        help: None,
        fix: Some(fix),
        place: None,
    }
}

/// Findings that replace the first character, as long as `goes_on` says so.
fn replacing(goes_on: fn(&str) -> Option<&'static str>) -> impl FnMut(&Sources) -> Checked {
    move |sources| {
        let mut checked = Checked::default();
        for source in sources.iter() {
            checked.errors.push(source.text.matches('!').count());
            let span = Span::new(source.id, 0..1);
            checked.findings.extend(
                goes_on(&source.text).map(|new| finding(&NAMED, span, fix(vec![Edit::replace(span, new)]))),
            );
        }
        checked
    }
}

fn texts(sources: &Sources) -> Vec<&str> {
    sources.iter().map(|source| source.text.as_str()).collect()
}

#[test]
fn fixes_converge_or_are_given_up() {
    let step = |text: &str| match text {
        "a" => Some("b"),
        "b" => Some("c"),
        _ => None,
    };
    let fixed = converge(&sources(&[("x", "a")]), Safety::Safe, replacing(step));
    assert_eq!((fixed.applied.len(), texts(&fixed.sources)), (2, vec!["c"]));

    let circle = |text: &str| match text {
        "a" => Some("b"),
        "b" => Some("a"),
        "x" => Some("y"),
        _ => None,
    };
    let fixed = converge(&sources(&[("1", "a"), ("2", "x")]), Safety::Safe, replacing(circle));
    assert_eq!(texts(&fixed.sources), ["a", "y"], "the other text is fixed all the same");
    let circles = Unsettled { source: SourceId(0), rules: vec![NAMED.name] };
    assert_eq!((fixed.applied.len(), fixed.unsettled), (1, vec![circles]));
}

#[test]
fn a_fix_that_would_break_a_text_is_held_back_and_the_others_are_carried_out() {
    let step = |text: &str| match text {
        "a" => Some("b"),
        "b" => Some("!"),
        "x" => Some("y"),
        _ => None,
    };
    let fixed = converge(&sources(&[("1", "a"), ("2", "x")]), Safety::Safe, replacing(step));
    assert_eq!(texts(&fixed.sources), ["b", "y"]);
    assert_eq!(fixed.applied.len(), 2);
    let span = Span::new(SourceId(0), 0..1);
    assert_eq!(fixed.held_back, [HeldBack { rule: NAMED.name, span, harm: Harm::Breaks }]);
}

/// Of two edits that make the same key, the first one is carried out; what else there is to fix is, too.
#[test]
fn of_fixes_that_collide_only_the_culprit_is_held_back() {
    let lint = |sources: &Sources| {
        let mut checked = Checked::default();
        for source in sources.iter() {
            checked.errors.push(source.text.matches('k').count().saturating_sub(1));
            for (at, letter) in source.text.char_indices() {
                let new = match letter {
                    'a' | 'b' => "k",
                    'x' => "y",
                    _ => continue,
                };
                let span = Span::new(source.id, at..at + 1);
                checked.findings.push(finding(&NAMED, span, fix(vec![Edit::replace(span, new)])));
            }
        }
        checked
    };
    let fixed = converge(&sources(&[("1", "axbxx"), ("2", "x")]), Safety::Safe, lint);
    assert_eq!((texts(&fixed.sources), fixed.applied.len()), (vec!["kybyy", "y"], 5));
    let span = Span::new(SourceId(0), 2..3);
    assert_eq!(fixed.held_back, [HeldBack { rule: NAMED.name, span, harm: Harm::Breaks }]);
}

/// The text between the marks is cut out by a fix; then every comment covers what it covered, or the fix is held back.
#[test]
fn no_fix_changes_what_a_suppression_comment_covers() {
    let allow = "# rolewright: allow(named) known\n";
    let cases = [
        // The block goes, and its comment stays above the next one.
        (format!("path \"x\" {{}}\n{allow}«path \"a\" {{}}\n»path \"b\" {{}}\n"), false),
        (
            format!("path \"x\" {{}}\n\n{allow}path \"c\" {{}}«\n\npath \"a\" {{}}»\n\npath \"b\" {{}}\n"),
            true,
        ),
        // The comment goes with its block.
        (format!("«{allow}path \"a\" {{}}\n»path \"b\" {{}}\n"), true),
        ("«path \"a\" { # rolewright: allow(named) known\n}\n»path \"b\" {}\n".to_owned(), true),
        // The comment goes, and the block stays.
        (format!("«{allow}»path \"a\" {{}}\n"), false),
        (format!("{allow}«path \"x\" {{}}» path \"b\" {{}}\n"), false),
        // Nothing but the inside of the block goes.
        (format!("{allow}path \"a\" {{«\n  capabilities = [\"read\"]\n»}}\npath \"b\" {{}}\n"), true),
        // What is in front of the comment moves it, and nothing else.
        (format!("«path \"x\" {{}}\n»{allow}path \"a\" {{}}\n"), true),
        // It would stand behind code.
        (format!("path \"x\" {{}}«\n»{allow}path \"a\" {{}}\n"), false),
    ];
    for (marked, carried_out) in cases {
        let (start, end) = (marked.find('«').unwrap(), marked.find('»').unwrap() - '«'.len_utf8());
        let text = marked.replace(['«', '»'], "");
        let cut = text[start..end].to_owned();
        let mut first = true;
        let lint = |sources: &Sources| {
            let settings = Settings::default();
            let files = sources.iter().map(|source| lower::file(source, &settings)).collect();
            let project = Project::assemble(sources.clone(), files, settings);
            let span = Span::new(SourceId(0), start..end);
            let fix = fix(vec![Edit::replace(span, "")]);
            let wanted = std::mem::take(&mut first) || sources.slice(span) == cut;
            let findings = if wanted { vec![finding(&NAMED, span, fix)] } else { Vec::new() };
            let errors = vec![0];
            Checked { findings, errors, directives: project.directives }
        };
        let fixed = converge(&sources(&[("a.hcl", &text)]), Safety::Safe, lint);
        assert_eq!(
            (fixed.applied.len(), fixed.held_back.len()),
            if carried_out { (1, 0) } else { (0, 1) },
            "{marked}"
        );
        assert!(fixed.held_back.iter().all(|it| it.harm == Harm::MovesAllowance));
    }
}

#[test]
fn inserted_lines_end_as_those_around_them() {
    let insert = fix(vec![edit(3..3, "x\n")]);
    let (fixed, _) = apply(&sources(&[("a", "a\r\nb\r\n")]), &[&insert]);
    assert_eq!(texts(&fixed), ["a\r\nx\r\nb\r\n"]);
}
