/** The plan as text to paste somewhere else. */
export const FLAVOURS = [
  { id: "js", label: "JavaScript" },
  { id: "cli", label: "dagfill CLI" },
  { id: "airflow3", label: "Airflow 3 CLI" },
  { id: "airflow2", label: "Airflow 2 CLI" },
  { id: "json", label: "JSON request" },
] as const;
export type Flavour = (typeof FLAVOURS)[number]["id"];
