import { useRef } from "react";
import { plural } from "./days";
import type { ExportFormat } from "./engine/export";
import { EXAMPLES, type Example } from "./examples";
import { FLAVOURS, type Flavour } from "./flavours";
import type { OwnDag } from "./useOwnDags";

/** A button with a popover of the platform: closes by Escape and by a click outside. */
export function Menu({
  label,
  name,
  children,
}: {
  label: string;
  name: string;
  /** `closing` makes the handler of an entry, which closes the menu first. */
  children: (closing: (choose: () => void) => () => void) => React.ReactNode;
}) {
  const popover = useRef<HTMLDivElement>(null);
  const id = `menu-${name}`;
  return (
    <div className="menu">
      <button type="button" popoverTarget={id} aria-haspopup="true">
        <span>{label}</span>
        <span aria-hidden="true">▾</span>
      </button>
      <div id={id} popover="auto" ref={popover} className="menu-list">
        {children((choose) => () => {
          popover.current?.hidePopover();
          choose();
        })}
      </div>
    </div>
  );
}

export interface DagChoice {
  /** The DAGs that the user has brought, the newest first. */
  own: readonly OwnDag[];
  onOwn: (dag: OwnDag) => void;
  onForget: (dagId: string) => void;
  onExample: (example: Example) => void;
}

/** The picker of DAGs: those of the user, and the page's examples. */
export function Dags({ dagId, own, onOwn, onForget, onExample }: DagChoice & { dagId: string }) {
  return (
    <Menu label={dagId || "Examples"} name="examples">
      {(closing) => (
        <>
          {own.length > 0 && (
            // biome-ignore lint/a11y/useSemanticElements: a group of a menu is no fieldset.
            <div role="group" aria-label="Yours">
              <p className="note">Yours, kept in this browser</p>
              {own.map((dag) => (
                <div key={dag.dagId} className="control">
                  <button type="button" className="gap" onClick={closing(() => onOwn(dag))}>
                    <b>{dag.dagId}</b>
                    <span className="dim">{summaryOf(dag)}</span>
                  </button>
                  <button
                    type="button"
                    aria-label={`Forget ${dag.dagId}`}
                    title={`Forget ${dag.dagId}`}
                    onClick={() => onForget(dag.dagId)}
                  >
                    ×
                  </button>
                </div>
              ))}
            </div>
          )}
          {own.length > 0 && <p className="note">Examples</p>}
          {EXAMPLES.map((example) => (
            <button key={example.name} type="button" onClick={closing(() => onExample(example))}>
              <b>{example.name}</b>
              <span className="dim">{example.note}</span>
            </button>
          ))}
        </>
      )}
    </Menu>
  );
}

const summaryOf = ({ schedule, timeZone, tasks }: OwnDag) =>
  `${schedule || "No schedule"}, ${timeZone}, ${plural(tasks.length, "task")}`;

export function CopyCode({ choose }: { choose: (flavour: Flavour) => void }) {
  return (
    <Menu label="Copy as code" name="code">
      {(closing) =>
        FLAVOURS.map(({ id, label }) => (
          <button key={id} type="button" onClick={closing(() => choose(id))}>
            {label}
          </button>
        ))
      }
    </Menu>
  );
}

const EXPORTS = [
  { format: "json", label: "JSON with reasons" },
  { format: "csv", label: "CSV with commands" },
  { format: "html", label: "HTML report" },
] as const;

export function ExportMenu({
  choose,
  disabled,
  written,
}: {
  choose: (format: ExportFormat) => void;
  disabled: boolean;
  /** The share of a large file that is written, 0 to 1; null when none is. */
  written: number | null;
}) {
  return (
    <Menu label={written === null ? "Export" : `Export: ${Math.floor(written * 100)} %`} name="export">
      {(closing) =>
        EXPORTS.map(({ format, label }) => (
          <button key={format} type="button" disabled={disabled} onClick={closing(() => choose(format))}>
            {label}
          </button>
        ))
      }
    </Menu>
  );
}
