// The option `engine` of a host.

/** An engine executes runs and tasks outside of this process. See `dagfill/engine`, whose `defineEngine` makes one. */
export interface Engine {
  readonly name: string;
  close(): Promise<void>;
}
