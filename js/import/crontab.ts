// Lines of a crontab (crontab -l): one DAG with one shell task a line.
import type { Dag } from "../dag/dag.js";
import { Collector, type ImportedDags, slug, unique, verbatim } from "./dags.js";

const NAMES = "jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat".split(" ");
const PRESETS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/** Reads crontab lines. Times are those of Debian's cron: rule "vixie", runs due at their tick. `undefined` for a text of whose lines none
 *  belongs to a crontab. */
export function crontabDags(text: string): ImportedDags | undefined {
  const found = new Collector();
  const taken = new Map<string, number>();
  let timeZone: string | undefined;
  let [read, foreign] = [0, 0];
  for (const [index, raw] of text.split("\n").entries()) {
    const [line, number] = [raw.trim(), index + 1];
    if (line === "" || line.startsWith("#")) continue;
    const setting = environment(line);
    read += 1;
    if (setting !== undefined) {
      if (setting.name === "CRON_TZ" || setting.name === "TZ") timeZone = setting.value;
      else found.note(`${setting.name} is not imported: set it in the commands' environment`, number);
      continue;
    }
    const entry = entryOf(line);
    if (entry === undefined) {
      foreign += 1;
      found.note("this line is no crontab entry: expected five fields and a command", number);
    } else if (entry.schedule === "@reboot") found.note("@reboot has no dates: the line is left out", number);
    else found.dags.push(dagOf(entry, timeZone, taken, (message) => found.note(message, number)));
  }
  if (foreign > 0 && foreign === read) return undefined;
  if (timeZone === undefined && found.dags.length > 0) {
    found.note(
      "cron uses the machine's time zone, which a crontab does not name: set timeZone (UTC is assumed)",
    );
  }
  return found.result();
}

interface Entry {
  schedule: string;
  command: string;
}

function dagOf(
  entry: Entry,
  timeZone: string | undefined,
  taken: Map<string, number>,
  note: (message: string) => void,
): Dag {
  const { command: written, input } = splitCommand(entry.command);
  if (input !== undefined)
    note("text behind an unescaped % is the command's input in cron: it is not imported");
  const user = userOf(written);
  const command = user === undefined || user.isGuess ? written : user.command;
  if (user !== undefined)
    note(
      user.isGuess
        ? `${user.name} may be the user of a system crontab: if it is no program, delete it from the command`
        : `${user.name} is read as the user of a system crontab: the command runs as whoever runs dagfill`,
    );
  const dagId = unique(slug(nameOf(user?.command ?? command)), taken);
  return {
    dagId,
    schedule: entry.schedule.startsWith("@") ? entry.schedule : { cron: entry.schedule, dayMatch: "vixie" },
    kind: "trigger",
    dst: "vixie",
    ...(timeZone === undefined ? {} : { timeZone }),
    tasks: [{ taskId: "run", command: verbatim(command, note) }],
  };
}

/** NAME=value, with or without quotes. */
function environment(line: string): { name: string; value: string } | undefined {
  const at = line.indexOf("=");
  if (at < 1) return undefined;
  const name = line.slice(0, at).trim();
  if (name === "" || slug(name.replaceAll("_", "")) !== name.replaceAll("_", "")) return undefined;
  let value = line.slice(at + 1).trim();
  const quote = value[0];
  if ((quote === '"' || quote === "'") && value.length > 1 && value.endsWith(quote))
    value = value.slice(1, -1);
  return { name, value };
}

function entryOf(line: string): Entry | undefined {
  const words = fieldsOf(line, 5);
  const first = words.fields[0] ?? "";
  if (first.startsWith("@")) {
    if (!PRESETS.includes(first) && first !== "@reboot") return undefined;
    const command = line.slice(first.length).trim();
    return command === "" ? undefined : { schedule: first, command };
  }
  if (words.fields.length < 5 || words.rest === "" || !words.fields.every(isField)) return undefined;
  return { schedule: words.fields.join(" "), command: words.rest };
}

/** The first `count` words of a line, and what is behind them. */
function fieldsOf(line: string, count: number): { fields: string[]; rest: string } {
  const fields: string[] = [];
  let rest = line.replaceAll("\t", " ").trimStart();
  while (fields.length < count && rest !== "") {
    const space = rest.indexOf(" ");
    fields.push(space < 0 ? rest : rest.slice(0, space));
    rest = space < 0 ? "" : rest.slice(space).trimStart();
  }
  // The command keeps its tabs.
  return { fields, rest: line.slice(line.length - rest.length) };
}

/** A first look, so that prose is not taken for an entry; the schedule's own reader says what is wrong with a field. */
function isField(text: string): boolean {
  if ("*0123456789".includes(text[0] ?? "")) return true;
  const behind = text[3];
  return NAMES.includes(text.slice(0, 3).toLowerCase()) && (behind === undefined || "-,/".includes(behind));
}

/** In a crontab `%` ends the command and `\%` is a percent sign. */
function splitCommand(text: string): { command: string; input?: string } {
  let command = "";
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && text[at + 1] === "%") {
      command += "%";
      at += 1;
    } else if (text[at] === "%") {
      return { command: command.trim(), input: text.slice(at + 1) };
    } else command += text[at];
  }
  return { command };
}

/** Accounts that crontabs of a system (/etc/crontab, /etc/cron.d) name in front of the command. Servers of the same
 *  name are not started with an absolute path as their first argument. */
const ACCOUNTS = new Set([
  ..."root www-data nobody daemon apache httpd nginx postgres mariadb jenkins ubuntu debian centos".split(
    " ",
  ),
  ..."ec2-user admin deploy airflow elasticsearch rabbitmq tomcat gitlab-runner".split(" "),
]);

/** Programs whose first argument is often an absolute path. */
const PROGRAMS = new Set([
  ..."sh bash dash zsh ksh fish env nice ionice nohup sudo doas time timeout flock setsid exec eval chronic".split(
    " ",
  ),
  ..."python python2 python3 perl ruby node php java lua deno bun tclsh pypy pypy3 pwsh rscript dotnet".split(
    " ",
  ),
  ..."test cd cat cp mv rm ls find tar rsync chmod chown mkdir rmdir touch gzip zip du df stat tail head".split(
    " ",
  ),
  ..."source logger run-parts logrotate rclone restic sqlite3 psql mysql dbt make git curl wget docker".split(
    " ",
  ),
]);

/** The first word of a command if it looks like the name of a user and an absolute path follows, and the command without it. `isGuess`: the
 *  word may be a program as well. */
function userOf(command: string): { name: string; command: string; isGuess: boolean } | undefined {
  const { fields, rest } = fieldsOf(command, 1);
  const name = fields[0] ?? "";
  if (!rest.startsWith("/") || !/^[a-z_][a-z0-9_-]{0,31}$/.test(name) || PROGRAMS.has(name)) return undefined;
  return { name, command: rest, isGuess: !ACCOUNTS.has(name) };
}

/** The program's name: the last part of the path of the first word that sets no variable. */
function nameOf(command: string): string {
  const word = command.split(" ").find((part) => part !== "" && !part.includes("=")) ?? command;
  const file = word.slice(word.lastIndexOf("/") + 1);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}
