use super::*;
use crate::syntax::SourceId;

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: n}
rules: []
";
const HELM: &str = "\
{{- if .Values.rbac.create }}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include \"x.name\" . }}
{{- end }}
";

fn lower(name: &str, text: &str) -> Lowered {
    let source = Source { id: SourceId(0), name: name.to_owned(), text: text.to_owned(), bom: false };
    read(&source, &Settings::default())
}

fn list(version: &str, kind: &str) -> String {
    let item = ROLE.replace('\n', "\n    ");
    format!("apiVersion: {version}\nkind: {kind}\nitems:\n  - {}\n", item.trim_end())
}

/// Name, text, class, how many roles.
fn cases() -> Vec<(&'static str, String, FileClass, usize)> {
    let helm = FileClass::Template("Helm template");
    let own = |text: &str| text.to_owned();
    let annotated = ROLE.replace(
        "namespace: n}",
        "namespace: n, annotations: {a: \"{{ with secret }}\"}}\ndata:\n  x: |\n    {{ with secret \"a\" }}\n    {{ end }}",
    );
    let broken = "a: [1\nkind: Role\napiVersion: v1\n";
    vec![
        ("a.yaml", own(ROLE), FileClass::Read, 1),
        ("dir/a.yml", own(ROLE), FileClass::Read, 1),
        ("a.yaml", format!("{ROLE}---\n{ROLE}"), FileClass::Read, 2),
        ("a.yaml.tpl", own(ROLE), FileClass::Read, 1),
        ("<stdin>", own(ROLE), FileClass::Read, 1),
        (
            "a.json",
            own(
                "{\"apiVersion\": \"rbac.authorization.k8s.io/v1\", \"kind\": \"Role\", \"metadata\": {\"name\": \"r\"}}",
            ),
            FileClass::Read,
            1,
        ),
        ("a.yaml", own("name: x\nversion: 1\n"), FileClass::Other, 0),
        ("a.yaml", own("apiVersion: v1\nkind: Service\n"), FileClass::Other, 0),
        ("a.yaml", own("kustomize patch without kind: {apiVersion: x}\n"), FileClass::Other, 0),
        ("a.yaml", own(""), FileClass::Other, 0),
        ("a.yaml", own("a: [1"), FileClass::Other, 0),
        ("a.json", own("{\"name\": [}"), FileClass::Other, 0),
        ("a.yaml", own(broken), FileClass::Broken, 0),
        ("<stdin>", own("---\na: [1\nkind: Role\napiVersion: v1\n"), FileClass::Broken, 0),
        ("README", format!("# Title\n\nText: [\n```\n{ROLE}```\n"), FileClass::Other, 0),
        ("a.json", own("{\"apiVersion\": \"v1\", \"kind\": [}"), FileClass::Broken, 0),
        ("a.access.yaml", own("mounts: ["), FileClass::Broken, 0),
        ("a.yaml", format!("{ROLE}---\n{broken}---\n{ROLE}"), FileClass::Broken, 2),
        ("a.yaml", own(HELM), helm.clone(), 0),
        ("a.yaml", format!("{ROLE}---\n{HELM}---\n{ROLE}"), helm, 2),
        ("a.yaml", format!("{HELM}---\n{broken}---\n{ROLE}"), FileClass::Broken, 1),
        ("a.yaml", annotated.clone(), FileClass::Read, 1),
        // A real error is not taken for a template because of what stands in scalars.
        ("a.yaml", format!("{annotated}rules2: [\n"), FileClass::Broken, 0),
        ("a.yaml", format!("{{% raw %}}\n{ROLE}{{% endraw %}}\n"), FileClass::Template("Jinja template"), 0),
        (
            "a.yaml.j2",
            format!("{{% raw %}}\n{ROLE}{{% endraw %}}\n"),
            FileClass::Template("Jinja template"),
            0,
        ),
        (
            "a.yaml",
            format!("%{{ if x }}\n{ROLE}%{{ endif }}\n"),
            FileClass::Template("Terraform template"),
            0,
        ),
        ("a.yaml.tftpl", format!("{ROLE}x: {{{{ y }}}}\n"), FileClass::Template("Terraform template"), 0),
        ("a.yaml", format!("<% if x %>\n{ROLE}<% end %>: [\n"), FileClass::Template("EJS template"), 0),
        ("values.tf", own(ROLE), FileClass::Other, 0),
        ("a.yaml", own("kind: ClusterRole\nrules: []\n"), FileClass::Other, 0),
        ("a.yaml", own("kind: ClusterRole\nrules: [{verbs: [get]}]\n"), FileClass::Read, 0),
        // Words by which a text is known may be written with escapes.
        (
            "a.yaml",
            own(
                "\"\\x61piVersion\": \"rb\\x61c.authorization.k8s.io/v1\"\n\"\\u006bind\": Role\nmetadata: {name: r}\n",
            ),
            FileClass::Read,
            1,
        ),
        (
            "a.json",
            own(
                "{\"api\\u0056ersion\": \"rbac.authorization.k8s.io/v1\", \"k\\u0069nd\": \"Role\", \"metadata\": {\"name\": \"r\"}}",
            ),
            FileClass::Read,
            1,
        ),
        ("a.yaml", own("a: \"\\x61\"\nb: [\n"), FileClass::Other, 0),
        ("a.json", own("{\"a\": \"\\u0061\", // comment\n}"), FileClass::Other, 0),
        ("a.json", own("{\"p\\u0061th\": {\"*\": {\"capabilities\": [\"read\"]}}}"), FileClass::Read, 0),
        ("a.hcl", own("\"p\\x61th\" \"*\" { capabilities = [\"read\"] }"), FileClass::Read, 0),
        // To kubectl, what has items is a list.
        ("a.yaml", list("v1", "List"), FileClass::Read, 1),
        ("a.yaml", list("apps/v1", "List"), FileClass::Read, 1),
        ("a.yaml", list("networking.k8s.io/v1", "NetworkPolicyList"), FileClass::Read, 1),
        ("a.yaml", list("v1", "ConfigMap"), FileClass::Read, 1),
        (
            "a.yaml",
            own("apiVersion: x.example/v1\nkind: Menu\nitems: [{name: a}, {name: b}]\n"),
            FileClass::Other,
            0,
        ),
        ("a.json", own("{\"path\":"), FileClass::Read, 0),
        ("a.hcl", own("path secret/app/x {\n}\n"), FileClass::Broken, 0),
        ("a.hcl", own("rule \"a\" {\n capabilities = [\"read\"]\n}\n"), FileClass::Read, 0),
    ]
}

#[test]
fn files_are_taken_for_what_they_are() {
    for (name, text, class, roles) in cases() {
        let lowered = lower(name, &text);
        assert_eq!(lowered.class, class, "{name}: {text}\n{:?}", lowered.syntax_errors);
        assert_eq!(lowered.rbac_roles.len(), roles, "{name}: {text}");
        assert_eq!(lowered.syntax_errors.is_empty(), class != FileClass::Broken, "{name}: {text}");
    }
}

#[test]
fn a_policy_file_names_its_policy() {
    for (file, name) in [
        ("payment.hcl", "payment"),
        ("payment.policy", "payment"),
        ("payment.policy.hcl", "payment"),
        ("payment.json", "payment"),
        ("pay.ment.hcl", "pay.ment"),
        ("payment", "payment"),
    ] {
        assert_eq!(policy_name(file), name);
    }
}

#[test]
fn names_that_can_be_inputs() {
    for (name, expected) in [
        ("a.yaml", true),
        ("a.hcl.tftpl", true),
        ("a.yml.j2", true),
        ("a.access.hcl", true),
        ("a.policy", true),
        ("a.json", true),
        (".yaml", false),
        ("a.tpl", false),
        ("a.tf", false),
        ("a.md", false),
        ("yaml", false),
    ] {
        assert_eq!(wanted(name), expected, "{name}");
    }
}

#[test]
fn directives_cover_entries_items_and_documents() {
    let text = "\
# rolewright: allow(whole) above the first line
apiVersion: rbac.authorization.k8s.io/v1
kind: Role # rolewright: allow(kind) behind
metadata: {name: r}
rules:
  # rolewright: allow(first) above an item
  - apiGroups: [\"\"]
    # rolewright: allow(entry) above an entry
    resources: [pods]
    verbs: # rolewright: allow(verbs) behind an opening
      - get
      - '*' # rolewright: allow(star) behind an item
# rolewright: allow(next) before the marker
# more about it

--- # and behind the marker
# and below
apiVersion: v1 # rolewright: allow(line) behind the first line
kind: ServiceAccount
metadata: {name: s}
";
    let source = Source { id: SourceId(0), name: "a.yaml".to_owned(), text: text.to_owned(), bom: false };
    let lowered = read(&source, &Settings::default());
    let found: Vec<_> = lowered
        .directives
        .iter()
        .map(|directive| {
            let covered = source.slice(directive.covers);
            let lines: Vec<_> = covered.lines().map(str::trim).collect();
            (directive.rules[0].as_str(), *lines.first().unwrap(), lines.len())
        })
        .collect();
    let expected = [
        ("whole", "apiVersion: rbac.authorization.k8s.io/v1", 11),
        ("kind", "kind: Role", 1),
        ("first", "apiGroups: [\"\"]", 6),
        ("entry", "resources: [pods]", 1),
        ("verbs", "verbs: # rolewright: allow(verbs) behind an opening", 3),
        ("star", "'*'", 1),
        ("next", "apiVersion: v1 # rolewright: allow(line) behind the first line", 3),
        ("line", "apiVersion: v1", 1),
    ];
    assert_eq!(found, expected);
    assert!(lowered.directives.iter().all(|directive| directive.fault.is_none()));
}

#[test]
fn slips_in_the_head_of_an_object_are_reported() {
    let rbac = "rbac.authorization.k8s.io/v1";
    for (text, near) in [
        ("apiversion: rolewright/v1\nkind: Access\nname: x\n".to_owned(), Some("apiVersion")),
        (format!("apiVersion: {rbac}\nKind: ClusterRole\nmetadata: {{name: r}}\nrules: []\n"), Some("kind")),
        (format!("apiversion: {rbac}\nkind: ClusterRole\nmetadata: {{name: r}}\n"), Some("apiVersion")),
        (format!("apiVersion: {rbac}\nkind: clusterrole\nmetadata: {{name: r}}\n"), Some("ClusterRole")),
        ("apiVersion: v1\nkind: serviceaccount\nmetadata: {name: r}\n".to_owned(), Some("ServiceAccount")),
        ("apiVersion: apps/v1\nkind: deployment\n".to_owned(), Some("Deployment")),
        ("apiVersion: v1\nkind: Servic\n".to_owned(), None),
        ("apiVersion: x.example.com/v1\nkind: clusterrole\n".to_owned(), None),
    ] {
        let lowered = lower("a.yaml", &text);
        let help = lowered.malformed.first().and_then(|fault| fault.help.clone());
        assert_eq!(help, near.map(|near| format!("did you mean `{near}`?")), "{text}");
        let class = if near.is_some() { FileClass::Read } else { FileClass::Other };
        assert_eq!(lowered.class, class, "{text}");
    }
}
