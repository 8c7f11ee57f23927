import type { UnknownMacro } from "./model";

/** A command as it is written; what nobody can resolve is underlined, with a suggestion. */
export function Template({ text, unknown }: { text: string; unknown: readonly UnknownMacro[] }) {
  const parts: React.ReactNode[] = [];
  let at = 0;
  for (const each of unknown) {
    parts.push(text.slice(at, each.start));
    parts.push(
      <mark key={each.start} className="unknown" title={sayUnknown(each)}>
        {text.slice(each.start, each.end)}
      </mark>,
    );
    at = each.end;
  }
  parts.push(text.slice(at));
  return <code>{parts}</code>;
}

export function sayUnknown(unknown: UnknownMacro): string {
  const hint = unknown.suggestion ? ` Did you mean ${unknown.suggestion}?` : "";
  return `${unknown.text} is not defined.${hint}`;
}
