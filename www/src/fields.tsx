import { type ReactNode, startTransition, useId, useOptimistic, useRef, useState } from "react";
import { sentencesOf } from "./failure";
import type { EngineError } from "./model";

/** The value of a control, which shows a new one at once. The rest of the page follows in a transition: a key that is pressed meanwhile comes
 *  first. */
function useEcho<T>(value: T, onChange: (value: T) => void): [T, (value: T) => void] {
  const [shown, show] = useOptimistic(value);
  const change = (next: T) =>
    startTransition(() => {
      show(next);
      onChange(next);
    });
  return [shown, change];
}

/** A labelled text field whose text is only ever changed by its user: a new value from outside waits for the blur. */
export function TextField(props: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  error?: EngineError | null;
  errorText?: string | null;
  hint?: ReactNode;
  list?: string;
  mono?: boolean;
  action?: ReactNode;
  name: string;
}) {
  const { label, value, onChange, error, errorText, hint, list, mono, action, name } = props;
  const id = useId();
  const [typing, setTyping] = useState<string | null>(null);
  const message = errorText ?? (error ? sentencesOf(error) : null);
  const caret = error?.start !== undefined && error.input === value.trim() ? error : null;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="control">
        <input
          id={id}
          name={name}
          className={mono ? "mono" : undefined}
          value={typing ?? value}
          list={list}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={message !== null}
          aria-describedby={`${id}-note`}
          onFocus={(event) => setTyping(event.currentTarget.value)}
          onChange={(event) => {
            setTyping(event.target.value);
            startTransition(() => onChange(event.target.value));
          }}
          // In a transition, too: the changes that are not drawn yet come first.
          onBlur={() => startTransition(() => setTyping(null))}
        />
        {action}
      </div>
      {caret && <Caret text={value} error={caret} />}
      <div id={`${id}-note`} className={message ? "note bad" : "note"}>
        {message ?? hint}
      </div>
    </div>
  );
}

/** The text once more, with a mark under its wrong part. */
function Caret({ text, error }: { text: string; error: EngineError }) {
  const lead = text.length - text.trimStart().length;
  const start = (error.start ?? 0) + lead;
  const end = Math.max(start + 1, (error.end ?? 0) + lead);
  return (
    <pre className="caret" aria-hidden="true" data-testid="caret">
      {`${text}\n${" ".repeat(start)}${"^".repeat(end - start)}`}
    </pre>
  );
}

/** A bound: free text, and the platform's calendar behind a button. */
export function DateField(props: {
  label: string;
  name: string;
  value: string;
  onChange: (text: string) => void;
  error: EngineError | null;
  hint?: ReactNode;
}) {
  const native = useRef<HTMLInputElement>(null);
  const { label, onChange } = props;
  return (
    <TextField
      {...props}
      action={
        <>
          <button
            type="button"
            className="icon"
            aria-label={`${label}: choose a date`}
            onClick={() => native.current?.showPicker()}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <path d="M2.5 3.5h11v10h-11zM2.5 6.5h11M5 2v3M11 2v3" fill="none" stroke="currentColor" />
            </svg>
          </button>
          <input
            ref={native}
            type="date"
            className="picker"
            tabIndex={-1}
            aria-hidden="true"
            onChange={(event) => event.target.value && onChange(event.target.value)}
          />
        </>
      }
    />
  );
}

export function Choice<T extends string>(props: {
  legend: string;
  name: string;
  value: T;
  options: readonly { value: T; label: string; note?: string }[];
  onChange: (value: T) => void;
}) {
  const [chosen, choose] = useEcho(props.value, props.onChange);
  return (
    <fieldset className="choice">
      <legend>{props.legend}</legend>
      {props.options.map((option) => (
        <label key={option.value} title={option.note}>
          <input
            type="radio"
            name={props.name}
            checked={chosen === option.value}
            onChange={() => choose(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

export function NumberField(props: {
  label: string;
  name: string;
  value: number;
  low: number;
  high: number;
  step?: number;
  onChange: (value: number) => void;
}) {
  const id = useId();
  const [typing, setTyping] = useState<string | null>(null);
  return (
    <div className="field small">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        type="number"
        min={props.low}
        max={props.high}
        step={props.step ?? 1}
        value={typing ?? props.value}
        onChange={(event) => {
          setTyping(event.target.value);
          const value = event.target.valueAsNumber;
          if (value >= props.low && value <= props.high) startTransition(() => props.onChange(value));
        }}
        onBlur={() => startTransition(() => setTyping(null))}
      />
    </div>
  );
}
