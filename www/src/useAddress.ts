import { useCallback, useEffect } from "react";
import type { Draft } from "./model";
import { writeHash } from "./url";

/** Keeps the address in step with the draft, and makes links. */
export function useAddress(draft: Draft, selected: string | null) {
  useEffect(() => {
    const timer = setTimeout(
      async () => history.replaceState(null, "", await writeHash(draft, { selected })),
      150,
    );
    return () => clearTimeout(timer);
  }, [draft, selected]);
  return useCallback(
    async (conf: boolean) => `${location.href.split("#")[0]}${await writeHash(draft, { conf, selected })}`,
    [draft, selected],
  );
}
