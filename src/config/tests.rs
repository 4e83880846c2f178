use super::*;
use crate::lint::{Category, Level, Selection, Selector};
use crate::model::project::Target;
use crate::model::vault::duration::Seconds;
use crate::model::vault::mount::{Engine, KvVersion};
use crate::rules::RULES;
use crate::syntax::SourceId;

/// Configurations, the nearest first, by directory below the root.
fn chained(texts: &[(&str, &str)]) -> Result<Config, Vec<SyntaxError>> {
    let file = |(at, (directory, text)): (usize, &(&str, &str))| {
        let id = SourceId(u32::try_from(at).unwrap());
        let name = format!("{directory}/{FILE_NAME}").trim_start_matches('/').to_owned();
        let source = Source { id, name, text: (*text).to_owned(), bom: false };
        File { source, directory: Path::new("/project").join(directory) }
    };
    let files: Vec<File> = texts.iter().enumerate().map(file).collect();
    parse(&files, Path::new("/project"), RULES)
}

fn parsed(text: &str) -> Result<Config, Vec<SyntaxError>> {
    chained(&[("", text)])
}

fn rule(name: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.name == name).unwrap()
}

#[test]
fn everything_is_optional() {
    let config = parsed("").unwrap();
    assert!(RULES.iter().all(|rule| config.levels.of(rule) == rule.category.default_level()));
    assert_eq!(config.fail_on(), FailOn::At(Severity::Warning));
    assert!(config.shown.is_empty());
    assert_eq!(config.settings.target, Target::Any);
    assert_eq!(config.options.max_ttl, Options::default().max_ttl);
}

#[test]
fn every_key_is_read() {
    let config = parsed(
        "fail-on = \"error\"\nexclude = [\"gen/\", \"**/*.bak.yaml\"]\ntarget = {vault = \"1.21\", kubernetes = \"1.33\"}\n\
         [rules]\nunused-allow = \"off\"\n[limits]\nmax_ttl = \"90m\"\n\
         [[mount]]\npath = \"/team/kv/\"\ntype = \"kv-v2\"\nscope = \"./team/\"\n[[mount]]\npath = \"x\"\ntype = \"ssh\"\n",
    )
    .unwrap();
    assert_eq!(config.levels.of(rule("unused-allow")), Level::Off);
    assert_eq!(config.fail_on, Some(FailOn::At(Severity::Error)));
    assert_eq!(config.settings.target, Target::VaultCurrent);
    assert_eq!(config.options.max_ttl, Seconds(5400));
    for (path, excluded) in
        [("gen/a.yaml", true), ("gen", true), ("a/b.bak.yaml", true), ("agen/a.yaml", false)]
    {
        assert_eq!(config.exclude.matches(path), excluded, "{path}");
    }
    let mounts: Vec<_> = config
        .settings
        .mounts
        .iter()
        .map(|mount| (mount.path.as_str(), &mount.engine, mount.scope.as_str()))
        .collect();
    let kv = Engine::Kv(Some(KvVersion::V2));
    assert_eq!(mounts, [("team/kv", &kv, "team"), ("x", &Engine::Other("ssh".to_owned()), "")]);
}

#[test]
fn targets() {
    for (text, target) in [
        ("target = {vault = \"1.20\"}", Target::VaultClassic),
        ("target = {vault = \"1.20.4\"}", Target::VaultClassic),
        ("target = {vault = \"2.0\"}", Target::VaultCurrent),
        ("target = {openbao = \"2.7\"}", Target::OpenBao),
        ("target = {kubernetes = \"1.33\"}", Target::Any),
    ] {
        assert_eq!(parsed(text).unwrap().settings.target, target, "{text}");
    }
}

#[test]
fn mistakes_are_refused_with_place_and_remedy() {
    for (text, at, message, help) in [
        ("exclud = []", 0..6, "unknown key `exclud`", "did you mean `exclude`?"),
        ("zzz = 1", 0..3, "unknown key `zzz`", "known here"),
        ("[rules]\nunused_allow = \"off\"", 8..20, "no rule has the name `unused_allow`", "`unused-allow`"),
        ("[rules]\nunused-allow = \"silent\"", 23..31, "`silent`", "one of off, note, warning, error"),
        ("[rules]\nsyntax-error = \"off\"", 8..20, "cannot be set", "exclude"),
        ("rules = 1", 8..9, "`rules` is a table", ""),
        ("exclude = \"x\"", 10..13, "`exclude` is a list", ""),
        ("exclude = [1]", 11..12, "a glob is text", ""),
        ("exclude = [\"a[\"]", 11..15, "not a glob", ""),
        ("[limits]\nmax_ttl = \"1y\"", 19..23, "`1y` is no duration", "24h"),
        ("[[mount]]\npath = \"kv\"", 0..9, "needs a `type`", "kv-v2"),
        ("[[mount]]\ntype = \"kv\"", 0..9, "needs a `path`", ""),
        ("[[mount]]\npath = \"kv\"\ntype = \"kv\"\nscop = \"a\"", 34..38, "unknown key `scop`", "`scope`"),
        (
            "[[mount]]\npath = \"kv\"\ntype = \"kv-v2\"\n[[mount]]\npath = \"kv/\"\ntype = \"kv-v1\"",
            37..46,
            "the mount `kv` is configured twice",
            "keep one entry",
        ),
        ("target = {vault = \"new\"}", 18..23, "`new` is no version", "1.20"),
        ("target = {vault = \"1.20\", openbao = \"2.0\"}", 26..33, "two servers", ""),
        ("fail-on = \"often\"", 10..17, "`often`", "never"),
        ("fail-on = \"warnin\"", 10..18, "`warnin`", "did you mean `warning`?"),
        ("required-version = \">=99\"", 19..25, "asks for `>=99`", "install"),
        ("required-version = \"0.1\"", 19..24, "`0.1` is no requirement", ">=0.1"),
        ("required-version = 1", 19..20, "`required-version` is text", ""),
        // Another version may know other keys: only the version is spoken of.
        ("new-key = 1\nrequired-version = \">=99\"", 31..37, "asks for", "install"),
        ("extend = 1", 9..10, "`extend` is text", ""),
        ("profile = \"strickt\"", 10..19, "`strickt`", "did you mean `strict`?"),
        ("profile = 1", 10..11, "`profile` is text", ""),
        ("select = \"security\"", 9..19, "`select` is a list", ""),
        ("select = [\"securty\"]", 10..19, "the name `securty`", "did you mean `security`?"),
        ("extend-select = [1]", 17..18, "a rule or a category is text", ""),
        ("select = []", 9..11, "`select` is empty", "`all`"),
        ("extend-select = []", 16..18, "`extend-select` is empty", "leave it out"),
        ("[[files]]\npaths = [\"a\"]\nignore = []", 33..35, "`ignore` is empty", "leave it out"),
        ("ignore = [\"zzzzzz\"]", 10..18, "the name `zzzzzz`", "pedantic"),
        ("ignore = [\"syntax-error\"]", 10..24, "cannot be turned off", "exclude"),
        ("baseline = 1", 11..12, "`baseline` is text", ""),
        ("files = {}", 8..10, "`files` is a list", ""),
        ("[[files]]\nignore = [\"style\"]", 0..9, "needs `paths`", "legacy/**"),
        ("[[files]]\npaths = [\"a\"]", 0..9, "sets nothing", "ignore"),
        ("[[files]]\npaths = [\"a[\"]\nignore = [\"all\"]", 19..23, "not a glob", ""),
        (
            "[[files]]\npath = [\"a\"]\npaths = []\nignore = [\"all\"]",
            10..14,
            "unknown key `path`",
            "`paths`",
        ),
        ("[[files]]\npaths = []\nrules = {unused-alow = \"off\"}", 30..41, "`unused-alow`", "`unused-allow`"),
        ("[[files]]\npaths = []\nrules = {unused-allow = \"of\"}\nignore=[\"all\"]", 45..49, "`of`", "`off`"),
        ("[limits]\nscope = 1", 17..18, "`scope` is a list", ""),
        ("[[limits.scope]]\nmax_ttl = \"1h\"", 0..16, "needs `paths` or `mounts`", "prod/**"),
        ("[[limits.scope]]\npaths = [\"a\"]", 0..16, "needs a `max_ttl`", ""),
        ("[[limits.scope]]\npaths = [\"a\"]\nmax_ttl = \"x\"", 41..44, "`x` is no duration", "24h"),
        ("[[limits.scope]]\nmounts = [\"a[\"]\nmax_ttl = 60", 27..31, "not a glob", ""),
        ("[[limits.scope]]\nmount = []\npaths = []\nmax_ttl = 60", 17..22, "unknown key `mount`", "`mounts`"),
        ("exclude = [", 11..11, "", ""),
    ] {
        let errors = parsed(text).unwrap_err();
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        let error = &errors[0];
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert!(error.help.as_deref().unwrap_or("").contains(help), "{text}: {:?}", error.help);
        assert_eq!(error.span.range(), at, "{text}");
    }
    assert_eq!(parsed("a = 1\nb = 2\n[limits]\nc = 3\n").unwrap_err().len(), 3);
}

#[test]
fn the_exacter_word_about_a_rule_counts() {
    let (security, pedantic) = (rule("wildcard-verb"), rule("mixed-case-email"));
    assert_eq!((security.category, pedantic.category), (Category::Security, Category::Pedantic));
    for (text, of_security, of_pedantic) in [
        ("select = [\"all\"]", Level::Warning, Level::Note),
        ("select = [\"security\"]", Level::Warning, Level::Off),
        ("select = [\"mixed-case-email\"]", Level::Off, Level::Note),
        ("select = [\"syntax-error\"]", Level::Off, Level::Off),
        ("extend-select = [\"pedantic\"]", Level::Warning, Level::Note),
        ("ignore = [\"security\"]", Level::Off, Level::Off),
        ("select = [\"all\"]\nignore = [\"pedantic\"]", Level::Warning, Level::Off),
        ("select = [\"wildcard-verb\"]\nignore = [\"security\"]", Level::Warning, Level::Off),
        ("select = [\"security\"]\nignore = [\"security\"]", Level::Off, Level::Off),
        ("select = [\"pedantic\"]\n[rules]\nwildcard-verb = \"error\"", Level::Error, Level::Note),
        ("select = [\"security\"]\n[rules]\nwildcard-verb = \"off\"", Level::Off, Level::Off),
        ("profile = \"strict\"", Level::Warning, Level::Note),
        ("profile = \"audit\"", Level::Error, Level::Note),
        (
            "profile = \"audit\"\nselect = [\"syntax-error\"]\n[rules]\nwildcard-verb = \"off\"",
            Level::Error,
            Level::Note,
        ),
        ("profile = \"audit\"\n[rules]\nmixed-case-email = \"error\"", Level::Error, Level::Error),
    ] {
        let levels = parsed(text).unwrap().levels;
        assert_eq!((levels.of(security), levels.of(pedantic)), (of_security, of_pedantic), "{text}");
        let always = Selector::READING.map(|name| levels.of(rule(name)));
        assert_eq!(always, [Level::Error, Level::Error], "{text}");
    }
    let levels = parsed("ignore = [\"malformed-input\"]").unwrap().levels;
    assert_eq!(levels.of(rule("malformed-input")), Level::Off);
}

#[test]
fn flags_count_more_than_the_configuration() {
    let (one, other) = (rule("wildcard-verb"), rule("wildcard-resource"));
    let text = "ignore = [\"wildcard-verb\"]\n[rules]\nwildcard-resource = \"error\"";
    let select = |name| Some(vec![Selector::Rule(name)]);
    let named = |name| vec![Selector::Rule(name)];
    for (asked, of_one, of_other) in [
        (Selection::default(), Level::Off, Level::Error),
        (Selection { select: select("wildcard-verb"), ..Selection::default() }, Level::Warning, Level::Off),
        (Selection { select: select("wildcard-resource"), ..Selection::default() }, Level::Off, Level::Error),
        (Selection { extend: named("wildcard-verb"), ..Selection::default() }, Level::Warning, Level::Error),
        (Selection { ignore: named("wildcard-resource"), ..Selection::default() }, Level::Off, Level::Off),
    ] {
        let mut levels = parsed(text).unwrap().levels;
        levels.asked = asked.clone();
        assert_eq!((levels.of(one), levels.of(other)), (of_one, of_other), "{asked:?}");
    }
}

#[test]
fn profiles_say_from_when_on_a_run_fails() {
    for (text, fail_on, sees_all) in [
        ("", FailOn::At(Severity::Warning), false),
        ("profile = \"strict\"", FailOn::At(Severity::Note), false),
        ("profile = \"audit\"", FailOn::At(Severity::Warning), true),
        ("profile = \"strict\"\nfail-on = \"error\"", FailOn::At(Severity::Error), false),
    ] {
        let config = parsed(text).unwrap();
        assert_eq!((config.fail_on(), config.levels.profile.sees_all()), (fail_on, sees_all), "{text}");
    }
    let strict = parsed("profile = \"strict\"").unwrap();
    assert_eq!(strict.levels.of(rule("reasonless-allow")), Level::Error);
}

#[test]
fn files_have_levels_of_their_own() {
    let config = parsed(
        "[[files]]\npaths = [\"legacy\"]\nignore = [\"security\"]\n\
         [[files]]\npaths = [\"legacy/new/**\"]\nrules = {wildcard-verb = \"error\", mixed-case-email = \"note\"}\n",
    )
    .unwrap();
    for (file, of_security, of_pedantic) in [
        ("a.yaml", Level::Warning, Level::Off),
        ("legacy/a.yaml", Level::Off, Level::Off),
        ("legacy/new/a.yaml", Level::Error, Level::Note),
        ("other/legacy/a.yaml", Level::Warning, Level::Off),
        ("/elsewhere/legacy/a.yaml", Level::Warning, Level::Off),
    ] {
        let of = |name| config.levels.at(rule(name), file);
        assert_eq!((of("wildcard-verb"), of("mixed-case-email")), (of_security, of_pedantic), "{file}");
    }
    let active = config.levels.active(RULES);
    assert!(active.contains(&rule("mixed-case-email")), "it is on for some files");
    assert_eq!(config.levels.severity_at(rule("wildcard-verb"), "legacy/new/a.yaml"), Some(Severity::Error));
    assert_eq!(config.levels.severity_at(rule("wildcard-verb"), "a.yaml"), None);
    let mut audit = config.levels;
    audit.profile = Profile::Audit;
    assert_eq!(audit.at(rule("wildcard-verb"), "legacy/a.yaml"), Level::Error);
}

#[test]
fn limits_hold_for_files_and_mounts() {
    let options = parsed(
        "[limits]\nmax_ttl = \"12h\"\n[[limits.scope]]\npaths = [\"prod\"]\nmax_ttl = \"1h\"\n\
         [[limits.scope]]\nmounts = [\"auth/*-dev/\"]\nmax_ttl = \"1d\"\n\
         [[limits.scope]]\npaths = [\"prod\"]\nmounts = [\"kubernetes\"]\nmax_ttl = 60\n",
    )
    .unwrap()
    .options;
    for (file, mount, seconds) in [
        ("roles.yaml", "auth/kubernetes", 12 * 3600),
        ("prod/roles.yaml", "auth/kubernetes", 3600),
        ("prod/roles.yaml", "auth/k8s-dev", 24 * 3600),
        ("roles.yaml", "auth/k8s-dev/", 24 * 3600),
        ("roles.yaml", "auth/team/k8s-dev", 12 * 3600),
        ("prod/roles.yaml", "kubernetes", 60),
        ("roles.yaml", "kubernetes", 12 * 3600),
    ] {
        assert_eq!(options.max_ttl_at(file, mount), Seconds(seconds), "{file} {mount}");
    }
}

#[test]
fn the_nearer_file_counts() {
    let base = "profile = \"strict\"\nfail-on = \"error\"\nexclude = [\"gen\"]\nbaseline = \"known.json\"\n\
        target = {openbao = \"2.0\", kubernetes = \"1.33\"}\n[rules]\nunused-allow = {level = \"off\", ignorable = false}\n\
        wildcard-verb = \"error\"\n[limits]\nmax_ttl = \"1h\"\n[[mount]]\npath = \"kv\"\ntype = \"kv\"\nscope = \"x\"\n";
    let near = "extend = \"../rolewright.toml\"\nfail-on = \"note\"\ntarget = {vault = \"1.20\"}\n[rules]\nunused-allow = \"note\"\n";
    let config = chained(&[("team", near), ("", base)]).unwrap();
    assert_eq!(config.levels.profile, Profile::Strict);
    assert_eq!(config.fail_on, Some(FailOn::At(Severity::Note)));
    assert_eq!((config.settings.target, config.settings.kubernetes), (Target::VaultClassic, Some(33)));
    assert_eq!(config.levels.of(rule("unused-allow")), Level::Note);
    let near = |setting: &str| {
        let near = format!("extend = \"../rolewright.toml\"\n[rules]\nunused-allow = {setting}\n");
        chained(&[("team", &near), ("", base)]).unwrap()
    };
    for (setting, level, ignorable, shown) in [
        ("\"note\"", Level::Note, false, json!({"level": "note", "ignorable": false})),
        ("{ignorable = true}", Level::Off, true, json!("off")),
        ("{level = \"error\", ignorable = true}", Level::Error, true, json!("error")),
        (
            "{level = \"error\", ignorable = false}",
            Level::Error,
            false,
            json!({"level": "error", "ignorable": false}),
        ),
    ] {
        let config = near(setting);
        let rule = rule("unused-allow");
        assert_eq!(
            (config.levels.of(rule), config.levels.can_be_allowed(rule)),
            (level, ignorable),
            "{setting}"
        );
        assert_eq!(config.shown["rules.unused-allow"].value, shown, "{setting}");
    }
    assert_eq!(config.levels.of(rule("wildcard-verb")), Level::Error);
    assert_eq!(config.options.max_ttl, Seconds(3600));
    // Paths are relative to the file that holds them.
    assert!(config.exclude.matches("gen/a.yaml") && !config.exclude.matches("team/gen/a.yaml"));
    assert_eq!(config.baseline.as_deref(), Some(Path::new("/project/known.json")));
    let scope = |config: &Config| config.settings.mounts[0].scope.clone();
    assert_eq!(scope(&config), "x");
    assert_eq!(scope(&chained(&[("team", base), ("", "")]).unwrap()), "team/x");

    let origin = |key: &str| match &config.shown[key].origin {
        Origin::File { name, line } => format!("{name}:{line}"),
        other => format!("{other:?}"),
    };
    for (key, place) in [
        ("fail-on", "team/rolewright.toml:2"),
        ("rules.unused-allow", "team/rolewright.toml:5"),
        ("rules.wildcard-verb", "rolewright.toml:8"),
        ("target.vault", "team/rolewright.toml:3"),
        ("target.kubernetes", "rolewright.toml:5"),
        ("limits.max_ttl", "rolewright.toml:10"),
        ("mount", "rolewright.toml:11"),
    ] {
        assert_eq!(origin(key), place, "{key}");
    }
    assert!(!config.shown.contains_key("target.openbao"));
    let errors = chained(&[("team", ""), ("", "a = 1")]).unwrap_err();
    assert_eq!(errors[0].span.source, SourceId(1));
}

#[test]
fn every_key_has_its_place_everywhere() {
    let schema = schema::schema(RULES);
    let template = include_str!("../cli/init/rolewright.toml");
    for key in reader::KEYS {
        let described = schema["properties"][key]["description"].as_str();
        assert!(described.is_some_and(|text| !text.is_empty()), "the schema says what `{key}` is");
        let shown = template.lines().any(|line| {
            let line = line.trim_start_matches("# ");
            line.starts_with(&format!("{key} =")) || line.trim_matches(['[', ']']) == key
        });
        assert!(shown, "the template of `init` shows `{key}`");
    }
    // What is commented out is right, too.
    let example = |line: &str| {
        let rest = line.strip_prefix("# ")?;
        let is_code =
            rest.starts_with("[[") || rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        is_code.then(|| rest.to_owned())
    };
    let full: Vec<String> =
        template.lines().map(|line| example(line).unwrap_or_else(|| line.to_owned())).collect();
    let config = parsed(&full.join("\n")).unwrap();
    assert!(reader::KEYS.iter().filter(|key| !["extend", "required-version"].contains(key)).all(|key| {
        config.shown.keys().any(|shown| shown == key || shown.starts_with(&format!("{key}.")))
    }));
}
