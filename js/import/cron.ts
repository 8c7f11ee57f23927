// Cron texts of Airflow, which reads them by croniter.

/** A cron text as dagfill reads it: croniter has seconds behind the day of the week, and the year behind them; here seconds come first. */
export function airflowCron(text: string, note: (message: string) => void): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6 && fields.length !== 7) return text;
  const [seconds = "0"] = fields.splice(5, 1);
  const cron = [seconds, ...fields].join(" ");
  note(
    `Airflow reads the sixth field of "${text}" as seconds: imported as "${cron}", where seconds come first`,
  );
  return cron;
}
