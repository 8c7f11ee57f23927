// A schedule while it is typed: in words, with its next dates and what to know about them.
import { useEffect, useId, useState } from "react";
import { DagfillError, explainSchedule, type ScheduleInput, type TimetableOptions } from "../../face.js";
import { withEnglish } from "../english.js";
import { errorHint, errorWords } from "../error_words.js";
import type { Locale, LocaleText } from "../locale.js";
import { pageError } from "../model/page_error.js";
import type { ScheduleWords } from "../planning/planning.js";
import { type PartProps, Root } from "./root.js";

export interface ScheduleFieldProps extends PartProps {
  /** A cron text, a preset such as `@daily`, or a period such as `PT6H`. */
  value: string;
  onChange: (value: string) => void;
  /** Time zone, kind and treatment of clock changes: what the schedule's dates depend on. */
  options?: TimetableOptions | undefined;
  /** How many next dates are shown. Default 3. */
  count?: number | undefined;
  label?: string | undefined;
  locale?: LocaleText | undefined;
}

/** A text that begins with P is a period, every other one cron or a preset. */
export function scheduleOf(text: string): ScheduleInput {
  const trimmed = text.trim();
  return trimmed.startsWith("P") ? { every: trimmed } : trimmed;
}

type Explained = { words: ScheduleWords; error: null } | { words: null; error: Error } | null;

/** A text field that explains the schedule in it. The text is never changed under the cursor. */
export function ScheduleField(props: ScheduleFieldProps) {
  const { value, onChange, options, count = 3, label, className, style } = props;
  const locale = withEnglish(props.locale);
  const id = useId();
  const explained = useExplained(value, options, count);
  const { error = null, words = null } = explained ?? {};
  return (
    <Root part="schedule" className={className} style={style}>
      <label htmlFor={id}>{label ?? locale.schedule}</label>
      <input
        id={id}
        value={value}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={error !== null && !isUnavailable(error)}
        aria-describedby={`${id}words`}
        onChange={(event) => onChange(event.target.value)}
      />
      <div id={`${id}words`} role="status">
        {error !== null && <Fault error={error} value={value} locale={locale} />}
        {words !== null && <p>{words.text}</p>}
        {words?.warnings.map(({ code, message }) => (
          <p key={code + message} className="dagfill-warn">
            {message}
          </p>
        ))}
        {words !== null && words.next.length > 0 && (
          <p className="dagfill-dim">
            {locale.nextDates}:{" "}
            {words.next.map((at) => localWords(at, options?.timeZone, locale.language)).join("; ")}
          </p>
        )}
      </div>
    </Root>
  );
}

/** In an effect, so that a server that renders the field does not start the core. */
function useExplained(value: string, options: TimetableOptions | undefined, count: number): Explained {
  const [explained, setExplained] = useState<Explained>(null);
  const asked = JSON.stringify(options ?? {});
  useEffect(() => {
    try {
      const words = explainSchedule(scheduleOf(value), { ...JSON.parse(asked), count });
      setExplained({ words, error: null });
    } catch (thrown) {
      setExplained({ words: null, error: pageError(thrown) });
    }
  }, [value, asked, count]);
  return explained;
}

/** The core cannot be started here, by a policy of the page for example: that says nothing of the schedule. */
const isUnavailable = (error: Error): boolean =>
  error instanceof DagfillError && error.code === "WASM_UNAVAILABLE";

/** The message, with a mark under what is wrong. */
function Fault({ error, value, locale }: { error: Error; value: string; locale: Locale }) {
  const hint = errorHint(locale, error);
  const { input, start, end } = error instanceof DagfillError ? error : {};
  const hasSpan = input === value.trim() && start !== undefined && end !== undefined && end > start;
  return (
    <div className="dagfill-bad">
      {hasSpan && (
        <code>
          {input.slice(0, start)}
          <mark>{input.slice(start, end)}</mark>
          {input.slice(end)}
        </code>
      )}
      <p>{errorWords(locale, error)}</p>
      {hint !== null && <p>{hint}</p>}
    </div>
  );
}

/** An instant on the clock of the schedule's zone. */
function localWords(at: string, timeZone: string | undefined, language: string): string {
  const options = { weekday: "short", year: "numeric", month: "short", day: "numeric" } as const;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  try {
    const format = new Intl.DateTimeFormat(language, { ...options, ...time, timeZone: timeZone ?? "UTC" });
    return format.format(Date.parse(at));
  } catch {
    return at;
  }
}
