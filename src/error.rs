//! The one error type: a stable code, and where in which input it went wrong.

use std::fmt;

mod quoted;
mod suggest;
mod warning;
pub(crate) use quoted::quoted;
pub use suggest::nearest;
pub use warning::Warning;

macro_rules! codes {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// What kind of mistake it was. The text form is part of the public contract and never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Code { $($name),* }
        impl Code {
            /// The stable text, such as `INVALID_CRON`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text),* }
            }
        }
    };
}

codes! {
    InvalidCron = "INVALID_CRON", InvalidDuration = "INVALID_DURATION", InvalidDate = "INVALID_DATE",
    UnknownTimeZone = "UNKNOWN_TIME_ZONE", InvalidOption = "INVALID_OPTION", RangeTooLarge = "RANGE_TOO_LARGE",
    NoSchedule = "NO_SCHEDULE", UnknownDag = "UNKNOWN_DAG", DuplicateDag = "DUPLICATE_DAG", InvalidDag = "INVALID_DAG",
    Cycle = "CYCLE", DuplicateTask = "DUPLICATE_TASK", UnknownTask = "UNKNOWN_TASK", UnknownMacro = "UNKNOWN_MACRO",
    InvalidTemplate = "INVALID_TEMPLATE", InvalidDirection = "INVALID_DIRECTION", PlanChanged = "PLAN_CHANGED",
    BackfillExists = "BACKFILL_EXISTS", BackfillActive = "BACKFILL_ACTIVE", UnknownBackfill = "UNKNOWN_BACKFILL",
    RunExists = "RUN_EXISTS", StaleOwner = "STALE_OWNER", StoreFailed = "STORE_FAILED", Aborted = "ABORTED",
    EngineFailed = "ENGINE_FAILED", Internal = "INTERNAL", WasmUnavailable = "WASM_UNAVAILABLE",
}

/// A fact that a program may want to read from an error without parsing its message.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// A count or a time in milliseconds.
    Number(f64),
    /// A name.
    Text(String),
    /// Several names in order, such as the path of a cycle.
    Texts(Vec<String>),
}

/// What went wrong: `message` says what was expected, what was got and where.
///
/// `start` and `end` count UTF-16 units of `input`, as JavaScript does, so that an editor can underline the wrong part.
///
/// ```
/// use dagfill::error::{Code, Error};
/// let error = Error::at(Code::InvalidCron, "0 24 * * *", 2..4, "hour 24: expected 0 to 23");
/// assert_eq!((error.code.as_str(), error.span), ("INVALID_CRON", Some((2, 4))));
/// ```
///
/// Boxed, because it travels through many a `?`: a small result keeps the code that passes it on small.
#[derive(Debug, Clone, PartialEq)]
pub struct Error(Box<Fault>);

/// The fields of an [`Error`], which lends them.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// One sentence for a person.
    pub message: String,
    /// The text that was read.
    pub input: Option<String>,
    /// Start and end of the wrong part of `input`, in UTF-16 units, end excluded.
    pub span: Option<(usize, usize)>,
    /// Path of the wrong value, such as `tasks[2].dependsOn[1]`.
    pub field: Option<String>,
    /// What to write instead.
    pub hint: Option<String>,
    /// Facts by name.
    pub details: Vec<(&'static str, Detail)>,
}

/// A value or an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl std::ops::Deref for Error {
    type Target = Fault;
    fn deref(&self) -> &Fault {
        &self.0
    }
}

impl std::ops::DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Fault {
        &mut self.0
    }
}

/// All of these are out of line: errors are made in some hundred places, and none of them is in a hurry.
impl Error {
    /// An error that belongs to no text.
    #[cold]
    #[inline(never)]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Error(Box::new(Fault { code, message, input: None, span: None, field: None, hint: None, details: Vec::new() }))
    }

    /// An error at the bytes `bytes` of `input`. Bounds inside a character count as its start.
    #[cold]
    #[inline(never)]
    pub fn at(code: Code, input: &str, bytes: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Error::new(code, message).placed(input, bytes)
    }

    #[cold]
    #[inline(never)]
    fn placed(mut self, input: &str, bytes: std::ops::Range<usize>) -> Self {
        // A hostile text may be huge; the error must stay small enough to print and to send.
        const KEPT: usize = 600;
        self.span = Some((units(input, bytes.start), units(input, bytes.end)));
        self.input = Some(input.chars().take(KEPT).collect());
        self
    }

    /// Adds what to write instead.
    #[cold]
    #[inline(never)]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the path of the wrong value.
    #[cold]
    #[inline(never)]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds the path of an entry of a list.
    #[cold]
    #[inline(never)]
    pub fn entry(self, list: &str, index: usize) -> Self {
        let index = index.to_string();
        self.field([list, "[", &index, "]"].concat())
    }

    /// Adds a fact.
    #[cold]
    #[inline(never)]
    pub fn detail(mut self, name: &'static str, detail: Detail) -> Self {
        self.details.push((name, detail));
        self
    }

    /// Adds "Did you mean ...?" where one of `names` is near to `word`.
    pub fn did_you_mean<'a>(self, word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.suggesting(nearest(word, names))
    }

    #[cold]
    #[inline(never)]
    fn suggesting(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.hint(["Did you mean ", name, "?"].concat()),
            None => self,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, " ({hint})"))
    }
}

impl std::error::Error for Error {}

/// How many UTF-16 units stand before a byte. Few texts are not ASCII, and a thousand places may be asked of one of a megabyte.
fn units(text: &str, byte: usize) -> usize {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = text.get(..end).unwrap_or_default();
    if before.is_ascii() { end } else { before.chars().map(char::len_utf16).sum() }
}
