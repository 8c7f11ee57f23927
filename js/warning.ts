// A remark that stops nothing.

/** Something a person should know before they go on. `code` is stable. */
export interface Warning {
  code: string;
  message: string;
  at?: string;
  count?: number;
}
