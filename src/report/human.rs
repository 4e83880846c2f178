//! The report for people: each finding with the source text around it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::place::Places;
use super::{Report, Style, Summary, Unread, clean};
use crate::lint::{Finding, Label, Severity};
use crate::syntax::lines::LineIndex;
use crate::syntax::{Sources, Span, SyntaxError};

/// Where messages are wrapped. The same everywhere, so that a report does not depend on who reads it.
const WIDTH: usize = 110;

/// Lines of source text longer than this are shown in part.
const LONG_LINE: usize = 240;

/// The whole report.
pub fn render(report: &Report<'_>, style: Style) -> String {
    let mut out = findings(&report.triaged.shown, &report.project.sources, style.color);
    let painter = Painter::new(&report.project.sources, style.color);
    if style.show_allowed {
        for allowed in &report.triaged.allowed {
            let mut notice = Notice::of_finding(&allowed.finding);
            notice.code = format!("allowed {}", notice.code);
            let reason = if allowed.reason.is_empty() { "no reason given" } else { &allowed.reason };
            notice.help = Some(format!("allowed by a comment: {reason}"));
            painter.paint(&notice, &mut out);
        }
    }
    for unread in report.unread {
        painter.paint_unread(unread, &mut out);
    }
    if !style.quiet {
        out += &Summary::to_text(report);
    }
    out
}

/// Findings alone, each followed by an empty line.
pub fn findings(findings: &[Finding], sources: &Sources, color: bool) -> String {
    let painter = Painter::new(sources, color);
    let mut out = String::new();
    for finding in findings {
        painter.paint(&Notice::of_finding(finding), &mut out);
    }
    out
}

/// Errors of a text that is no input, such as the configuration, in the look of findings.
pub fn errors(errors: &[SyntaxError], kind: &str, sources: &Sources, color: bool) -> String {
    let painter = Painter::new(sources, color);
    let mut out = String::new();
    for error in errors {
        let labels =
            error.label.iter().map(|(span, text)| Label { span: *span, text: text.clone() }).collect();
        let notice = Notice {
            code: format!("error[{kind}]"),
            severity: Severity::Error,
            span: error.span,
            message: error.message.clone(),
            labels,
            help: error.help.clone(),
        };
        painter.paint(&notice, &mut out);
    }
    out
}

/// What is painted: a finding, or something in the look of one.
struct Notice {
    code: String,
    severity: Severity,
    span: Span,
    message: String,
    labels: Vec<Label>,
    help: Option<String>,
}

impl Notice {
    fn of_finding(finding: &Finding) -> Notice {
        Notice {
            code: format!("{}[{}]", finding.severity.word(), finding.rule.name),
            severity: finding.severity,
            span: finding.span,
            message: finding.message.clone(),
            labels: finding.labels.clone(),
            help: finding.help.clone(),
        }
    }
}

struct Painter<'a> {
    places: Places<'a>,
    /// Texts made harmless, each when it is first shown.
    cleaned: Vec<OnceCell<Cow<'a, str>>>,
    handler: GraphicalReportHandler,
}

impl<'a> Painter<'a> {
    fn new(sources: &'a Sources, color: bool) -> Painter<'a> {
        let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(WIDTH)
            .with_links(false)
            .with_break_words(false)
            .without_syntax_highlighting();
        let cleaned = sources.iter().map(|_| OnceCell::new()).collect();
        Painter { places: Places::new(sources), cleaned, handler }
    }

    /// The finding in its file, then every label that lies elsewhere in its own file, then the remedy.
    fn paint(&self, notice: &Notice, out: &mut String) {
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            notice.labels.iter().partition(|label| self.fits_beside(notice.span, label.span));
        let mut marks = vec![self.mark(notice.span, None, true)];
        marks.extend(here.iter().map(|label| self.mark(label.span, Some(&label.text), false)));
        let help = notice.help.as_deref().map(|help| clean::line(help).into_owned());
        let mut parts = vec![Part {
            code: Some(notice.code.clone()),
            severity: notice.severity,
            message: clean::line(&notice.message).into_owned(),
            text: self.text(notice.span),
            marks,
            help: None,
        }];
        for label in elsewhere {
            parts.push(Part {
                code: None,
                severity: Severity::Note,
                message: clean::line(&label.text).into_owned(),
                text: self.text(label.span),
                marks: vec![self.mark(label.span, None, true)],
                help: None,
            });
        }
        if let Some(last) = parts.last_mut() {
            last.help = help;
        }
        for part in &parts {
            // Writing to a string does not fail.
            let _ = self.handler.render_report(out, part);
        }
        out.push('\n');
    }

    fn paint_unread(&self, unread: &Unread, out: &mut String) {
        let part = Part {
            code: Some("error[unread]".to_owned()),
            severity: Severity::Error,
            message: format!("{}: {}", clean::line(&unread.path), clean::line(&unread.message)),
            text: unread.asked_by.and_then(|span| self.text(span)),
            marks: unread
                .asked_by
                .map(|span| self.mark(span, Some("named here"), true))
                .into_iter()
                .collect(),
            help: unread.help.clone(),
        };
        let _ = self.handler.render_report(out, &part);
        out.push('\n');
    }

    fn text(&self, span: Span) -> Option<Text<'_>> {
        let source = self.places.source(span.source)?;
        let lines = self.places.lines(span.source)?;
        let cell = self.cleaned.get(span.source.0 as usize)?;
        let text = cell.get_or_init(|| clean::source(&source.text));
        Some(Text { name: clean::line(&source.name).into_owned(), text, lines })
    }

    /// True if both can be shown in one excerpt: the same file, and no line so long that only a part of it is shown.
    fn fits_beside(&self, main: Span, other: Span) -> bool {
        let length = |span: Span| {
            let (Some(source), Some(lines)) =
                (self.places.source(span.source), self.places.lines(span.source))
            else {
                return 0;
            };
            let line = lines.line_of(span.start);
            let end =
                if line + 1 < lines.count() { lines.start_of(line + 1) as usize } else { source.text.len() };
            end.saturating_sub(lines.start_of(line) as usize)
        };
        main.source == other.source && length(main).max(length(other)) <= LONG_LINE
    }

    /// A mark under the first line of the span.
    fn mark(&self, span: Span, text: Option<&str>, primary: bool) -> LabeledSpan {
        let source_text = self.places.source(span.source).map_or("", |source| source.slice(span));
        let first_line = source_text.find(['\n', '\r']).unwrap_or(source_text.len());
        let shown = source_text
            .get(..first_line.min(LONG_LINE / 2))
            .map_or(first_line.min(source_text.len()), str::len);
        let text = text.map(|text| clean::line(text).into_owned());
        let place =
            SourceSpan::new((span.start as usize).into(), shown.max(usize::from(!source_text.is_empty())));
        if primary {
            LabeledSpan::new_primary_with_span(text, place)
        } else {
            LabeledSpan::new_with_span(text, place)
        }
    }
}

/// One call of the renderer.
#[derive(Debug)]
struct Part<'a> {
    code: Option<String>,
    severity: Severity,
    message: String,
    text: Option<Text<'a>>,
    marks: Vec<LabeledSpan>,
    help: Option<String>,
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Part<'_> {}

impl Diagnostic for Part<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.marks.iter().cloned()))
    }
}

/// A source text with its line table, so that an excerpt costs a look-up instead of a scan.
#[derive(Debug)]
struct Text<'a> {
    name: String,
    text: &'a str,
    lines: &'a LineIndex,
}

impl SourceCode for Text<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let text = self.text;
        let from = span.offset().min(text.len());
        let to = (span.offset() + span.len()).min(text.len());
        let line_of = |offset: usize| self.lines.line_of(u32::try_from(offset).unwrap_or(u32::MAX));
        let end_of = |line: usize| {
            if line + 1 < self.lines.count() { self.lines.start_of(line + 1) as usize } else { text.len() }
        };
        let long = |line: usize| end_of(line) - self.lines.start_of(line) as usize > LONG_LINE;

        let own = line_of(from);
        if before == 0 && after == 0 {
            // The renderer asks where the span begins.
            let column = self.column(from);
            let data = text.get(from..to).unwrap_or("");
            let range = SourceSpan::new(from.into(), data.len());
            return Ok(self.contents(data, range, own, column));
        }
        let mut first = own.saturating_sub(before);
        let last = (line_of(to) + after).min(self.lines.count().saturating_sub(1));
        let (mut start, mut end, mut column) = (self.lines.start_of(first) as usize, end_of(last), 0);
        if long(own) {
            first = own;
            let line_start = self.lines.start_of(own) as usize;
            start = floor(text, from.saturating_sub(LONG_LINE / 4).max(line_start));
            end = floor(text, (to + LONG_LINE / 4).min(end_of(own)));
            column = self.column(start);
        }
        let data = text.get(start..end).unwrap_or("");
        // The renderer takes a newline at the end for one more line.
        let data = data.strip_suffix('\n').map_or(data, |data| data.strip_suffix('\r').unwrap_or(data));
        let range = SourceSpan::new(start.into(), data.len());
        Ok(self.contents(data, range, first, column))
    }
}

impl Text<'_> {
    /// How many characters stand before the offset on its line.
    fn column(&self, offset: usize) -> usize {
        let position = self.lines.position(self.text, u32::try_from(offset).unwrap_or(u32::MAX));
        position.column.saturating_sub(1) as usize
    }

    fn contents<'b>(
        &'b self,
        data: &'b str,
        range: SourceSpan,
        line: usize,
        column: usize,
    ) -> Box<dyn SpanContents<'b> + 'b> {
        let lines = data.matches('\n').count() + 1;
        Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            range,
            line,
            column,
            lines,
        ))
    }
}

/// The last character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
