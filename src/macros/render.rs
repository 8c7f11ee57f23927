//! Renders templates. XCom references come first, then date macros over the result; nothing that was put in by macros is read again.

use super::context::{Context, OnUnknown};
use super::json::Json;
use super::machine::{Machine, Stop};
use super::output::Piece;
use super::report::Unresolved;
use super::run::Mode;
use super::template::Template;
use super::units::Units;
use crate::error::{Code, Error, Result};
use crate::time::Instant;

/// Many renderings in one text, so that they leave the program in one piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// One after another, without separators.
    pub text: String,
    /// Where each one ends, in UTF-16 units of `text`.
    pub ends: Vec<u32>,
}

/// A rendering, and what of the template stayed as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What the template gives.
    pub text: String,
    /// What stayed, in the order in which it stands; the first thousand. Spans are places in the template, or where a value of
    /// XCom brought the text, of the expression that brought it.
    pub unresolved: Vec<Unresolved>,
}

/// No result is longer than this, in bytes: a JavaScript string holds no more than twice as much.
const LONGEST: usize = 1 << 28;

impl Template {
    /// XCom first, then date macros over the result. UNKNOWN_MACRO or INVALID_TEMPLATE only with [`OnUnknown::Error`].
    pub fn render(&self, context: &Context<'_>, xcom: Option<&Json>, on_unknown: OnUnknown) -> Result<String> {
        let mut out = String::with_capacity(self.text.len() + 16);
        self.render_into(&mut out, context, xcom, on_unknown)?;
        Ok(out)
    }

    /// The same, with a list of what stayed as written.
    ///
    /// ```
    /// use dagfill::macros::{Alone, Context, OnUnknown, Template};
    /// use dagfill::time::{Instant, Zone};
    /// let (zone, date) = (Zone::utc(), Instant::clamped(0));
    /// let context = Context::new(date, &zone, &Alone);
    /// let report = Template::parse("{{ ds }} {{ dss }}").render_report(&context, None, OnUnknown::Keep).unwrap();
    /// assert_eq!(report.text, "1970-01-01 {{ dss }}");
    /// assert_eq!((report.unresolved[0].start, report.unresolved[0].suggestion.as_deref()), (12, Some("ds")));
    /// ```
    pub fn render_report(&self, context: &Context<'_>, xcom: Option<&Json>, on_unknown: OnUnknown) -> Result<Report> {
        let mut report = Report::default();
        report.unresolved = self.rendered(&mut report.text, context, xcom, on_unknown, true)?;
        Ok(report)
    }

    /// Appends to `out` what [`Template::render`] returns.
    pub fn render_into(
        &self,
        out: &mut String,
        context: &Context<'_>,
        xcom: Option<&Json>,
        on_unknown: OnUnknown,
    ) -> Result<()> {
        self.rendered(out, context, xcom, on_unknown, false).map(drop)
    }

    fn rendered(
        &self,
        out: &mut String,
        context: &Context<'_>,
        xcom: Option<&Json>,
        on_unknown: OnUnknown,
        reports: bool,
    ) -> Result<Vec<Unresolved>> {
        let start = out.len();
        let mut machine = Machine::new(self, Some(context), xcom);
        (machine.on_unknown, machine.reports, machine.reads_xcom_again) = (on_unknown, reports, xcom.is_some());
        match machine.finish(out, Mode::Live) {
            Ok(unresolved) => Ok(unresolved),
            Err(Stop::Error(error)) => Err(error),
            Err(Stop::XcomBraces) => {
                out.truncate(start);
                self.rendered_twice(out, context, xcom, on_unknown, reports)
            }
        }
    }

    /// A value of XCom has braces: XCom is put in first, and the result is a template.
    fn rendered_twice(
        &self,
        out: &mut String,
        context: &Context<'_>,
        xcom: Option<&Json>,
        on_unknown: OnUnknown,
        reports: bool,
    ) -> Result<Vec<Unresolved>> {
        let mut first = Machine::new(self, Some(context), xcom);
        let mut text = String::new();
        first.finish(&mut text, Mode::XcomOnly).map_err(Stop::error)?;
        let pieces = std::mem::take(&mut first.pieces);
        let template = Template::with_foreign(&text, &pieces);
        let mut second = Machine::new(&template, Some(context), xcom);
        (second.on_unknown, second.reports, second.units) = (on_unknown, reports, Units::bytes(&text));
        let mut unresolved = second.finish(out, Mode::Live).map_err(Stop::error)?;
        let mut units = Units::new(&self.text);
        for part in &mut unresolved {
            moved(part, &pieces, &mut units);
        }
        Ok(unresolved)
    }
}

impl Stop {
    fn error(self) -> Error {
        match self {
            Stop::Error(error) => error,
            Stop::XcomBraces => Error::new(Code::Internal, "XCom was read twice"),
        }
    }
}

impl<'a> Machine<'a> {
    /// Runs the template and appends what it writes.
    fn finish(&mut self, out: &mut String, mode: Mode) -> std::result::Result<Vec<Unresolved>, Stop> {
        self.output.text = std::mem::take(out);
        let template = self.template;
        let ran = self.run(&template.nodes, mode);
        self.output.finish(&template.text);
        *out = std::mem::take(&mut self.output.text);
        match (ran, self.stop.take()) {
            (_, Some(stop)) => Err(stop),
            _ if out.len() > LONGEST => {
                Err(Stop::Error(Error::new(Code::RangeTooLarge, "the rendered text would be longer than 256 MiB")))
            }
            _ => Ok(std::mem::take(&mut self.unresolved)),
        }
    }
}

/// Moves a span of the first result, in bytes, to where it comes from.
fn moved(part: &mut Unresolved, pieces: &[Piece], units: &mut Units<'_>) {
    let place = |at: usize, end: bool| {
        let mut moved = (0, 0);
        for piece in pieces {
            if at < piece.to.start || at == piece.to.start && end {
                break;
            }
            if at < piece.to.end || at == piece.to.end && end {
                return if end { piece.from.end } else { piece.from.start };
            }
            moved = (piece.to.end, piece.from.end);
        }
        at - moved.0 + moved.1
    };
    (part.start, part.end) = (units.at(place(part.start, false)), units.at(place(part.end, true)));
}

/// Date macros, conf and params; XCom references stay.
pub fn resolve_date_macros(template: &str, context: &Context<'_>, on_unknown: OnUnknown) -> Result<String> {
    Template::parse(template).render(context, None, on_unknown)
}

/// XCom references; everything else stays, as do values that are absent.
pub fn resolve_xcom(template: &str, xcom: &Json) -> String {
    let mut out = String::with_capacity(template.len());
    let parsed = Template::parse(template);
    match Machine::new(&parsed, None, Some(xcom)).finish(&mut out, Mode::XcomOnly) {
        Ok(_) => out,
        Err(_) => template.to_owned(),
    }
}

/// Renders every text of a JSON value and leaves all else alone. Keys too: where two of them become one, the later one keeps its
/// template, so that no entry is lost.
pub fn render_json(value: &Json, context: &Context<'_>, xcom: Option<&Json>, on_unknown: OnUnknown) -> Result<Json> {
    let text = |text: &str| Template::parse(text).render(context, xcom, on_unknown);
    let inner = |value: &Json| render_json(value, context, xcom, on_unknown);
    Ok(match value {
        Json::Text(value) => Json::Text(text(value)?),
        Json::List(items) => Json::List(items.iter().map(inner).collect::<Result<_>>()?),
        Json::Object(entries) => {
            let mut rendered: Vec<(String, Json)> = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let name = text(key)?;
                let is_taken =
                    name != *key && (rendered.iter().any(|(known, _)| *known == name) || value_has(entries, &name));
                rendered.push((if is_taken { key.clone() } else { name }, inner(value)?));
            }
            Json::Object(rendered)
        }
        other => other.clone(),
    })
}

fn value_has(entries: &[(String, Json)], name: &str) -> bool {
    entries.iter().any(|(key, _)| key == name)
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
    xcom: Option<&Json>,
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
