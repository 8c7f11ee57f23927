import { useEffect, useState } from "react";
import { useMedia } from "./useMedia";

type Theme = "system" | "light" | "dark";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

/** Follows the system until the user chooses. `key` changes whenever colours do, for what is drawn by hand. */
export function useTheme() {
  const [theme, setTheme] = useState<Theme>(stored);
  const dark = useMedia("(prefers-color-scheme: dark)");
  const forced = useMedia("(forced-colors: active)");
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("dagfill.theme", theme);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  }, [theme]);
  const apply = () => {
    const next = NEXT[theme];
    // Before the next drawing, which reads the colours from the document.
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    setTheme(next);
  };
  return { theme, key: `${theme}-${dark}-${forced}`, next: apply };
}

function stored(): Theme {
  try {
    const theme = localStorage.getItem("dagfill.theme");
    const known = theme === "light" || theme === "dark" ? theme : "system";
    if (known !== "system") document.documentElement.dataset.theme = known;
    return known;
  } catch {
    return "system";
  }
}
