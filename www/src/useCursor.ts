import { dayOfRow, dayText, firstRow, parseDay } from "dagfill/planning";
import { startTransition, useCallback, useEffect, useMemo, useState } from "react";
import type { PlanView } from "./model";

/** The chosen date, and the one under the pointer. A day without dates can be chosen too. */
export function useCursor(plan: PlanView | null, initial: string | null) {
  const [day, setDay] = useState<number | null>(initial === null ? null : parseDay(initial));
  const [row, setRow] = useState<number | null>(null);
  const [hover, setHover] = useState<number | null>(null);

  // A new plan numbers its rows anew: the day stays, and so does the time where the day has several.
  useEffect(() => {
    if (!plan) return;
    const isInside = day !== null && day >= plan.firstDay && day <= plan.lastDay;
    // The new plan is drawn first, then the choice in it.
    startTransition(() => {
      setRow(day === null ? null : firstRow(plan.days, day));
      if (!isInside && plan.total > 0) {
        setDay(dayOfRow(plan, 0));
        setRow(0);
      }
    });
    // Only a new plan does this.
  }, [plan]);

  const chooseDay = useCallback(
    (chosen: number) => {
      setDay(chosen);
      setRow(plan ? firstRow(plan.days, chosen) : null);
    },
    [plan],
  );
  const chooseRow = useCallback(
    (chosen: number) => {
      setRow(chosen);
      if (plan) setDay(dayOfRow(plan, chosen));
    },
    [plan],
  );
  const hoverRow = useMemo(() => (plan && hover !== null ? firstRow(plan.days, hover) : null), [plan, hover]);
  return {
    day,
    row,
    shown: hoverRow ?? row,
    text: day === null ? null : dayText(day),
    chooseDay,
    chooseRow,
    setHover,
  };
}
