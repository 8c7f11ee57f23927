//! Why an expression has no value, and where in the template.

/// What a name may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// At the start of an expression.
    Macro,
    /// Behind `|`.
    Filter,
    /// Behind a dot.
    Method,
    /// Behind `is`.
    Test,
    /// Behind `{%`.
    Statement,
}

impl Kind {
    /// "macro", "filter", "method", "test" or "statement".
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Macro => "macro",
            Kind::Filter => "filter",
            Kind::Method => "method",
            Kind::Test => "test",
            Kind::Statement => "statement",
        }
    }
}

/// Bytes of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub start: usize,
    pub end: usize,
}

/// Why a text is no expression that can be resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub place: Place,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Outside the language.
    Syntax(&'static str),
    /// A name that no table has; names of this kind may stand there.
    Unknown(Kind),
}

/// Why an expression has no value in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EvalError {
    /// There is nothing of that name; `default` helps.
    Absent,
    /// It cannot be done, where Python would raise; says what was expected.
    Refused(&'static str),
    /// XCom, or a value that a preview hides: not known here, but in a run.
    Xcom(&'static str),
}

/// The tag stays also where tags are left out: it has no end up to which it could be.
pub(super) const OPEN: Why = Why::Syntax("this tag is not closed");

/// How many tags stayed as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub all: usize,
    /// Those that lack nothing but XCom.
    pub for_xcom: usize,
}

impl Kept {
    /// Why what was run since `before` has no value; `None` where no tag of it stayed.
    pub(super) fn since(self, before: Kept) -> Option<EvalError> {
        match (self.all - before.all, self.for_xcom - before.for_xcom) {
            (0, _) => None,
            (all, for_xcom) if all == for_xcom => Some(NO_XCOM),
            _ => Some(EvalError::Refused("something inside it cannot be resolved")),
        }
    }
}

/// Text that grows beyond this is refused.
pub(super) const FOREIGN: EvalError = EvalError::Refused("text that came from XCom is not given this");
pub(super) const NO_XCOM: EvalError = EvalError::Xcom("no XCom is known here");
pub(super) const HIDDEN: EvalError = EvalError::Xcom("a preview hides this value");
pub(super) const LONGEST: usize = 1 << 24;

pub(super) const MARKUP: EvalError = EvalError::Refused("text that was escaped is only printed and filtered");
pub(super) const BEYOND_ASCII: EvalError = EvalError::Refused("this is known of ASCII only");
pub(super) const AT_LEAST_1: EvalError = EvalError::Refused("the number is at least 1");
pub(super) const TOO_LARGE: EvalError = EvalError::Refused("the number does not fit 64 bits");
pub(super) const TOO_LONG: EvalError = EvalError::Refused("the text would be longer than 16 MiB");
pub(super) const ABSENT: EvalError = EvalError::Refused("a part of the expression is absent");
pub(super) const TOO_MANY: EvalError = EvalError::Refused("the template takes too many steps");
pub(super) const TOO_DEEP: EvalError = EvalError::Refused("nested too deeply");
