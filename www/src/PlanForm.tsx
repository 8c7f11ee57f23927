import { dayIn, englishDuration } from "dagfill/planning";
import { memo } from "react";
import { localOf, readBound } from "./bounds";
import { Curve } from "./Curve";
import { CLOCK_POLICIES } from "./clockPolicies";
import { shortLocal } from "./days";
import { type FaultyField, faultyField } from "./faultyField";
import { Choice, DateField, NumberField, TextField } from "./fields";
import { JsonField } from "./JsonField";
import type { Change, Draft, ScheduleView } from "./model";
import { Select } from "./Select";
import type { PlanState } from "./usePlan";

export interface FormProps {
  draft: Draft;
  change: Change;
  plan: PlanState;
  forget: () => void;
  fillHistory: () => void;
}

export const WHICH = [
  { value: "none", label: "Missing only", note: "Dates without a run" },
  { value: "failed", label: "Missing and failed", note: "Also runs that failed" },
  { value: "completed", label: "Everything", note: "Clears and repeats successful runs too" },
] as const;

/** The form "Backfill plan". Nothing in it is rewritten while it is typed into. */
export function PlanForm({ draft, change, plan, forget, fillHistory }: FormProps) {
  const error = plan.error;
  const schedule = plan.answer?.schedule;
  const faulty = faultyField(error);
  const at = (field: FaultyField) => (field === faulty ? error : null);
  const today = dayIn(draft.timeZone.trim(), Date.now());
  const read = (text: string, side: "start" | "end") => {
    const value = readBound(text, side, today);
    return value === text.trim() ? "both ends included" : `${value}, both ends included`;
  };
  return (
    <form className="plan-form" aria-label="Backfill plan" onSubmit={(event) => event.preventDefault()}>
      <TextField
        label="Schedule"
        name="schedule"
        mono
        value={draft.schedule}
        onChange={(text) => change({ schedule: text })}
        error={at("schedule")}
        hint={schedule && <ScheduleWords schedule={schedule} timeZone={draft.timeZone} />}
      />
      <TextField
        label="Time zone"
        name="timeZone"
        list="zones"
        value={draft.timeZone}
        onChange={(text) => change({ timeZone: text })}
        error={at("timeZone")}
      />
      {plan.hasCore && <Zones />}
      <DateField
        label="From"
        name="from"
        value={draft.from}
        onChange={(text) => change({ from: text })}
        error={at("from")}
        hint={read(draft.from, "start")}
      />
      <DateField
        label="To"
        name="to"
        value={draft.to}
        onChange={(text) => change({ to: text })}
        error={at("to")}
        hint={read(draft.to, "end")}
      />
      <Presets today={today} change={change} />
      <Choice
        legend="Which dates run"
        name="which"
        value={draft.which}
        options={WHICH}
        onChange={(which) => change({ which })}
      />
      <div className="pair">
        <NumberField
          label="Parallel runs"
          name="parallel"
          value={draft.parallel}
          low={1}
          high={1000}
          onChange={(parallel) => change({ parallel: Math.round(parallel) })}
        />
        <label className="tick">
          <input
            type="checkbox"
            checked={draft.backwards}
            onChange={(event) => change({ backwards: event.target.checked })}
          />
          newest first
        </label>
      </div>
      {plan.estimate && <Curve curve={plan.estimate.byLanes} lanes={draft.parallel} />}
      <JsonField
        label="Conf (JSON)"
        name="conf"
        isSet={draft.conf !== ""}
        placeholder={'{ "region": "eu" }'}
        note="Read by {{ dag_run.conf.key }}."
        text={draft.conf}
        onChange={(conf) => change({ conf })}
      />
      <details>
        <summary>Clock changes and interval</summary>
        <Select
          label="Repeated and missing times"
          value={draft.dst}
          options={CLOCK_POLICIES}
          onChange={(dst) => change({ dst })}
        />
        <Select
          label="A run is due"
          value={draft.kind}
          options={[
            { value: "interval", label: "when its interval has ended" },
            { value: "trigger", label: "at its own time" },
          ]}
          onChange={(kind) => change({ kind })}
        />
        <label className="tick">
          <input
            type="checkbox"
            checked={draft.notDue}
            onChange={(event) => change({ notDue: event.target.checked })}
          />
          also dates that are not due yet
        </label>
      </details>
      <SimulationFields draft={draft} change={change} forget={forget} fillHistory={fillHistory} plan={plan} />
    </form>
  );
}

/** Four hundred names that never change. They are made behind the first plan, which they would hold up. */
const Zones = memo(function Zones() {
  return (
    <datalist id="zones">
      {Intl.supportedValuesOf("timeZone").map((zone) => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  );
});

function ScheduleWords({ schedule, timeZone }: { schedule: ScheduleView; timeZone: string }) {
  // Clock changes inside the range are told beside the calendar; those of other years would only be noise.
  const warnings = schedule.warnings.filter((warning) => warning.code !== "clock_change");
  return (
    <>
      <b data-testid="schedule-words">{schedule.text}</b>
      {schedule.next.length > 0 && (
        <span className="block">
          Next: {schedule.next.map((at) => shortLocal(localOf(at, timeZone))).join(", ")}
        </span>
      )}
      {warnings.map((warning) => (
        <span key={warning.code} className="warn" data-code={warning.code}>
          {warning.message}
        </span>
      ))}
    </>
  );
}

function Presets({ today, change }: { today: number; change: FormProps["change"] }) {
  const year = new Date(today * 86_400_000).getUTCFullYear();
  const presets = [
    { label: String(year - 1), from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
    { label: String(year), from: `${year}-01-01`, to: `${year}-12-31` },
    { label: "30 days", from: "-30d", to: "yesterday" },
  ];
  return (
    <div className="chips">
      {presets.map(({ label, from, to }) => (
        <button key={label} type="button" onClick={() => change({ from, to })}>
          {label}
        </button>
      ))}
    </div>
  );
}

function SimulationFields({ draft, change, forget, fillHistory, plan }: FormProps) {
  const { simulation } = draft;
  const set = (part: Partial<Draft["simulation"]>) =>
    change((before) => ({ simulation: { ...before.simulation, ...part } }));
  return (
    <details>
      <summary>Simulation: {englishDuration(simulation.seconds * 1000)} a run</summary>
      <p className="note">
        No server is involved: a run waits, then succeeds or fails, always the same for the same seed.
      </p>
      <div className="pair">
        <NumberField
          label="Seconds a run"
          name="seconds"
          value={simulation.seconds}
          low={0}
          high={86_400}
          step={0.1}
          onChange={(seconds) => set({ seconds })}
        />
        <NumberField
          label="Fail, %"
          name="failure"
          value={Math.round(simulation.failureRate * 1000) / 10}
          low={0}
          high={100}
          step={0.1}
          onChange={(percent) => set({ failureRate: percent / 100 })}
        />
        <NumberField
          label="Seed"
          name="seed"
          value={simulation.seed}
          low={0}
          high={0xffffffff}
          onChange={(seed) => set({ seed: Math.round(seed) })}
        />
      </div>
      <div className="chips">
        <button type="button" onClick={fillHistory} disabled={!plan.plan}>
          Add sample history
        </button>
        <button type="button" onClick={forget}>
          Forget all records
        </button>
      </div>
    </details>
  );
}
