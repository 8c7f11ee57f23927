/** The choices of a schedule for wall-clock times that a clock change repeats or removes. */
export const CLOCK_POLICIES = [
  { value: "airflow", label: "as Airflow does" },
  { value: "earlier", label: "earlier reading" },
  { value: "later", label: "later reading" },
  { value: "skip", label: "skip times that do not exist" },
  { value: "both", label: "both readings" },
  { value: "java", label: "as java.time and cron-parser do" },
  { value: "kubernetes", label: "as Kubernetes does" },
  { value: "vixie", label: "as Debian's cron does" },
] as const;
