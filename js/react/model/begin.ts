// How a backfill of a page begins: started from a plan, or taken up where another process left it.
import type { BackfillLimits, RunStore } from "../../face.js";
import { type Driven, drive, type Listener } from "./driven.js";
import { storedBackfill } from "./reviewed.js";
import { type Origin, type OtherOptions, optionsWith, serviceOf } from "./service_of.js";

export function started(
  store: RunStore,
  origin: Origin,
  more: OtherOptions,
  listener: Listener,
): Promise<Driven> {
  const options = optionsWith(origin.settings, more);
  return drive(store, origin, listener, (onEvent) => serviceOf(store, origin).start(options, { onEvent }));
}

/** Goes on with a backfill, also with a paused one, which the service alone would leave paused. `limits`: in place of those that it was started
 *  with. */
export async function resumed(
  store: RunStore,
  origin: Origin,
  backfillId: string,
  limits: BackfillLimits | undefined,
  listener: Listener,
): Promise<Driven> {
  const more = limits === undefined ? {} : { limits };
  const { options } = await storedBackfill(store, origin, backfillId);
  origin.setOptions({ ...options, ...limits });
  return drive(store, origin, listener, async (onEvent) => {
    const backfill = await serviceOf(store, origin).resume(backfillId, { onEvent, ...more });
    backfill.resume();
    return backfill;
  });
}
