//! `js/codes.ts` holds the words behind the core's numbers. It is written by
//! `DAGFILL_WRITE_CODES=1 cargo test --test codes`; without that variable this test holds it against the core.
#![allow(clippy::unwrap_used)]

use dagfill::dag::TriggerRule;
use dagfill::plan::{Action, Change, Lack, RunState, RunType, SkipReason};
use dagfill::run::dag_run::TaskState;

/// One list: what its words mean, the names of the type and of the list, and the words by number.
struct List {
    about: &'static str,
    of: &'static str,
    name: &'static str,
    words: Vec<&'static str>,
    /// In a column, number 0 means none.
    from_one: bool,
}

fn list(about: &'static str, of: &'static str, name: &'static str, numbered: Vec<(u8, &'static str)>) -> List {
    let first = numbered.first().unwrap().0;
    for (place, (number, word)) in numbered.iter().enumerate() {
        assert_eq!(usize::from(*number), place + usize::from(first), "{name}: the number of {word}");
    }
    List { about, of, name, words: numbered.into_iter().map(|(_, word)| word).collect(), from_one: first == 1 }
}

fn lists() -> Vec<List> {
    let actions = Action::ALL.map(|action| (action as u8, action.as_str()));
    let reasons = SkipReason::ALL.map(|reason| (reason as u8, reason.as_str()));
    let states = RunState::ALL.map(|state| (state as u8, state.as_str()));
    let types = RunType::ALL.map(|kind| (kind as u8, kind.as_str()));
    let tasks = TaskState::ALL.map(|(word, state)| (state as u8, word));
    let lacks = Lack::ALL.map(|(word, lack)| (lack as u8, word));
    let changes = Change::ALL.map(|(word, change)| (change as u8, word));
    let rules = TriggerRule::ALL.map(|(word, rule)| (rule as u8, word));
    vec![
        list("What a plan does with a date: `columns().action`.", "Action", "ACTIONS", actions.to_vec()),
        list(
            "Why a date is skipped: `columns().reason`; 0 is no reason.",
            "SkipReason",
            "SKIP_REASONS",
            reasons.to_vec(),
        ),
        list("State of a run.", "RunState", "RUN_STATES", states.to_vec()),
        list("Who asked for a run.", "RunType", "RUN_TYPES", types.to_vec()),
        list("State of a task instance.", "TaskState", "TASK_STATES", tasks.to_vec()),
        list("Which ends of its upstream tasks let a task run.", "TriggerRule", "TRIGGER_RULES", rules.to_vec()),
        list("Why `missing` reports a date.", "Lack", "LACKS", lacks.to_vec()),
        list("What becomes of a date under another schedule: `columns().kind`.", "Change", "CHANGES", changes.to_vec()),
    ]
}

/// As biome formats it: on one line where 110 characters suffice.
fn source(List { about, of, name, words, from_one }: &List) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let (none, null) = if *from_one { ("null, ", "  null,\n") } else { ("", "") };
    let items = if *from_one { format!("({of} | null)") } else { (*of).to_owned() };
    let line = format!("export const {name}: readonly {items}[] = [{none}{}];", quoted.join(", "));
    let list = match line.len() <= 110 {
        true => line,
        false => format!("export const {name}: readonly {items}[] = [\n{null}  {},\n];", quoted.join(",\n  ")),
    };
    let line = format!("export type {of} = {};", quoted.join(" | "));
    let union = match line.len() <= 110 {
        true => line,
        false => format!("export type {of} =\n  | {};", quoted.join("\n  | ")),
    };
    format!("\n/** {about} */\n{union}\n{list}\n")
}

#[test]
fn the_words_of_the_package_are_those_of_the_core() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/js/codes.ts");
    let head = "// The words behind the core's numbers, by number. Generated: `DAGFILL_WRITE_CODES=1 cargo test --test codes`.\n";
    let text: String = std::iter::once(head.to_owned()).chain(lists().iter().map(source)).collect();
    if std::env::var_os("DAGFILL_WRITE_CODES").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), text, "js/codes.ts is not what the core says");
}
