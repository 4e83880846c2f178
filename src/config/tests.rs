use super::*;
use crate::rules::RULES;
use crate::syntax::SourceId;

fn parsed(text: &str) -> Result<Config, Vec<SyntaxError>> {
    let source = Source { id: SourceId(0), name: FILE_NAME.to_owned(), text: text.to_owned(), bom: false };
    parse(&source, RULES)
}

#[test]
fn everything_is_optional() {
    let config = parsed("").unwrap();
    assert_eq!((config.levels, config.fail_on), (Levels::default(), None));
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
    let off = RULES.iter().find(|rule| rule.name == "unused-allow").unwrap();
    assert_eq!(config.levels.of(off), Level::Off);
    assert_eq!(config.fail_on, Some(FailOn::At(Severity::Error)));
    assert_eq!(config.settings.target, Target::VaultCurrent);
    assert_eq!(config.options.max_ttl, Seconds(5400));
    for (path, excluded) in
        [("gen/a.yaml", true), ("gen", true), ("a/b.bak.yaml", true), ("agen/a.yaml", false)]
    {
        assert_eq!(config.exclude.is_match(path), excluded, "{path}");
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
