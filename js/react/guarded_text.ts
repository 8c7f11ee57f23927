// The texts that a page computes: one that fails must not take the component away that shows it.
import { wrongSetting } from "./wrong_setting.js";

type Text = (...args: never[]) => unknown;

/** Names of the texts whose fault was told: they are asked again with each frame. */
const told = new Set<string>();

/** The page's own text; where it throws or gives none, English, and the console tells it once. */
export function guarded(name: string, own: Text, english: Text): Text {
  return (...args) => {
    let fault: string;
    try {
      const text = own(...args);
      if (typeof text === "string") return text;
      fault = `got ${typeof text}`;
    } catch (thrown) {
      fault = `it threw ${thrown}`;
    }
    if (!told.has(name)) console.error(wrongSetting(name, `${name}: expected a text, ${fault}`));
    told.add(name);
    return english(...args);
  };
}
