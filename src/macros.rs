//! Templates: Jinja2 as Airflow's users write it, over macros, conf, params and XCom.
//!
//! A template is parsed once and rendered many times. What cannot be resolved stays byte for byte as it was written, so that a host
//! may hand the result to another template engine. Values that were put in are data: they are never read again.
//!
//! ```
//! use dagfill::macros::{Alone, Context, Json, OnUnknown, Template};
//! use dagfill::time::{Instant, Zone};
//! let (zone, conf) = (Zone::utc(), Json::parse(r#"{"region":"eu"}"#).unwrap());
//! let date = Instant::new(1_709_251_200_000).unwrap();
//! let context = Context { conf: &conf, ..Context::new(date, &zone, &Alone) };
//! let template = Template::parse("s3://{{ dag_run.conf.region }}/{{ ds_nodash }}/{{ typo }}");
//! assert_eq!(template.render(&context, None, OnUnknown::Keep).unwrap(), "s3://eu/20240301/{{ typo }}");
//! ```

mod answers;
mod args;
mod arithmetic;
mod blocks;
mod calendar_functions;
mod catalog;
mod checks;
mod compare;
mod containers;
mod context;
mod data_functions;
mod date_parts;
mod date_steps;
mod each;
mod error;
mod eval;
mod field_format;
mod filters;
mod format;
mod host;
mod inspect;
mod json;
mod json_read;
mod keep;
mod list_filters;
mod literals;
mod locals;
mod lookups;
mod loops;
mod machine;
mod macro_calls;
mod method_kinds;
mod method_table;
mod methods;
mod moment;
mod names;
mod number;
mod output;
mod parser;
mod postfix;
mod primary;
mod print;
mod relative;
mod render;
mod report;
mod run;
mod scan;
mod shell_quotes;
mod span;
mod span_parts;
mod statements;
mod strftime;
mod strptime;
mod syntax;
mod template;
mod text;
mod text_filters;
mod text_methods;
mod tokens;
mod units;
mod unknown;
mod value;
mod wall;

pub use catalog::{Entry, catalog};
pub use context::{Alone, Context, Host, Lookup, Neighbours, NoHost, OnUnknown};
pub use error::Kind;
pub use host::{Case, FloatSource, set_case_source, set_float_source};
pub use inspect::{Inspection, Use, XcomUse, inspect, xcom_tasks};
pub use json::Json;
pub use render::{Rendered, Report, render_json, render_range, resolve_date_macros, resolve_xcom};
pub use report::Unresolved;
pub use shell_quotes::quoted_by_shell;
pub use template::Template;
pub use units::Unknown;
