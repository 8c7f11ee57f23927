import { startTransition, useEffect, useState } from "react";
import { number, plural } from "./days";
import type { Brought } from "./engine/bring";
import type { Engine } from "./engine/engine";
import { failureOf, sentencesOf } from "./failure";
import { Modal } from "./Modal";
import type { Draft, EngineError } from "./model";
import { noSchedule } from "./noSchedule";
import type { OwnDag } from "./useOwnDags";

/** A file that was dropped or opened. */
export interface Given {
  text: string;
  fileName?: string;
}

/** The message for a text that holds no DAG, without hints at options that only a program can set. */
function unreadable(failure: EngineError): string {
  if (failure.code !== "INVALID_DAG" || failure.field !== "text") return sentencesOf(failure);
  // The importer names the formats that it knows where the text is none of them.
  if (failure.details !== undefined) return UNKNOWN;
  return `It cannot be read: ${failure.message.replace("text: ", "")}.`;
}

const UNKNOWN =
  "The page could not tell what this is. It reads a crontab line such as 30 2 * * * /opt/load.sh, an Airflow file with DAG(...) or @dag, " +
  'JSON such as {"dagId": "orders", "schedule": "@daily"}, a dbt manifest.json, a Kubernetes CronJob, ' +
  "and a list of runs.";

/** Takes over a DAG, or the records of one, from another system. */
export function BringDialog(props: {
  engine: Engine | null;
  draft: Draft;
  given: Given | null;
  onBrought: (dag: OwnDag) => void;
  onRecords: () => void;
  onClose: () => void;
}) {
  const { engine, draft, given, onBrought, onRecords, onClose } = props;
  const [text, setText] = useState(given?.text ?? "");
  const [fileName, setFileName] = useState(given?.fileName);
  const [brought, setBrought] = useState<Brought | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const read = async (what: string, name: string | undefined) => {
    setBrought(null);
    setRefused(null);
    try {
      // Loaded when it is asked for: reading Python is a third of the package.
      const { readBrought } = await import("./engine/bring");
      if (engine === null) return;
      await engine.openCore();
      const answer = await readBrought(what, name, draft, engine.store);
      setBrought(answer);
      if (answer.kind === "runs") onRecords();
      else if (answer.drafts.length === 0) setRefused("There is no DAG in it.");
    } catch (thrown) {
      setRefused(unreadable(failureOf(thrown)));
    }
  };
  const open = async (file: File | undefined) => {
    if (!file) return;
    const content = await file.text();
    setText(content);
    setFileName(file.name);
    await read(content, file.name);
  };
  useEffect(() => {
    if (given) void read(given.text, given.fileName);
    // A file that was dropped is read once.
  }, []);
  return (
    <Modal title="Bring your own DAG" onClose={onClose} className="wide">
      <p>
        Paste, drop or open: an Airflow DAG file, dagfill's or Airflow's JSON, a crontab, a dbt manifest, a
        Kubernetes CronJob, or the runs of {draft.dagId || "this DAG"} (
        <code>airflow dags list-runs -o json</code>, CSV). Nothing leaves this browser, and nothing of it is
        executed.
      </p>
      <textarea
        aria-label="Text of a DAG or of runs"
        data-first
        rows={10}
        spellCheck={false}
        placeholder={"30 2 * * * /opt/load.sh"}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setFileName(undefined);
          setBrought(null);
          setRefused(null);
        }}
      />
      {refused !== null && (
        <p role="alert" className="bad" data-testid="bring-refused">
          {refused}
        </p>
      )}
      {brought && (
        <Answer brought={brought} choose={(part) => [onClose(), startTransition(() => onBrought(part))]} />
      )}
      <div className="buttons">
        <label className="file">
          Open a file
          <input
            type="file"
            accept=".py,.json,.yaml,.yml,.csv,.txt,.cron,text/*,application/json"
            onChange={(event) => void open(event.target.files?.[0])}
          />
        </label>
        <button
          type="button"
          className={brought ? undefined : "primary"}
          disabled={text.trim() === ""}
          onClick={() => void read(text, fileName)}
        >
          Read it
        </button>
      </div>
    </Modal>
  );
}

function Answer({ brought, choose }: { brought: Brought; choose: (dag: OwnDag) => void }) {
  if (brought.kind === "runs") {
    const { created, updated, unchanged, kept } = brought.stored;
    return (
      <div role="status" data-testid="brought">
        <p>
          {plural(created + updated, "run")} of {brought.dagId} taken over
          {unchanged > 0 && `, ${number(unchanged)} known already`}
          {kept > 0 && `, ${number(kept)} left as this page ran them`}.
        </p>
        <Lines
          lines={brought.left.map(({ reason, count }) => `${number(count)}: ${reason}`)}
          title="Left out"
        />
      </div>
    );
  }
  return (
    <div data-testid="brought">
      <div className="chips">
        {brought.drafts.slice(0, 200).map((part) => (
          <button key={part.dagId} type="button" className="primary" onClick={() => choose(part)}>
            Use {part.dagId} <span>({plural(part.tasks?.length ?? 0, "task")})</span>
          </button>
        ))}
      </div>
      {brought.drafts
        .filter(({ schedule }) => schedule === "")
        .slice(0, 20)
        .map(({ dagId }) => (
          <p key={dagId} className="warn">
            {noSchedule(dagId)}
          </p>
        ))}
      <Lines lines={brought.notes} title="Not taken over as it is" />
    </div>
  );
}

function Lines({ lines, title }: { lines: readonly string[]; title: string }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="notes brought">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}
