use super::*;
use crate::model::lower::Lowered;
use crate::model::project::Settings;
use crate::model::vault::mount::Mount;
use crate::syntax::{Source, Sources};

const V1: Engine = Engine::Kv(Some(KvVersion::V1));
const V2: Engine = Engine::Kv(Some(KvVersion::V2));

/// A mount that a file tells of.
type Told = (&'static str, Engine, Confidence);

/// Files by name, each with the mounts that it tells of.
fn project(files: &[(&str, &[Told])]) -> Project {
    let mut sources = Vec::new();
    let mut lowered = Vec::new();
    for (at, (name, mounts)) in files.iter().enumerate() {
        let id = SourceId(u32::try_from(at).unwrap());
        let source = Source { id, name: (*name).to_owned(), text: String::new(), bom: false };
        let mut file = Lowered::nothing(FileClass::Read);
        file.mounts.extend(mounts.iter().map(|(path, engine, confidence)| Mount {
            path: (*path).to_owned(),
            engine: engine.clone(),
            confidence: *confidence,
            evidence: source.whole(),
            scope: source.directory().to_owned(),
            settings: None,
        }));
        sources.push(source);
        lowered.push(file);
    }
    Project::assemble(Sources::new(sources), lowered, Settings::default())
}

fn asked(project: &Project, label: &str, file: &str) -> Option<(Engine, Confidence)> {
    let asker = project.sources.iter().find(|source| source.name == file).unwrap().whole();
    MountTable::new(project).over(label, asker).map(|known| (known.engine.clone(), known.confidence))
}

#[test]
fn the_nearest_evidence_decides() {
    use Confidence::Inferred;
    let project = project(&[
        ("a/policies/app.hcl", &[]),
        ("a/setup.sh", &[("secret", V2, Inferred)]),
        ("b/policies/app.hcl", &[]),
        ("b/setup.sh", &[("secret", V1, Inferred)]),
        ("c/policies/app.hcl", &[]),
        ("c/x/y/z/deep.hcl", &[]),
    ]);
    assert_eq!(asked(&project, "secret/app", "a/policies/app.hcl"), Some((V2, Inferred)));
    assert_eq!(asked(&project, "secret", "a/policies/app.hcl"), Some((V2, Inferred)));
    assert_eq!(asked(&project, "secrets/app", "a/policies/app.hcl"), None);
    assert_eq!(asked(&project, "secret/app", "b/policies/app.hcl"), Some((V1, Inferred)));
    assert_eq!(asked(&project, "secret/app", "c/policies/app.hcl"), None, "a and b disagree");
    assert_eq!(asked(&project, "secret/app", "c/x/y/z/deep.hcl"), None, "too far up");
}

#[test]
fn evidence_does_not_leak_between_projects() {
    let names: Vec<String> = (10..22).map(|at| format!("all/p{at}/app.hcl")).collect();
    let told: &[Told] = &[("secret", V2, Confidence::Inferred)];
    let files: Vec<_> =
        names.iter().map(|name| (name.as_str(), if name.contains("p10") { told } else { &[] })).collect();
    let many = project(&files);
    assert_eq!(asked(&many, "secret/app", "all/p10/app.hcl"), Some((V2, Confidence::Inferred)));
    assert_eq!(asked(&many, "secret/app", "all/p11/app.hcl"), None);
    let few = project(&files[..5]);
    assert_eq!(asked(&few, "secret/app", "all/p11/app.hcl"), Some((V2, Confidence::Inferred)));
    let mut rooted = vec![("all/README.sh", &[] as &[_])];
    rooted.extend(files);
    let rooted = project(&rooted);
    assert_eq!(asked(&rooted, "secret/app", "all/p11/app.hcl"), Some((V2, Confidence::Inferred)));
}

#[test]
fn what_is_declared_wins_over_what_is_inferred() {
    use Confidence::{Declared, Inferred};
    let project = project(&[
        ("a/app.hcl", &[]),
        ("a/setup.sh", &[("secret", V1, Inferred)]),
        ("x.access.yaml", &[("secret", V2, Declared)]),
    ]);
    assert_eq!(asked(&project, "secret/app", "a/app.hcl"), Some((V2, Declared)));
}

#[test]
fn an_unknown_version_agrees_with_either() {
    use Confidence::Inferred;
    let both = project(&[("a.tf", &[("kv", Engine::Kv(None), Inferred)]), ("b.sh", &[("kv", V2, Inferred)])]);
    assert_eq!(asked(&both, "kv/app", "a.tf"), Some((V2, Inferred)));
    let conflict = project(&[("a.tf", &[("kv", V1, Inferred)]), ("b.sh", &[("kv", V2, Inferred)])]);
    assert_eq!(asked(&conflict, "kv/app", "a.tf"), None);
}
