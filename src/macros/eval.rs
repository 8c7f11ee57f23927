//! Evaluates an expression.

use super::args::Args;
use super::arithmetic::{Op, apply, negated};
use super::compare::{contains, equal, order};
use super::error::{ABSENT, EvalError, LONGEST, MARKUP, TOO_DEEP, TOO_LONG};
use super::filters;
use super::machine::{DEEPEST_CALLS, MASK, Machine, NO_RUN, SECRET};
use super::method_kinds::Method;
use super::methods::{attribute_of, find};
use super::names::{self, Gives};
use super::syntax::{Call, Comparison, Expr, Literal, Step, StepKind};
use super::value::{Answer, Text, Value, gather};

impl<'a> Machine<'a> {
    /// The value of an expression. One that is refused as too long may have been written before: that costs as many steps.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> Answer<'a> {
        let answer = self.evaluated(expr);
        if let Err(TOO_LONG) = answer {
            self.steps = self.steps.saturating_sub(LONGEST as u64 / 64);
        }
        answer
    }

    fn evaluated(&mut self, expr: &'a Expr) -> Answer<'a> {
        self.charge(1)?;
        match expr {
            Expr::Literal(literal) => Ok(match literal {
                Literal::None => Value::None,
                Literal::Bool(flag) => Value::Bool(*flag),
                Literal::Int(number) => Value::Int(*number),
                Literal::Float(number) => Value::Float(*number),
                Literal::Digits(digits) => Value::Digits(Text::Borrowed(digits)),
                Literal::Text(text) => Value::borrowed(text),
            }),
            Expr::Name(name) => self.name(name),
            Expr::Chain(head, steps) => self.chain(head, steps),
            Expr::List(items) => Value::list(self.all(items)?),
            Expr::Tuple(items) => Value::tuple(self.all(items)?),
            Expr::Dict(entries) => {
                let made = Value::dict(Vec::new())?;
                if let Value::Dict(dict) = &made {
                    for (key, value) in entries {
                        let (key, value) = (self.eval(key)?, self.eval(value)?);
                        if key.is_list() || key.is_object() {
                            return Err(EvalError::Refused("an argument must be text"));
                        }
                        self.charge_for(&made)?;
                        self.charge_tree(&value)?;
                        super::compare::put(dict, key, &value)?;
                    }
                }
                Ok(made)
            }
            Expr::Binary(first, rest) => {
                let mut value = self.eval(first)?;
                for (op, operand) in rest {
                    // Jinja writes the minus of a literal in front of the whole power, unless the exponent is a literal, too.
                    let is_literal = matches!(operand, Expr::Literal(_)) || !matches!(first.as_ref(), Expr::Sign(..));
                    if *op == Op::Pow && !is_literal {
                        return Err(EvalError::Refused("this operator does not take values of these types"));
                    }
                    let operand = self.eval(operand)?;
                    if matches!(op, Op::Join | Op::Rem) {
                        self.charge_tree(&value)?;
                        self.charge_tree(&operand)?;
                    }
                    value = apply(*op, &value, &operand)?;
                    self.charge_for(&value)?;
                }
                Ok(value)
            }
            Expr::Compare(first, rest) => {
                let mut left = self.eval(first)?;
                for (comparison, operand) in rest {
                    let right = self.eval(operand)?;
                    self.charge_tree(&right)?;
                    if !compared(*comparison, &left, &right)? {
                        return Ok(Value::Bool(false));
                    }
                    left = right;
                }
                Ok(Value::Bool(true))
            }
            Expr::Not(inner) => Ok(Value::Bool(!self.eval(inner)?.is_truthy())),
            Expr::Sign(minus, inner) => {
                let value = self.eval(inner)?;
                if !minus && value.as_float().is_none() {
                    return Err(EvalError::Refused("an argument must be a number"));
                }
                if *minus { negated(&value) } else { Ok(value.as_int().map_or(value, Value::Int)) }
            }
            Expr::All(parts) => self.until(parts, false),
            Expr::Any(parts) => self.until(parts, true),
            Expr::If(choices, otherwise) => {
                let mut is_absent = false;
                for (condition, value) in choices {
                    let condition = self.eval(condition)?;
                    if self.hides() {
                        return Ok(Value::borrowed(MASK));
                    }
                    if condition.is_truthy() {
                        return self.eval(value);
                    }
                    is_absent |= matches!(condition, Value::Undefined);
                }
                match otherwise {
                    Some(value) => self.eval(value),
                    // What was not chosen prints nothing; what nobody could choose is absent.
                    None => Ok(if is_absent { Value::Undefined } else { Value::borrowed("") }),
                }
            }
        }
    }

    /// The first value that is true, or false; else the last one.
    fn until(&mut self, parts: &'a [Expr], wanted: bool) -> Answer<'a> {
        let mut value = Value::Undefined;
        for part in parts {
            value = self.eval(part)?;
            if value.is_truthy() == wanted {
                break;
            }
        }
        Ok(value)
    }

    fn all(&mut self, items: &'a [Expr]) -> Result<Vec<Value<'a>>, EvalError> {
        gather(items.iter().map(|item| self.eval(item)))
    }

    fn chain(&mut self, head: &'a Expr, steps: &'a [Step]) -> Answer<'a> {
        let value = self.eval(head)?;
        self.steps_of(value, steps)
    }

    /// What steps make of a value.
    pub(super) fn steps_of(&mut self, value: Value<'a>, steps: &'a [Step]) -> Answer<'a> {
        let mut value = value;
        let mut rest = steps.iter();
        while let Some(step) = rest.next() {
            self.charge(1)?;
            self.charge_for(&value)?;
            if matches!(value, Value::Hidden) {
                return Err(ABSENT);
            }
            if value.is_markup() && matches!(step.kind, StepKind::Attribute(..) | StepKind::Item(_) | StepKind::Call(_))
            {
                return Err(MARKUP);
            }
            value = match &step.kind {
                StepKind::Attribute(name, rows) => {
                    if name.starts_with('_') && value.key(name).is_none() {
                        return Err(EvalError::Refused("names that begin with an underscore are out of reach"));
                    }
                    match rest.as_slice() {
                        [Step { kind: StepKind::Call(call), .. }, ..] => {
                            rest.next();
                            self.method(&value, name, rows, call)?
                        }
                        _ => match value {
                            Value::Space(space) => self.space(space, name)?,
                            value => attribute_of(&value, name, rows)?,
                        },
                    }
                }
                StepKind::Item(index) => {
                    let index = self.eval(index)?;
                    self.item(&value, &index)?
                }
                StepKind::Slice(bounds) => {
                    let mut numbers = [None; 3];
                    for (number, bound) in numbers.iter_mut().zip(bounds) {
                        let Some(bound) = bound else { continue };
                        let bound = self.eval(bound)?;
                        if !bound.is_none() {
                            let whole = bound.as_int();
                            *number = Some(whole.ok_or(EvalError::Refused("an argument must be a whole number"))?);
                        }
                    }
                    match super::containers::slice(&value, numbers)? {
                        Value::Text(cut) if value.is_markup() => Value::markup(&*cut),
                        cut => cut,
                    }
                }
                StepKind::Call(call) => self.call(&value, call)?,
                StepKind::Filter(filter, call) => {
                    let filter = filter.ok_or(EvalError::Refused("no filter has this name"))?;
                    let args = self.args(filter.params, call)?;
                    self.charge_tree(&value)?;
                    filter.apply(&value, &args)?
                }
                StepKind::Check(check, negated, call) => {
                    let check = check.ok_or(EvalError::Refused("no test has this name"))?;
                    let args = self.args(check.params, call)?;
                    // Filters call tests, so that a test cannot know them.
                    let holds = match (check.name, &value) {
                        ("filter", Value::Text(name)) => filters::find(name).is_some(),
                        _ => check.holds(&value, &args)?,
                    };
                    Value::Bool(holds != *negated)
                }
            };
            self.charge_for(&value)?;
        }
        Ok(value)
    }

    /// The arguments of a call by the names of its parameters.
    pub(super) fn args(&mut self, params: &str, call: &'a Call) -> Result<Args<'a>, EvalError> {
        let (positional, named) = self.arguments(call)?;
        let now = self.context.and_then(|context| context.now).map(|now| now.ms() * 1000);
        positional.iter().chain(named.iter().map(|(_, value)| value)).try_for_each(|value| self.charge_tree(value))?;
        Args::bind(params, positional, named, now)
    }

    /// The arguments of a call as they stand.
    pub(super) fn arguments(&mut self, call: &'a Call) -> Result<Arguments<'a>, EvalError> {
        let mut positional = self.all(&call.positional)?;
        if let Some(star) = &call.star {
            positional.extend(self.eval(star)?.items()?);
        }
        let mut named = Vec::with_capacity(call.named.len());
        for (name, value) in &call.named {
            named.push((name.as_str(), self.eval(value)?));
        }
        if let Some(pairs) = &call.pairs {
            let pairs = self
                .eval(pairs)?
                .pairs()
                .ok_or(EvalError::Refused("\"**\" takes an object whose keys are written out"))?;
            for (key, value) in pairs {
                // Names live as long as the template: those of data must be written in it.
                let Value::Text(Text::Borrowed(key)) = key else {
                    return Err(EvalError::Refused("\"**\" takes an object whose keys are written out"));
                };
                named.push((key, value));
            }
        }
        Ok((positional, named))
    }

    fn method(&mut self, value: &Value<'a>, name: &'a str, rows: &'static [Method], call: &'a Call) -> Answer<'a> {
        if let Value::Space(space) = value {
            if name == "get" {
                let args = self.args("key default", call)?;
                return match args.need(0)? {
                    Value::Text(key) => self.space_get(space, key, args.get(1).cloned()),
                    _ => Err(EvalError::Refused("an argument must be text")),
                };
            }
            let function = self.space(space, name)?;
            return self.call(&function, call);
        }
        if value.is_absent() && name != "get" {
            return Err(ABSENT);
        }
        match find(value, rows) {
            Some(method) => match method.params {
                Some(params) => {
                    let args = self.args(params, call)?;
                    if matches!(name, "count" | "index" | "remove" | "sort") {
                        self.charge_tree(value)?;
                    }
                    method.call(value, &args)
                }
                None => Err(EvalError::Refused("parentheses are missing here, or too many")),
            },
            None => {
                let function = attribute_of(value, name, rows)?;
                self.call(&function, call)
            }
        }
    }

    /// Calls a function of the table, a macro of the template, or a loop.
    pub(super) fn call(&mut self, value: &Value<'a>, call: &'a Call) -> Answer<'a> {
        if self.depth >= DEEPEST_CALLS {
            return Err(TOO_DEEP);
        }
        match value {
            Value::Function(name) => {
                // The same call may be of another function than before: names may stand for functions.
                if let Some((known, span)) = call.known.get()
                    && std::ptr::eq(*known, *name)
                {
                    return Ok(Value::Span(span.clone()));
                }
                let answer = self.function(name, call)?;
                if let Value::Span(span) = &answer
                    && call.is_constant()
                {
                    _ = call.known.set((name, span.clone()));
                }
                Ok(answer)
            }
            Value::Macro(number) => {
                let (positional, named) = self.arguments(call)?;
                let made_of = self.made_of;
                let answer = self.run_macro(*number, positional, named);
                self.made_of |= made_of & SECRET;
                answer
            }
            Value::Loop(state) => {
                let args = self.args("iterable", call)?;
                self.run_again(state, args.need(0)?)
            }
            Value::Undefined => Err(ABSENT),
            _ => Err(EvalError::Refused("only functions and methods take parentheses")),
        }
    }

    /// Calls a function of the table.
    fn function(&mut self, name: &str, call: &'a Call) -> Answer<'a> {
        match names::find(name).map(|row| row.gives) {
            Some(gives @ (Gives::Function(params, run) | Gives::Now(params, run))) => {
                let args = self.args(params, call)?;
                if self.context.is_none() && matches!(gives, Gives::Now(..)) {
                    return Err(NO_RUN);
                }
                run(&args)
            }
            Some(Gives::Pull) => {
                let args = self.args("task_ids dag_id key include_prior_dates default", call)?;
                self.pull(&args)
            }
            _ => Err(EvalError::Refused("only functions and methods take parentheses")),
        }
    }
}

/// Arguments without and with names.
pub(super) type Arguments<'a> = (Vec<Value<'a>>, Vec<(&'a str, Value<'a>)>);

fn compared<'a>(comparison: Comparison, a: &Value<'a>, b: &Value<'a>) -> Result<bool, EvalError> {
    Ok(match comparison {
        Comparison::Equal => equal(a, b),
        Comparison::Unequal => !equal(a, b),
        Comparison::In => contains(b, a)?,
        Comparison::NotIn => !contains(b, a)?,
        Comparison::Less => order(a, b)?.is_lt(),
        Comparison::LessOrEqual => order(a, b)?.is_le(),
        Comparison::Greater => order(a, b)?.is_gt(),
        Comparison::GreaterOrEqual => order(a, b)?.is_ge(),
    })
}
