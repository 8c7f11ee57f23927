//! Renders templates. XCom references come first, then date macros over the result; nothing that was put in by macros is read again.

use super::Kind;
use super::context::{Context, OnUnknown};
use super::date::Form;
use super::eval::{Scope, evaluate};
use super::expr::{Expr, Fault, Head, Place, Why};
use super::inspect::suggestion;
use super::table::Gives;
use super::template::{Body, Piece, Template, walk};
use super::val::Miss;
use super::value::Value;
use crate::error::{Code, Error, Result};
use crate::time::Instant;

/// No result is longer than this, in bytes: a JavaScript string holds no more than twice as much.
const LONGEST: usize = 1 << 28;

/// Which expressions a pass resolves; the others stay as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Those that name XCom.
    Xcom,
    /// All.
    All,
}

/// Many renderings in one text, so that they leave the program in one piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// One after another, without separators.
    pub text: String,
    /// Where each one ends, in UTF-16 units of `text`.
    pub ends: Vec<u32>,
}

impl Template {
    /// XCom first, then date macros over the result. UNKNOWN_MACRO or INVALID_TEMPLATE only with [`OnUnknown::Error`].
    pub fn render(&self, context: &Context<'_>, xcom: Option<&Value>, on_unknown: OnUnknown) -> Result<String> {
        let mut out = String::with_capacity(self.text.len() + 16);
        self.render_into(&mut out, context, xcom, on_unknown)?;
        Ok(out)
    }

    /// Appends to `out` what [`Template::render`] returns.
    pub fn render_into(
        &self,
        out: &mut String,
        context: &Context<'_>,
        xcom: Option<&Value>,
        on_unknown: OnUnknown,
    ) -> Result<()> {
        let scope = Scope { context: Some(context), xcom };
        if xcom.is_none() || !self.has_xcom {
            return self.pass(out, scope, on_unknown, Pass::All);
        }
        let mut first = String::new();
        self.pass(&mut first, scope, on_unknown, Pass::Xcom)?;
        // What the first pass left in place is absent, also for the second one.
        Template::parse(&first).pass(out, Scope { context: Some(context), xcom: None }, on_unknown, Pass::All)
    }

    fn pass(&self, out: &mut String, scope: Scope<'_>, on_unknown: OnUnknown, pass: Pass) -> Result<()> {
        // Only white space of the template is trimmed, never that of a value: this is where the last text began.
        let mut text_from = out.len();
        let mut trim_next = false;
        for piece in &self.pieces {
            let source = self.source(piece);
            let (parsed, trim_left, trim_right) = match &piece.body {
                Body::Expression { parsed, names_xcom, trim_left, trim_right } if pass == Pass::All || *names_xcom => {
                    (parsed, *trim_left, *trim_right)
                }
                Body::Unclosed if pass == Pass::All && on_unknown == OnUnknown::Error => {
                    return Err(self.unclosed(piece));
                }
                _ => {
                    let is_text = matches!(piece.body, Body::Text);
                    text_from = out.len();
                    out.push_str(if trim_next && is_text { source.trim_start() } else { source });
                    if !is_text {
                        text_from = out.len();
                    }
                    trim_next = false;
                    continue;
                }
            };
            // What stays as written keeps the white space around it.
            let trimmed =
                if trim_left { out.get(text_from..).map_or(0, |text| text.len() - text.trim_end().len()) } else { 0 };
            let value = match parsed {
                Ok(expr) => self.value(expr, scope),
                Err(_) => Err(Miss::Absent),
            };
            match value {
                Ok(value) => {
                    out.truncate(out.len() - trimmed);
                    match value {
                        Printable::Date(wall, form) => wall.write(form, out),
                        Printable::Val(value) => value.print(out),
                    }
                    trim_next = trim_right;
                }
                Err(miss) => match on_unknown {
                    OnUnknown::Keep => {
                        out.push_str(source);
                        trim_next = false;
                    }
                    OnUnknown::Empty => {
                        out.truncate(out.len() - trimmed);
                        trim_next = trim_right;
                    }
                    OnUnknown::Error => return Err(self.unknown(piece, parsed, miss)),
                },
            }
            text_from = out.len();
            if out.len() > LONGEST {
                return Err(Error::new(Code::RangeTooLarge, "the rendered text would be longer than 256 MiB"));
            }
        }
        Ok(())
    }

    /// The plain dates are written straight into the result.
    fn value<'a>(&'a self, expr: &'a Expr, scope: Scope<'a>) -> std::result::Result<Printable<'a>, Miss> {
        if let (Head::Macro(row), [], Some(context)) = (&expr.head, expr.steps.as_slice(), scope.context)
            && let Gives::Date(point, form) = row.gives
        {
            return point.wall(context).map(|wall| Printable::Date(wall, form));
        }
        evaluate(expr, scope).map(Printable::Val)
    }

    fn unclosed(&self, piece: &Piece) -> Error {
        Error::at(Code::InvalidTemplate, &self.text, piece.start..piece.end, "\"{{\" is not closed: expected \"}}\"")
    }

    fn unknown(&self, piece: &Piece, parsed: &std::result::Result<Expr, Fault>, miss: Miss) -> Error {
        let whole = Place { start: piece.start, end: piece.end };
        let (code, place, kind, what) = match parsed {
            Err(Fault { place, why: Why::Syntax(what) }) => (Code::InvalidTemplate, *place, None, *what),
            Err(Fault { place, why: Why::Unknown(kind) }) => (Code::UnknownMacro, *place, Some(*kind), ""),
            Ok(expr) => match (first_unknown(expr), miss) {
                (Some(place), _) => (Code::UnknownMacro, place, Some(Kind::Macro), ""),
                (None, Miss::Absent) => (Code::UnknownMacro, whole, None, "this run has no such value"),
                (None, Miss::Refused(what)) => (Code::UnknownMacro, whole, None, what),
            },
        };
        let mut message: String = self.source(piece).chars().take(80).collect();
        let name = self.text.get(place.start..place.end).unwrap_or_default();
        match kind {
            Some(kind) => message.extend([": no ", kind.as_str(), " is named ", name]),
            None => message.extend([": ", what]),
        }
        let error = Error::at(code, &self.text, place.start..place.end, message);
        match kind.and_then(|kind| suggestion(name, kind)) {
            Some(name) => error.hint(["Did you mean ", name, "?"].concat()),
            None => error,
        }
    }
}

/// The first name in an expression that no table has.
fn first_unknown(expr: &Expr) -> Option<Place> {
    let mut found = None;
    walk(expr, &mut |expr| match expr.head {
        Head::Unknown(place) if found.is_none() => found = Some(place),
        _ => {}
    });
    found
}

enum Printable<'a> {
    Date(super::date::Wall, Form),
    Val(super::val::Val<'a>),
}

/// Date macros, conf and params; XCom references stay.
pub fn resolve_date_macros(template: &str, context: &Context<'_>, on_unknown: OnUnknown) -> Result<String> {
    Template::parse(template).render(context, None, on_unknown)
}

/// XCom references; everything else stays, as do values that are absent.
pub fn resolve_xcom(template: &str, xcom: &Value) -> String {
    let mut out = String::with_capacity(template.len());
    let scope = Scope { context: None, xcom: Some(xcom) };
    match Template::parse(template).pass(&mut out, scope, OnUnknown::Keep, Pass::Xcom) {
        Ok(()) => out,
        Err(_) => template.to_owned(),
    }
}

/// Renders every text of a JSON value, keys too, and leaves all else alone.
pub fn render_json(value: &Value, context: &Context<'_>, xcom: Option<&Value>, on_unknown: OnUnknown) -> Result<Value> {
    let text = |text: &str| Template::parse(text).render(context, xcom, on_unknown);
    let inner = |value: &Value| render_json(value, context, xcom, on_unknown);
    Ok(match value {
        Value::Text(value) => Value::Text(text(value)?),
        Value::List(items) => Value::List(items.iter().map(inner).collect::<Result<_>>()?),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((text(key)?, inner(value)?)));
            Value::Object(entries.collect::<Result<_>>()?)
        }
        other => other.clone(),
    })
}

/// One template for many dates. `context` says everything but the date.
///
/// ```
/// use dagfill::macros::{Alone, Context, OnUnknown, Template, render_range};
/// use dagfill::time::{Instant, Zone};
/// let (zone, dates) = (Zone::utc(), [0, 86_400_000].map(Instant::clamped));
/// let context = Context::new(dates[0], &zone, &Alone);
/// let rendered = render_range(&Template::parse("{{ ds }}.csv"), &dates, &context, None, OnUnknown::Keep).unwrap();
/// assert_eq!((rendered.text.as_str(), rendered.ends), ("1970-01-01.csv1970-01-02.csv", vec![14, 28]));
/// ```
pub fn render_range(
    template: &Template,
    dates: &[Instant],
    context: &Context<'_>,
    xcom: Option<&Value>,
    on_unknown: OnUnknown,
) -> Result<Rendered> {
    let mut rendered = Rendered {
        text: String::with_capacity(dates.len() * (template.text.len() + 8)),
        ends: Vec::with_capacity(dates.len()),
    };
    let mut units = 0;
    for date in dates {
        let from = rendered.text.len();
        template.render_into(&mut rendered.text, &Context { date: *date, ..*context }, xcom, on_unknown)?;
        let added = rendered.text.get(from..).unwrap_or_default();
        units += if added.is_ascii() { added.len() } else { added.encode_utf16().count() };
        rendered.ends.push(u32::try_from(units).unwrap_or(u32::MAX));
    }
    Ok(rendered)
}
