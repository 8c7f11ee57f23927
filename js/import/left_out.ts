// Tasks whose work an importer could not take over. Each gets a command that fails, so that no run of it counts as done.

const OPENING = "echo 'work not imported: ";

/** The command of a task whose work is left out: it says what is missing and fails, in sh and in cmd.exe. */
export function leftOutCommand(operator: string, taskId: string): string {
  const [what, name] = [plain(operator), plain(taskId)];
  return `${OPENING}${what} ${name}. Replace the command of this task with its work' >&2 && exit 1`;
}

/** Whether a command is still the one that an importer wrote in place of work that it left out. */
export function isLeftOut(command: string | undefined): boolean {
  return command?.startsWith(OPENING) === true;
}

/** The text with "_" for each character that a shell or a template might not print as it is. */
function plain(text: string): string {
  const isPlain = (character: string) => /[\w@.,: -]/.test(character);
  return Array.from(text, (character) => (isPlain(character) ? character : "_")).join("");
}

/** Operators that do nothing. */
export function isEmpty(operator: string): boolean {
  return operator === "EmptyOperator" || operator === "DummyOperator";
}

/** Operators that decide which of the tasks behind them run. */
const CHOOSES = ["Branch", "branch", "ShortCircuit", "short_circuit", "LatestOnly"];

/** The note about a task whose work is left out; `retries` are those of the source, which the command that fails does not get. */
export function leftOutNote(operator: string, retries = 0): string {
  const without = retries > 0 ? ` (and retries 0 instead of ${retries})` : "";
  const note = `the work of a ${operator} is not imported: the task fails until it has a command${without}`;
  return CHOOSES.some((word) => operator.includes(word))
    ? `${note}; it chooses which tasks run next, but in dagfill each task decides by itself: exit code 99 skips`
    : note;
}
