// Text of a template that nothing resolved.

/** A tag of a template that stayed as written. Spans are in UTF-16 units of the template. */
export interface Unresolved {
  /** Where the template stands: `command`, `params.query`. "" is the value itself. */
  path: string;
  text: string;
  start: number;
  end: number;
  message: string;
  suggestion?: string;
  /** Whether nothing but XCom is missing, which a run has once its tasks have run. */
  lacksXcom?: true;
}
