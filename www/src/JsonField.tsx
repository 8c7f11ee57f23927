import { readConf } from "./conf";

/** A folded field of JSON. The note below says what it is for, or where it cannot be read. */
export function JsonField(props: {
  label: string;
  name: string;
  placeholder: string;
  note: string;
  text: string;
  /** Whether it begins unfolded. */
  isSet: boolean;
  className?: string;
  onChange: (text: string) => void;
}) {
  const { label, name, placeholder, note, text, isSet, className, onChange } = props;
  const read = readConf(text);
  return (
    <details className={className} open={isSet || undefined}>
      <summary>{label}</summary>
      <textarea
        aria-label={label}
        name={name}
        rows={4}
        spellCheck={false}
        aria-invalid={!read.ok}
        aria-describedby={`${name}-note`}
        placeholder={placeholder}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${name}-note`} className={read.ok ? "note" : "note bad"}>
        {read.ok ? note : `Line ${read.line}, column ${read.column}: expected ${read.expected}.`}
      </p>
    </details>
  );
}
