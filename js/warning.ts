// Warnings: they do not stop anything.

/** A fact that the user should know before they continue. `code` is stable. */
export interface Warning {
  code: string;
  message: string;
  at?: string;
  count?: number;
}
