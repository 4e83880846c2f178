//! Configurations of Vault Agent (HCL version 1 or JSON) to what they fetch.

use super::template_call;
use crate::model::kube::consumer::agent::{AgentConfig, AgentHolder, AgentMethod, AgentTemplate};
use crate::syntax::hcl1::{self, Item, Value, ValueKind};
use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{Place, Source, Span, Spanned, SyntaxError, json};

/// True if the text configures an agent that logs in by itself. Cheap for texts that do not.
pub(super) fn looks_like_config(text: &str) -> bool {
    text.contains("auto_auth") && text.contains("method")
}

/// Reads `text`, which lies at `place` in `source`.
pub(super) fn read(
    text: &str,
    place: &Place,
    source: &Source,
    holder: AgentHolder,
) -> (AgentConfig, Vec<SyntaxError>) {
    let (root, errors) = tree(text, place);
    let method = root.get("auto_auth").map(|auto| objects(auto).filter_map(|it| it.get("method")));
    let templates = root.get("template").map(|node| objects(node).map(|it| template(it, source)).collect());
    let config = AgentConfig {
        holder,
        span: place.span(0..text.len()),
        method: method.and_then(|mut methods| methods.find_map(|it| objects(it).next())).map(method_of),
        templates: templates.unwrap_or_default(),
    };
    (config, errors)
}

/// Both forms as one tree, in which what HCL repeats is a list.
fn tree(text: &str, place: &Place) -> (Node, Vec<SyntaxError>) {
    let whole = place.span(0..text.len());
    if text.trim_start().starts_with('{') {
        let json::Parsed { root, mut errors } = json::parse(text, place.source());
        for error in &mut errors {
            error.span = place.span(error.span.range());
        }
        let nothing = Node { span: whole, kind: NodeKind::Null };
        return (root.map_or(nothing, |root| root.placed(place)), errors);
    }
    let document = hcl1::parse(text, place);
    (map(&document.items, whole), document.errors)
}

fn map(items: &[Item], span: Span) -> Node {
    let mut entries: Vec<Entry> = Vec::new();
    for item in items {
        let Some((first, labels)) = item.keys.split_first() else { continue };
        // A label means what a map with the label as its only key means.
        let value = labels.iter().rev().fold(node(&item.value), |inner, label| {
            let key = Spanned::new(label.text.to_string(), label.span);
            let span = label.span.to(inner.span);
            Node { span, kind: NodeKind::Map(vec![Entry { key, value: inner }]) }
        });
        let key = Spanned::new(first.text.to_string(), first.span);
        match entries.iter_mut().find(|entry| entry.key.value == key.value) {
            None => entries.push(Entry { key, value }),
            Some(Entry { value: Node { kind: NodeKind::List(items), .. }, .. }) => items.push(value),
            Some(entry) => {
                let span = entry.value.span.to(value.span);
                let first = std::mem::replace(&mut entry.value, Node { span, kind: NodeKind::Null });
                entry.value.kind = NodeKind::List(vec![first, value]);
            }
        }
    }
    Node { span, kind: NodeKind::Map(entries) }
}

fn node(value: &Value) -> Node {
    let kind = match &value.kind {
        ValueKind::Text(text) | ValueKind::Heredoc(text) => NodeKind::Text(text.to_string()),
        ValueKind::Bool(value) => NodeKind::Bool(*value),
        ValueKind::List(values) => NodeKind::List(values.iter().map(node).collect()),
        ValueKind::Object(items) => return map(items, value.span),
        // Nothing that is read here is a number.
        ValueKind::Undecodable | ValueKind::Number(_) | ValueKind::Float(_) | ValueKind::Null => {
            NodeKind::Null
        }
    };
    Node { span: value.span, kind }
}

/// The object, or the objects of the list.
fn objects(node: &Node) -> impl Iterator<Item = &Node> {
    let items = match &node.kind {
        NodeKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter(|item| item.is_map())
}

/// `method "kubernetes" { … }`, or `method { type = "kubernetes" … }`.
fn method_of(method: &Node) -> AgentMethod {
    let labelled = match (method.get("type"), method.entries()) {
        (None, [only]) => objects(&only.value).next().map(|body| (only.key.clone(), body)),
        _ => None,
    };
    let (kind, body) = match labelled {
        Some((kind, body)) => (Some(kind), body),
        None => (text(method, "type"), method),
    };
    let config = body.get("config").and_then(|config| objects(config).next());
    let configured = |key: &str| config.and_then(|config| text(config, key));
    AgentMethod {
        kind: kind.unwrap_or(Spanned::new(String::new(), method.span)),
        mount_path: text(body, "mount_path"),
        vault_namespace: text(body, "namespace"),
        role: configured("role"),
        token_path: configured("token_path"),
        span: method.span,
    }
}

fn template(block: &Node, source: &Source) -> AgentTemplate {
    let delimiter = |key: &str, usual: &str| text(block, key).map_or(usual.to_owned(), |text| text.value);
    let (left, right) = (delimiter("left_delimiter", "{{"), delimiter("right_delimiter", "}}"));
    let contents = text(block, "contents");
    let calls = contents.map(|contents| template_call::calls(&contents, (&left, &right), source));
    AgentTemplate {
        destination: text(block, "destination"),
        source: text(block, "source"),
        calls: calls.unwrap_or_default(),
        span: block.span,
    }
}

fn text(node: &Node, key: &str) -> Option<Spanned<String>> {
    node.get(key).and_then(Node::to_spanned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::SourceId;

    fn config(text: &str) -> AgentConfig {
        let source = Source { id: SourceId(0), name: "agent.hcl".into(), text: text.to_owned(), bom: false };
        let (config, errors) = read(text, &Place::from(SourceId(0), 0), &source, AgentHolder::File);
        assert!(errors.is_empty(), "{text}: {errors:?}");
        config
    }

    #[test]
    fn the_method_in_all_its_spellings() {
        for text in [
            r#"auto_auth { method "kubernetes" { mount_path = "auth/k8s" config = { role = "web" } } }"#,
            r#"auto_auth { method { type = "kubernetes" mount_path = "auth/k8s" config { role = "web" } } }"#,
            r#"{"auto_auth": {"method": {"type": "kubernetes", "mount_path": "auth/k8s", "config": {"role": "web"}}}}"#,
            r#"{"auto_auth": [{"method": [{"kubernetes": {"mount_path": "auth/k8s", "config": {"role": "web"}}}]}]}"#,
        ] {
            let method = config(text).method.expect(text);
            assert_eq!(method.kind.value, "kubernetes", "{text}");
            assert_eq!(method.mount_path.expect(text).value, "auth/k8s", "{text}");
            assert_eq!(method.role.expect(text).value, "web", "{text}");
        }
    }

    #[test]
    fn templates_and_what_they_fetch() {
        let text = "template {\n  destination = \"/x\"\n  contents = <<EOT\n{{ with secret \"kv/data/a\" }}{{ end }}\nEOT\n}\ntemplate {\n  source = \"/t.ctmpl\"\n}\n";
        let config = config(text);
        assert!(config.method.is_none());
        let [contents, source] = config.templates.as_slice() else { panic!("{config:?}") };
        let paths: Vec<_> = contents.calls.iter().filter_map(|call| call.path.as_ref()).collect();
        assert_eq!(paths.len(), 1);
        assert_eq!(paths[0].value, "kv/data/a");
        assert_eq!(&text[paths[0].span.range()], "kv/data/a");
        assert_eq!(source.source.as_ref().map(Spanned::as_str), Some("/t.ctmpl"));
        assert!(source.calls.is_empty());
    }
}
