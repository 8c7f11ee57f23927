// The entry dagfill/element: the components of dagfill/react as custom elements, for pages without React.
export type { BackfillElementEvents } from "./element/backfill_element.js";

import { DagfillCalendarElement, DagfillPlanElement, defineElements } from "./element/elements.js";

defineElements();

export { DagfillCalendarElement, DagfillPlanElement };

declare global {
  interface HTMLElementTagNameMap {
    "dagfill-plan": DagfillPlanElement;
    "dagfill-calendar": DagfillCalendarElement;
  }
}
