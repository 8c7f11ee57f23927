//! Templates: macros, filters and XCom references, as Airflow 2 renders them.
//!
//! A template is parsed once and rendered many times. What the small expression language does not know stays byte for byte as it was
//! written, so that a host may hand the result to a full template engine. Values that were put in are data: they are never read again.
//!
//! ```
//! use dagfill::macros::{Alone, Context, OnUnknown, Template, Value};
//! use dagfill::time::{Instant, Zone};
//! let (zone, conf) = (Zone::utc(), Value::parse(r#"{"region":"eu"}"#).unwrap());
//! let date = Instant::new(1_709_251_200_000).unwrap();
//! let context = Context { conf: &conf, ..Context::new(date, &zone, &Alone) };
//! let template = Template::parse("s3://{{ dag_run.conf.region }}/{{ ds_nodash }}/{{ typo }}");
//! assert_eq!(template.render(&context, None, OnUnknown::Keep).unwrap(), "s3://eu/20240301/{{ typo }}");
//! ```

mod case;
mod catalog;
mod context;
mod date;
mod eval;
mod expr;
mod filters;
mod functions;
mod inspect;
mod json;
mod literal;
mod methods;
mod parse;
mod render;
mod scan;
mod strftime;
mod strptime;
mod table;
mod template;
mod val;
mod value;

pub use case::{Case, set_case_source};
pub use catalog::{Entry, Kind, catalog};
pub use context::{Alone, Context, Neighbours, OnUnknown};
pub use inspect::{Inspection, Unknown, XcomUse, inspect};
pub use render::{Rendered, render_json, render_range, resolve_date_macros, resolve_xcom};
pub use template::Template;
pub use value::Value;
