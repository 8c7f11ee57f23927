import { useCallback, useEffect } from "react";
import type { Draft } from "./model";
import { fixedRange } from "./request";
import { type Address, readHash, writeHash } from "./url";

export interface LinkOptions {
  /** With the conf, which may hold secrets. */
  conf: boolean;
  /** With the dates that words such as "yesterday" mean today. */
  fixed: boolean;
}

/** Keeps the address in step with the draft and the draft with an address that the user has changed, and makes links. */
export function useAddress(
  draft: Draft,
  selected: string | null,
  starting: number | null,
  onAddress: (address: Address) => void,
) {
  useEffect(() => {
    const timer = setTimeout(
      async () => history.replaceState(null, "", await writeHash(draft, { selected })),
      150,
    );
    return () => clearTimeout(timer);
  }, [draft, selected]);
  useEffect(() => {
    // Not fired by replaceState: only by the user, and by going back and forth.
    const follow = () => {
      // Every plan says its version: what does not, such as the skip link, is a place on the page.
      if (new URLSearchParams(location.hash.slice(1)).has("v")) void readHash(location.hash).then(onAddress);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [onAddress]);
  return useCallback(
    async ({ conf, fixed }: LinkOptions) => {
      const linked = fixed ? { ...draft, ...fixedRange(draft, Date.now()) } : draft;
      return `${location.href.split("#")[0]}${await writeHash(linked, { conf, selected, starting })}`;
    },
    [draft, selected, starting],
  );
}
