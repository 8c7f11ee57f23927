// The base class of the custom elements: properties and attributes become the settings of one backfill, its changes become DOM events.
import { createElement, type ReactNode } from "react";
import type { BackfillEvent } from "../face.js";
import { BackfillModel } from "../react/model/backfill_model.js";
import type { BackfillSettings } from "../react/model/settings.js";
import { type PageBackfill, useModel } from "../react/use_backfill.js";
import { Boundary } from "./boundary.js";
import { type Container, createContainer } from "./container.js";

/** Names of settings that are properties of an element. */
const PROPERTIES = [
  "dag",
  "options",
  "store",
  "existing",
  "executeRun",
  "executeTask",
  "engine",
  "runDuration",
  "locale",
  "worker",
] as const;

/** Methods of a backfill that are methods of an element. */
const METHODS = [
  ...["start", "retry", "pause", "resume", "cancel", "discard", "approve", "setMaxParallelRuns", "close"],
  ...["review", "replan"],
  ...["dismiss", "select", "selectDay", "toggle"],
] as const;
type Method =
  | ("start" | "retry" | "pause" | "resume" | "cancel" | "discard" | "approve" | "setMaxParallelRuns")
  | ("close" | "dismiss" | "select" | "selectDay" | "toggle" | "review" | "replan");

/** Draws a backfill as a React node, whose type pages without React do not have. `send` dispatches an event. */
export type Draw = (backfill: PageBackfill, send: (type: string, detail: unknown) => void) => unknown;

/** Events of an element, by name: those of every element, and its own. */
export interface BackfillElementEvents extends HTMLElementEventMap {
  "dagfill-change": CustomEvent<PageBackfill>;
  "dagfill-event": CustomEvent<BackfillEvent>;
  "dagfill-select": CustomEvent<{ row: number | null; day: number | null }>;
  "dagfill-range": CustomEvent<{ from: string; to: string }>;
  "dagfill-exclude": CustomEvent<{ day: string }>;
}

// A server has no elements: a class that extends nothing there can still be imported.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** A custom element over a backfill. Its properties are those of `useBackfill`; `dag` and `options` may be attributes with JSON.
 *
 *  Events, which bubble out of shadow trees: `dagfill-change` (detail: the snapshot) after each change, `dagfill-event` (detail: the
 *  event of the backfill), `dagfill-select` (detail: `{ row, day }`). */
export class BackfillElement extends Base {
  static readonly observedAttributes = ["dag", "options"];
  readonly #settings: Partial<BackfillSettings> = {};
  readonly #draw: Draw;
  /** Attributes whose text is no JSON, and why. */
  readonly #malformed = new Map<string, string>();
  #container: Container | null = null;
  /** Lives as long as the element, in the document or out of it: with it a running backfill, its records and what is chosen. */
  #model: BackfillModel | null = null;
  #backfill: PageBackfill | null = null;
  #isWaiting = false;

  constructor(draw: Draw) {
    super();
    this.#draw = draw;
  }

  connectedCallback(): void {
    for (const name of PROPERTIES) this.#upgrade(name);
    this.#container ??= createContainer(this);
    this.#render();
  }

  disconnectedCallback(): void {
    // An element that is moved is connected again by then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#container?.render(null);
    });
  }

  attributeChangedCallback(name: "dag" | "options", _: string | null, text: string | null): void {
    try {
      this.#malformed.delete(name);
      this.set(name, text === null ? undefined : JSON.parse(text));
    } catch (error) {
      this.#malformed.set(
        name,
        `<${this.localName} ${name}="...">: expected JSON: ${(error as Error).message}`,
      );
      this.set(name, undefined);
    }
  }

  /** The backfill of now; null before it was drawn. */
  get backfill(): PageBackfill | null {
    return this.#backfill;
  }

  /** @internal Properties go through here. */
  get<K extends keyof BackfillSettings>(name: K): BackfillSettings[K] | undefined {
    return this.#settings[name];
  }

  /** @internal */
  set<K extends keyof BackfillSettings>(name: K, value: BackfillSettings[K] | undefined): void {
    this.#settings[name] = value as never;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    // Properties that are set one after the other are drawn once.
    queueMicrotask(() => this.flush());
  }

  /** @internal Hands over at once what was set: a method that is called next works on it. */
  flush(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#render();
  }

  /** A property that was set before the element was defined hides the accessor of the class. */
  #upgrade(name: (typeof PROPERTIES)[number]): void {
    if (!Object.hasOwn(this, name)) return;
    const own = this as unknown as Record<string, unknown>;
    const value = own[name];
    delete own[name];
    own[name] = value;
  }

  #render(): void {
    const { dag, options } = this.#settings;
    if (this.#container === null || !this.isConnected) return;
    const [fault] = this.#malformed.values();
    if (fault !== undefined) {
      this.#container.render(createElement("p", { className: "dagfill dagfill-bad", role: "alert" }, fault));
      return;
    }
    const send = (type: string, detail: unknown) =>
      this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
    const settings: BackfillSettings = {
      ...this.#settings,
      dag,
      options,
      onEvent: (event) => void send("dagfill-event", event),
    };
    this.#model ??= new BackfillModel(settings);
    this.#model.configure(settings);
    const [model, draw, told] = [this.#model, this.#draw, this.#told];
    this.#container.render(createElement(Whole, { model, settings, draw, send, told }));
  }

  readonly #told = (backfill: PageBackfill, send: (type: string, detail: unknown) => void): void => {
    const before = this.#backfill;
    this.#backfill = backfill;
    if (before?.version === backfill.version) return;
    const { selected: row, selectedDay: day } = backfill;
    send("dagfill-change", backfill);
    if (before !== null && (before.selected !== row || before.selectedDay !== day))
      send("dagfill-select", { row, day });
  };
}

interface WholeProps {
  model: BackfillModel;
  settings: BackfillSettings;
  draw: Draw;
  send: (type: string, detail: unknown) => void;
  told: (backfill: PageBackfill, send: WholeProps["send"]) => void;
}

function Whole({ model, settings, draw, send, told }: WholeProps) {
  const backfill = useModel(model, settings);
  told(backfill, send);
  // One background below all parts: between them the page would show in its own colours.
  return createElement(
    "div",
    { className: "dagfill dagfill-whole" },
    createElement(Boundary, { settings }, draw(backfill, send) as ReactNode),
  );
}

for (const name of PROPERTIES)
  Object.defineProperty(BackfillElement.prototype, name, {
    get(this: BackfillElement) {
      return this.get(name);
    },
    set(this: BackfillElement, value: never) {
      this.set(name, value);
    },
    configurable: true,
    enumerable: true,
  });

for (const name of METHODS)
  Object.defineProperty(BackfillElement.prototype, name, {
    value(this: BackfillElement, ...args: unknown[]) {
      this.flush();
      return (this.backfill?.[name as Method] as ((...args: unknown[]) => unknown) | undefined)?.(...args);
    },
  });

/** The properties and methods that are made above. */
export interface BackfillElement
  extends Partial<Pick<BackfillSettings, (typeof PROPERTIES)[number]>>,
    Pick<PageBackfill, Method> {
  addEventListener<K extends keyof BackfillElementEvents>(
    type: K,
    listener: (this: this, event: BackfillElementEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof BackfillElementEvents>(
    type: K,
    listener: (this: this, event: BackfillElementEvents[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}
