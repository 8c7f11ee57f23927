//! Functions of `macros.`: days of the calendar as text.

use super::date::{DAY_MICROS, Form, Wall};
use super::strftime::strftime;
use super::strptime::strptime;
use super::val::{Answer, Given, Miss, Val};

const NO_DATE: Miss = Miss::Refused("the text does not fit its date format");

/// `ds_add(ds, days)`.
pub(super) fn ds_add<'a>(given: &Given<'a>) -> Answer<'a> {
    let ds = given.printed(0)?.ok_or(Miss::Refused("ds_add takes a day and a number of days"))?;
    let days =
        given.get(1).and_then(Val::as_int).ok_or(Miss::Refused("ds_add takes a day and a whole number of days"))?;
    let day = strptime(&ds, "%Y-%m-%d").ok_or(NO_DATE)?.micros;
    let mut out = String::new();
    Wall::new(day.saturating_add(days.saturating_mul(DAY_MICROS)), None)?.write(Form::Ds, &mut out);
    Ok(Val::text(out))
}

/// `ds_format(ds, input_format, output_format)`.
pub(super) fn ds_format<'a>(given: &Given<'a>) -> Answer<'a> {
    let ds = given.printed(0)?.ok_or(Miss::Refused("ds_format takes a date and two formats"))?;
    let wall = strptime(&ds, given.text(1)?).ok_or(NO_DATE)?;
    strftime(wall, None, given.text(2)?).map(Val::text)
}
