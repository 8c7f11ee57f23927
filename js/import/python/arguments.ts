// Arguments of DAGs and operators: what is read of them, and what is left.
import { isoDuration } from "../dags.js";
import { Duration, Moment, Name, numberOf, Unknown, type Value } from "./value.js";

/** Arguments that say where a DAG or task belongs, or what a person sees of it. */
const WITHOUT_EFFECT = [
  ...[
    "dag",
    "dag_id",
    "task_id",
    "group_id",
    "task_group",
    "default_args",
    "dag_display_name",
    "task_display_name",
  ],
  ...[
    "doc",
    "doc_md",
    "doc_json",
    "doc_yaml",
    "doc_rst",
    "description",
    "tags",
    "owner",
    "owner_links",
    "access_control",
  ],
  ...["email", "email_on_failure", "email_on_retry", "ui_color", "ui_fgcolor", "default_view", "orientation"],
  ...[
    "is_paused_upon_creation",
    "fileloc",
    "output_encoding",
    "do_xcom_push",
    "multiple_outputs",
    "prefix_group_id",
  ],
  ...["tooltip", "logger_name", "provide_context"],
];

/** The note about a zone that cannot be known from the file. */
export function unknownZone(name: string): string {
  return `the zone of ${name} is not known: read in UTC`;
}

/** One argument after another, each with a note when it cannot be known. */
export class ArgumentReader {
  constructor(
    readonly args: ReadonlyMap<string, Value>,
    /** Other places of an argument, the first of them first. */
    readonly defaults: readonly ReadonlyMap<Value, Value>[],
    readonly note: (message: string) => void,
  ) {}

  readonly #read = new Set<string>(WITHOUT_EFFECT);

  /** Names of given arguments that nobody read, and that change how tasks run. */
  unread(names: Iterable<Value>): string[] {
    return [...names].filter((name) => typeof name === "string" && !this.#read.has(name)) as string[];
  }

  /** These are read elsewhere. */
  skip(...names: string[]): void {
    for (const name of names) this.#read.add(name);
  }

  get(name: string): Value | undefined {
    this.#read.add(name);
    const given = this.args.get(name);
    if (given !== undefined) return given;
    return this.defaults.find((some) => some.get(name) !== undefined)?.get(name);
  }

  value(...names: string[]): Value | undefined {
    for (const name of names) {
      const value = this.get(name);
      if (value === undefined) continue;
      if (value instanceof Unknown || value instanceof Name) {
        this.note(`${name} is not known: ${value instanceof Name ? value.path : value.text}`);
        return undefined;
      }
      return value;
    }
    return undefined;
  }

  /** Members of a dict. */
  members(name: string): ReadonlyMap<Value, Value> | undefined {
    const value = this.value(name);
    return value instanceof Map ? value : this.#other(value, name, "a dict");
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === "string" ? value : this.#other(value, name, "a text");
  }

  number(...names: string[]): number | undefined {
    const value = this.value(...names);
    return numberOf(value) ?? this.#other(value, names.join(" or "), "a number");
  }

  flag(name: string): boolean | undefined {
    const value = this.value(name);
    return typeof value === "boolean" ? value : this.#other(value, name, "True or False");
  }

  /** timedelta, or seconds. */
  duration(name: string): string | undefined {
    const value = this.value(name);
    if (value instanceof Duration && value.months === 0) return isoDuration(value.ms);
    const seconds = numberOf(value);
    return seconds === undefined
      ? this.#other(value, name, "a timedelta or seconds")
      : isoDuration(seconds * 1000);
  }

  moment(name: string): Moment | undefined {
    const value = this.value(name);
    if (typeof value === "string") return new Moment(value);
    if (!(value instanceof Moment)) return this.#other(value, name, "a date");
    if (value.zone === null) this.note(unknownZone(name));
    return value;
  }

  #other(value: Value | undefined, name: string, expected: string): undefined {
    if (value !== undefined && value !== null) this.note(`${name} is not ${expected}: not imported`);
  }
}
