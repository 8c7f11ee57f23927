// dagfill completion: a script that completes verbs and flags in bash, zsh or fish, made of the tables that the command line is read by.
import { DagfillError } from "../../error.js";
import { shown } from "../../shown.js";
import type { Flag } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

type Verbs = () => Record<string, Verb>;

/** `verbs`: asked for when it runs, because this verb is one of them. */
export const completion = (verbs: Verbs): Verb => ({
  summary: "print a script for bash, zsh or fish that completes verbs and flags",
  positionals: ["SHELL"],
  flags: [],
  async run({ positionals: [shell = ""], terminal }) {
    const script = Object.hasOwn(scripts, shell) ? scripts[shell as keyof typeof scripts] : undefined;
    if (script === undefined) {
      throw new DagfillError(
        "INVALID_OPTION",
        `expected ${Object.keys(scripts).join(", ")}, got ${shown(shell)}`,
      );
    }
    for (const line of script(verbs())) terminal.line(line);
    return exitCodes.ok;
  },
});

const scripts = {
  bash: (verbs: Record<string, Verb>) => [
    '# eval "$(dagfill completion bash)"',
    "_dagfill() {",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own variables.
    '  local word="${COMP_WORDS[COMP_CWORD]}" words=""',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${Object.keys(verbs).join(" ")}"`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own variables.
    '  else case "${COMP_WORDS[1]}" in',
    ...Object.entries(verbs).map(([name, { flags }]) => `    ${name}) words="${dashed(flags).join(" ")}" ;;`),
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    // A word that begins no flag is a file.
    '  [[ "$word" == -* || "$COMP_CWORD" -eq 1 ]] || COMPREPLY+=($(compgen -f -- "$word"))',
    "}",
    "complete -o filenames -F _dagfill dagfill",
  ],
  zsh: (verbs: Record<string, Verb>) => [
    "#compdef dagfill",
    '# eval "$(dagfill completion zsh)"',
    "_dagfill() {",
    `  if (( CURRENT == 2 )); then local -a verbs=(${described(verbs)}); _describe verb verbs; return; fi`,
    "  case $words[2] in",
    ...Object.entries(verbs).map(
      ([name, { flags }]) =>
        `    ${name}) _arguments ${flags.map(zshFlag).join(" ")}${flags.length > 0 ? " " : ""}'*:file:_files' ;;`,
    ),
    "  esac",
    "}",
    "compdef _dagfill dagfill",
  ],
  fish: (verbs: Record<string, Verb>) => [
    "# dagfill completion fish | source",
    ...Object.entries(verbs).flatMap(([name, { summary, flags }]) => [
      `complete -c dagfill -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...flags.map(
        (flag) =>
          `complete -c dagfill -n '__fish_seen_subcommand_from ${name}' -l ${flag.name}${flag.value === undefined ? "" : " -r"} -d ${quoted(flag.meaning)}`,
      ),
    ]),
  ],
};

function dashed(flags: readonly Flag[]): string[] {
  return [...flags.map(({ name }) => `--${name}`), "--help"];
}

function described(verbs: Record<string, Verb>): string {
  return Object.entries(verbs)
    .map(([name, { summary }]) => quoted(`${name}:${summary}`))
    .join(" ");
}

function zshFlag({ name, value, meaning }: Flag): string {
  const text = meaning.replace(/[[\]:]/g, (sign) => `\\${sign}`);
  return quoted(
    value === undefined ? `--${name}[${text}]` : `--${name}[${text}]:${value.replace(/[[\]:]/g, "")}:`,
  );
}

/** In single quotes, as all three shells read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
