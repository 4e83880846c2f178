//! Typed access to the fields of one Kubernetes object; what has the wrong shape is written down.

use crate::model::Malformed;
use crate::model::kube::ObjectMeta;
use crate::syntax::near::nearest;
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{Source, Span, Spanned};

/// One map of an object, and where to note what is wrong with it.
pub(super) struct Fields<'t, 'm> {
    pub(super) node: &'t Node,
    pub(super) source: &'t Source,
    /// What the map is, for messages: the kind of the object, or the name of the field.
    what: &'t str,
    malformed: &'m mut Vec<Malformed>,
}

/// Texts with their keys, as in labels and annotations.
pub(super) type Texts = Vec<(Spanned<String>, Spanned<String>)>;

impl<'t, 'm> Fields<'t, 'm> {
    pub(super) fn new(
        node: &'t Node,
        source: &'t Source,
        what: &'t str,
        malformed: &'m mut Vec<Malformed>,
    ) -> Fields<'t, 'm> {
        Fields { node, source, what, malformed }
    }

    /// The same for a map further in.
    pub(super) fn within<'n>(&'n mut self, node: &'t Node, what: &'t str) -> Fields<'t, 'n> {
        Fields { node, source: self.source, what, malformed: self.malformed }
    }

    pub(super) fn note(&mut self, malformed: Malformed) {
        self.malformed.push(malformed);
    }

    /// The value of a field; `null` counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&'t Node> {
        self.node.get(name).filter(|value| !value.is_null())
    }

    /// A field that holds a map.
    pub(super) fn map(&mut self, name: &str) -> Option<&'t Node> {
        let value = self.get(name)?;
        if !value.is_map() {
            self.wrong(name, value, "a map");
            return None;
        }
        Some(value)
    }

    /// The items of a field that holds a list; empty if absent.
    pub(super) fn list(&mut self, name: &str) -> &'t [Node] {
        let Some(value) = self.get(name) else { return &[] };
        if !matches!(value.kind, NodeKind::List(_)) {
            self.wrong(name, value, "a list");
        }
        value.items()
    }

    /// A field that holds a list of texts.
    pub(super) fn texts(&mut self, name: &str) -> Vec<Spanned<String>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let NodeKind::List(items) = &value.kind else {
            self.wrong(name, value, "a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.to_spanned() {
                Some(text) => texts.push(text),
                None => self.unquoted(item, &format!("`{name}`")),
            }
        }
        texts
    }

    /// A field that holds one text.
    pub(super) fn text(&mut self, name: &str) -> Option<Spanned<String>> {
        let value = self.get(name)?;
        let text = value.to_spanned();
        if text.is_none() {
            self.unquoted(value, &format!("`{name}`"));
        }
        text
    }

    /// A field that holds a truth value.
    pub(super) fn bool(&mut self, name: &str) -> Option<Spanned<bool>> {
        let value = self.get(name)?;
        if let NodeKind::Bool(truth) = value.kind {
            return Some(Spanned::new(truth, value.span));
        }
        let message = format!("`{name}` takes `true` or `false`, not {}", value.kind_name());
        let mut malformed = Malformed::new(value.span, message);
        malformed.replacement =
            value.as_text().filter(|text| matches!(*text, "true" | "false")).map(str::to_owned);
        self.note(malformed);
        None
    }

    /// A field that holds a whole number.
    pub(super) fn integer(&mut self, name: &str) -> Option<Spanned<i64>> {
        let value = self.get(name)?;
        if let NodeKind::Int(number) = value.kind {
            return Some(Spanned::new(number, value.span));
        }
        self.wrong(name, value, "a whole number");
        None
    }

    /// A field that holds a list of maps; other items are noted and left out.
    pub(super) fn maps(&mut self, name: &'t str) -> Vec<&'t Node> {
        let items = self.list(name);
        let mut maps = Vec::with_capacity(items.len());
        for item in items {
            if item.is_map() {
                maps.push(item);
            } else {
                let message = format!("an entry of `{name}` must be a map, not {}", item.kind_name());
                self.note(Malformed::new(item.span, message));
            }
        }
        maps
    }

    /// A field that holds a map of texts. What Kubernetes would refuse is noted, and taken as the text that was meant.
    pub(super) fn text_map(&mut self, name: &str) -> Texts {
        let Some(map) = self.map(name) else { return Vec::new() };
        let mut texts = Vec::with_capacity(map.entries().len());
        for entry in map.entries() {
            let value = match (&entry.value.kind, entry.value.as_text()) {
                (_, Some(text)) => text.to_owned(),
                (NodeKind::Null, None) => String::new(),
                (NodeKind::List(_) | NodeKind::Map(_), None) => {
                    self.unquoted(&entry.value, &format!("`{}`", entry.key));
                    continue;
                }
                _ => {
                    self.unquoted(&entry.value, &format!("`{}`", entry.key));
                    self.source.slice(entry.value.span).to_owned()
                }
            };
            texts.push((entry.key.clone(), Spanned::new(value, entry.value.span)));
        }
        texts
    }

    /// `metadata`, which may lack a name: fragments and assertions of test tools leave it out.
    pub(super) fn meta(&mut self) -> ObjectMeta {
        let span = self.node.span;
        let nameless = Spanned::new(String::new(), span);
        let mut meta =
            ObjectMeta { name: nameless, namespace: None, labels: Vec::new(), annotations: Vec::new(), span };
        let what = self.what;
        let Some(node) = self.map("metadata") else { return meta };
        let mut fields = self.within(node, what);
        if let Some(name) = fields.text("name") {
            meta.name = name;
        }
        meta.namespace = fields.text("namespace").filter(|namespace| !namespace.value.is_empty());
        meta.labels = fields.text_map("labels");
        meta.annotations = fields.text_map("annotations");
        meta
    }

    /// [`Fields::meta`] of an object that is nothing without a name.
    pub(super) fn named_meta(&mut self) -> ObjectMeta {
        let named = self.node.get("metadata").is_some_and(|metadata| {
            metadata.get("name").is_some_and(|name| !name.is_null()) || metadata.get("generateName").is_some()
        });
        if !named {
            self.missing("metadata.name", self.kind_span());
        }
        self.meta()
    }

    /// The value of `kind`.
    pub(super) fn kind_span(&self) -> Span {
        self.node.get("kind").map_or(self.node.span.at_start(), |kind| kind.span)
    }

    /// Notes every key that the map does not have in Kubernetes: the server drops it, or refuses the object.
    pub(super) fn only(&mut self, known: &[&str]) {
        for entry in self.node.entries() {
            let key = entry.key.as_str();
            if known.contains(&key) {
                continue;
            }
            let mut malformed =
                Malformed::new(entry.key.span, format!("{} has no field `{key}`", self.shown()));
            if let Some(near) = nearest(key, known.iter().copied()) {
                malformed = malformed.with_help(format!("did you mean `{near}`?"));
            }
            self.note(malformed);
        }
    }

    pub(super) fn missing(&mut self, field: &str, at: Span) {
        let message = format!("{} without `{field}`", self.shown());
        self.note(Malformed::new(at, message));
    }

    fn shown(&self) -> String {
        format!("`{}`", self.what)
    }

    fn wrong(&mut self, name: &str, value: &Node, wanted: &str) {
        let message = format!("`{name}` takes {wanted}, not {}", value.kind_name());
        let mut malformed = Malformed::new(value.span, message);
        let listed =
            wanted.starts_with("a list") && value.as_text().is_some_and(|text| !text.contains([',', '\n']));
        if listed {
            let written = self.source.slice(value.span);
            malformed = malformed.with_help(format!("write `[{written}]`"));
            malformed.replacement = Some(format!("[{written}]"));
        }
        self.note(malformed);
    }

    /// Notes a value that is no text where one belongs: `true`, `on`, `8080`, a list.
    fn unquoted(&mut self, value: &Node, place: &str) {
        let message = match value.kind {
            NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) => {
                let written = self.source.slice(value.span);
                format!("`{written}` is {} to Kubernetes, but {place} takes text", value.kind_name())
            }
            _ => format!("{place} takes text, not {}", value.kind_name()),
        };
        let mut malformed = Malformed::new(value.span, message);
        if matches!(value.kind, NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_)) {
            let written = self.source.slice(value.span);
            malformed = malformed.with_help("put it in quotes");
            // An alias stands for a scalar that is written elsewhere.
            malformed.replacement = (!written.starts_with('*')).then(|| format!("\"{written}\""));
        }
        self.note(malformed);
    }
}
