//! HCL 2 to the tree that YAML and JSON are read into. The only file that names `hcl_edit` and `hcl`.
//!
//! Which blocks there are and where they belong, the caller says in a table of [`BlockForm`]s. Values must be constant:
//! expressions are evaluated without variables and functions.

mod comments;

use std::collections::HashMap;
use std::ops::Range;

use hcl::eval::{Context, Evaluate};
use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, ObjectKey, UnaryOperator};
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use hcl_edit::template::{ForDirective, HeredocTemplate};
use hcl_edit::visit::{self, Visit};
use hcl_edit::{Number, Span as _};

use super::tree::{Entry, Node, NodeKind, Spread};
use super::{Place, SourceId, Span, Spanned, SyntaxError};

/// A text as understood.
#[derive(Debug)]
pub struct Parsed {
    /// A map of attributes and blocks; empty if the text does not parse.
    pub root: Node,
    /// What is wrong with it; the parser stops at its first error.
    pub errors: Vec<SyntaxError>,
    /// Where the comments are, markers included.
    pub comments: Vec<Range<usize>>,
}

/// Where a kind of block belongs in the tree. A block that has no form is a map under its own name.
#[derive(Debug)]
pub struct BlockForm {
    /// The word that starts the block.
    pub word: &'static str,
    /// The way to it from the body that it stands in.
    pub steps: &'static [Step],
    /// Forms of the blocks in it.
    pub inside: &'static [BlockForm],
}

/// One step of a [`BlockForm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The value under this key.
    Key(&'static str),
    /// The value under the block's next label.
    Label,
    /// A new item of a list; a label becomes the item's `name`.
    Item,
}

/// Reads a text.
pub fn parse(text: &str, source: SourceId, forms: &[BlockForm]) -> Parsed {
    let whole = Span::new(source, 0..text.len());
    let mut reader = Reader { text, source, errors: Vec::new() };
    let mut root = Node { span: whole, kind: NodeKind::Map(Vec::new()) };
    match hcl_edit::parser::parse_body(text) {
        Ok(body) => reader.body(&body, forms, &mut root),
        Err(error) => {
            let offset = error.location().offset().min(text.len());
            let end = text
                .get(offset..)
                .and_then(|rest| rest.chars().next())
                .map_or(offset, |c| offset + c.len_utf8());
            reader.errors.push(SyntaxError::new(Span::new(source, offset..end), phrase(error.message())));
        }
    }
    Parsed { root, errors: reader.errors, comments: comments::of(text) }
}

/// A foreign message as one lower-case phrase.
fn phrase(message: &str) -> String {
    let mut chars = message.trim().trim_end_matches('.').chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

struct Reader<'t> {
    text: &'t str,
    source: SourceId,
    errors: Vec<SyntaxError>,
}

impl Reader<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        Span::new(self.source, range.unwrap_or(0..0))
    }

    fn body(&mut self, body: &Body, forms: &[BlockForm], into: &mut Node) {
        let mut blocks: HashMap<Vec<String>, Span> = HashMap::new();
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let entry = self.attribute(attribute);
                    self.insert(into, entry);
                }
                Structure::Block(block) => self.block(block, forms, into, &mut blocks),
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute) -> Entry {
        let key = Spanned::new(attribute.key.as_str().to_owned(), self.span(attribute.key.span()));
        Entry { key, value: self.expression(&attribute.value) }
    }

    fn block(
        &mut self,
        block: &Block,
        forms: &[BlockForm],
        into: &mut Node,
        blocks: &mut HashMap<Vec<String>, Span>,
    ) {
        let word = Spanned::new(block.ident.as_str().to_owned(), self.span(block.ident.span()));
        let form = forms.iter().find(|form| form.word == word.value);
        let own = [Step::Key("")];
        let steps = form.map_or(&own[..], |form| form.steps);
        let mut value = Node { span: self.span(block.span()), kind: NodeKind::Map(Vec::new()) };
        let mut labels: Vec<Spanned<String>> = block
            .labels
            .iter()
            .map(|label| Spanned::new(label.as_str().to_owned(), self.span(label.span())))
            .collect();
        let wanted = steps.iter().filter(|step| **step == Step::Label).count();
        let item = steps.last() == Some(&Step::Item);
        if labels.len() < wanted || labels.len() > wanted + usize::from(item) {
            let message = format!("a `{word}` block takes {wanted} labels here, not {}", labels.len());
            return self.errors.push(SyntaxError::new(word.span, message));
        }
        if item && let Some(name) = labels.pop() {
            let key = Spanned::new("name".to_owned(), word.span);
            let value_of_name = Node { span: name.span, kind: NodeKind::Text(name.value) };
            self.insert(&mut value, Entry { key, value: value_of_name });
        }
        if !item {
            let path: Vec<String> =
                std::iter::once(&word).chain(&labels).map(|part| part.value.clone()).collect();
            if let Some(first) = blocks.insert(path, word.span) {
                let shown =
                    self.text.get(word.span.to(labels.last().map_or(word.span, |last| last.span)).range());
                let message = format!("the block `{}` stands here twice", shown.unwrap_or(&word.value));
                return self
                    .errors
                    .push(SyntaxError::new(word.span, message).with_label(first, "first here"));
            }
        }
        self.body(&block.body, form.map_or(&[], |form| form.inside), &mut value);
        let mut labels = labels.into_iter();
        let keys: Vec<Option<Spanned<String>>> = steps
            .iter()
            .map(|step| match step {
                Step::Key("") => Some(word.clone()),
                Step::Key(key) => Some(Spanned::new((*key).to_owned(), word.span)),
                Step::Label => labels.next(),
                Step::Item => None,
            })
            .collect();
        self.place(into, &keys, value);
    }

    /// Puts `value` where `keys` lead, making maps and lists on the way; no key stands for a list item.
    fn place(&mut self, into: &mut Node, keys: &[Option<Spanned<String>>], value: Node) {
        let Some((key, rest)) = keys.split_first() else { return };
        let span = value.span;
        match key {
            None => {
                if let NodeKind::List(items) = &mut into.kind {
                    into.span = into.span.to(span);
                    items.push(value);
                }
            }
            Some(key) if rest.is_empty() => self.insert(into, Entry { key: key.clone(), value }),
            Some(key) => {
                let list = matches!(rest, [None]);
                let NodeKind::Map(entries) = &mut into.kind else { return };
                let at = entries.iter().position(|entry| entry.key.value == key.value).unwrap_or_else(|| {
                    let kind = if list { NodeKind::List(Vec::new()) } else { NodeKind::Map(Vec::new()) };
                    entries.push(Entry { key: key.clone(), value: Node { span, kind } });
                    entries.len() - 1
                });
                let Some(entry) = entries.get_mut(at) else { return };
                let fits =
                    if list { matches!(entry.value.kind, NodeKind::List(_)) } else { entry.value.is_map() };
                if !fits {
                    let error = SyntaxError::new(
                        key.span,
                        format!("`{}` is set beside a block of its kind", key.value),
                    );
                    return self.errors.push(error.with_label(entry.key.span, "set here"));
                }
                entry.value.span = entry.value.span.to(span);
                self.place(&mut entry.value, rest, value);
            }
        }
    }

    /// Adds an entry; a map joins a map that is there already, anything else is a duplicate.
    fn insert(&mut self, into: &mut Node, entry: Entry) {
        let NodeKind::Map(entries) = &mut into.kind else { return };
        let Some(at) = entries.iter().position(|known| known.key.value == entry.key.value) else {
            return entries.push(entry);
        };
        let Some(known) = entries.get_mut(at) else { return };
        match (known.value.is_map(), entry.value.kind) {
            (true, NodeKind::Map(added)) => {
                known.value.span = known.value.span.to(entry.value.span);
                for one in added {
                    self.insert(&mut known.value, one);
                }
            }
            _ => {
                let error = SyntaxError::new(entry.key.span, format!("`{}` is set twice", entry.key.value));
                self.errors.push(error.with_label(known.key.span, "first here"));
            }
        }
    }

    fn expression(&mut self, expression: &Expression) -> Node {
        let span = self.span(expression.span());
        let kind = match expression {
            Expression::Null(_) => NodeKind::Null,
            Expression::Bool(value) => NodeKind::Bool(*value.value()),
            Expression::Number(number) => number_kind(number.value()),
            Expression::String(text) => NodeKind::Text(text.value().clone()),
            Expression::Array(array) => {
                NodeKind::List(array.iter().map(|item| self.expression(item)).collect())
            }
            Expression::Object(object) => {
                let mut map = Node { span, kind: NodeKind::Map(Vec::new()) };
                for (key, value) in object {
                    let value = self.expression(value.expr());
                    if let Some(key) = self.object_key(key) {
                        self.insert(&mut map, Entry { key, value });
                    }
                }
                map.kind
            }
            Expression::HeredocTemplate(heredoc) => match self.heredoc(heredoc, span) {
                Some(kind) => kind,
                None => self.evaluate(expression, span),
            },
            _ => self.evaluate(expression, span),
        };
        Node { span, kind }
    }

    fn object_key(&mut self, key: &ObjectKey) -> Option<Spanned<String>> {
        match key {
            ObjectKey::Ident(ident) => Some(Spanned::new(ident.as_str().to_owned(), self.span(ident.span()))),
            ObjectKey::Expression(expression) => {
                let node = self.expression(expression);
                match node.kind {
                    NodeKind::Text(text) => Some(Spanned::new(text, node.span)),
                    NodeKind::Int(number) => Some(Spanned::new(number.to_string(), node.span)),
                    NodeKind::Bool(value) => Some(Spanned::new(value.to_string(), node.span)),
                    NodeKind::Null => None,
                    _ => {
                        self.errors.push(SyntaxError::new(node.span, "a key must be text"));
                        None
                    }
                }
            }
        }
    }

    /// The text of a heredoc that holds no interpolation, with the place of each line.
    fn heredoc(&self, heredoc: &HeredocTemplate, span: Span) -> Option<NodeKind> {
        let literal = heredoc.template.as_single_element()?.as_literal()?.as_str();
        let raw = self.text.get(span.range())?;
        let mut offset = raw.find('\n')? + 1;
        let indent = heredoc.indent().unwrap_or(0);
        let (mut text, mut pieces) = (String::new(), Vec::new());
        for line in raw.get(offset..)?.split_inclusive('\n') {
            if text.len() >= literal.len() {
                break;
            }
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            let cut = indent.min(blank);
            let source = span.start + u32::try_from(offset + cut).ok()?;
            pieces.push((u32::try_from(text.len()).ok()?, source));
            text.push_str(line.get(cut..)?);
            offset += line.len();
        }
        let place = if text == literal {
            Place::pieces(self.source, pieces)
        } else {
            // Escapes moved the characters: point at the first line.
            Place::pieces(self.source, pieces.into_iter().take(1).collect())
        };
        Some(NodeKind::Block(literal.to_owned(), Box::new(Spread(place))))
    }

    /// The value of any other expression, without variables and functions.
    fn evaluate(&mut self, expression: &Expression, span: Span) -> NodeKind {
        let mut constancy = Constancy::default();
        constancy.visit_expr(expression);
        let evaluated = match constancy.breach {
            Some((range, message)) => {
                Err((range.map_or(span, |range| Span::new(self.source, range)), message))
            }
            None => hcl::Expression::from(expression.clone())
                .evaluate(&Context::new())
                .map_err(|error| (span, phrase(error.to_string().lines().next().unwrap_or_default()))),
        };
        match evaluated {
            Ok(value) => value_node(&value, span).kind,
            Err((span, message)) => {
                let help = "only constant values can stand here";
                self.errors.push(SyntaxError::new(span, message).with_help(help));
                NodeKind::Null
            }
        }
    }
}

/// Looks for what cannot be evaluated without a context, and for arithmetic that the evaluator would panic on.
#[derive(Default)]
struct Constancy {
    breach: Option<(Option<Range<usize>>, String)>,
}

impl Visit for Constancy {
    fn visit_expr(&mut self, expression: &Expression) {
        let message = match expression {
            _ if self.breach.is_some() => return,
            Expression::Variable(name) => format!("`{}` is a reference", name.as_str()),
            Expression::FuncCall(call) => format!("`{}()` is a function call", call.name.name.as_str()),
            Expression::Traversal(_) => "this is a reference".to_owned(),
            Expression::ForExpr(_) => "this is a `for` expression".to_owned(),
            Expression::BinaryOp(operation) if is_arithmetic(operation) && whole(expression).is_none() => {
                "arithmetic takes whole numbers, and results up to 2^53".to_owned()
            }
            _ => return visit::visit_expr(self, expression),
        };
        self.breach = Some((expression.span(), message));
    }

    fn visit_for_directive(&mut self, directive: &ForDirective) {
        if self.breach.is_none() {
            self.breach = Some((directive.span(), "this is a `for` directive".to_owned()));
        }
    }
}

fn is_arithmetic(operation: &BinaryOp) -> bool {
    use BinaryOperator::{Div, Minus, Mod, Mul, Plus};
    matches!(operation.operator.value(), Plus | Minus | Mul | Div | Mod)
}

/// The value of arithmetic on whole numbers; none if it leaves them, or the range in which they are exact.
fn whole(expression: &Expression) -> Option<i64> {
    let value = match expression {
        Expression::Number(number) => number.value().as_i64()?,
        Expression::Parenthesis(inner) => whole(inner.inner())?,
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            whole(&operation.expr)?.checked_neg()?
        }
        Expression::BinaryOp(operation) => {
            let (left, right) = (whole(&operation.lhs_expr)?, whole(&operation.rhs_expr)?);
            match operation.operator.value() {
                BinaryOperator::Plus => left.checked_add(right)?,
                BinaryOperator::Minus => left.checked_sub(right)?,
                BinaryOperator::Mul => left.checked_mul(right)?,
                BinaryOperator::Div => left.checked_div(right).filter(|result| result * right == left)?,
                BinaryOperator::Mod => left.checked_rem(right)?,
                _ => return None,
            }
        }
        _ => return None,
    };
    (value.unsigned_abs() <= 1 << 53).then_some(value)
}

fn number_kind(number: &Number) -> NodeKind {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => NodeKind::Int(whole),
        (None, Some(value)) => NodeKind::Float(value),
        (None, None) => NodeKind::Null,
    }
}

fn value_node(value: &hcl::Value, span: Span) -> Node {
    let kind = match value {
        hcl::Value::Null => NodeKind::Null,
        hcl::Value::Bool(value) => NodeKind::Bool(*value),
        hcl::Value::Number(number) => number_kind(number),
        hcl::Value::String(text) => NodeKind::Text(text.clone()),
        hcl::Value::Array(items) => NodeKind::List(items.iter().map(|item| value_node(item, span)).collect()),
        hcl::Value::Object(members) => {
            let entry = |(key, value): (&String, &hcl::Value)| Entry {
                key: Spanned::new(key.clone(), span),
                value: value_node(value, span),
            };
            NodeKind::Map(members.iter().map(entry).collect())
        }
    };
    Node { span, kind }
}

#[cfg(test)]
mod tests;
