// What crosses between the gateway and the thread of the sandbox. Values of others cross as JSON text:
// nothing of it is taken apart where it could do harm.

export interface PromptMessage {
  role: "user" | "assistant";
  text: string;
}

/** Line from 1; null where it cannot be told. */
export interface TemplateError {
  line: number | null;
  message: string;
}

export type RenderOutcome = { messages: PromptMessage[] } | { error: TemplateError };
export type TextOutcome = { text: string } | { error: TemplateError };
/** Names that a template reads and does not set itself, in the order in which it does. */
export type VariablesOutcome = { variables: string[] } | { error: TemplateError };

export interface SchemaProblem {
  /** `pet/tags/0`; empty for the whole. */
  path: string;
  message: string;
}
export interface Validity {
  valid: boolean;
  /** The first few. */
  problems: SchemaProblem[];
}

interface Rendering {
  template: string;
  values: [name: string, value: string][];
}

/** What the sandbox can be given to do: each by its name, with what it gets and what comes of it. */
export interface Jobs {
  render: { input: Rendering; result: RenderOutcome };
  text: { input: Rendering; result: TextOutcome };
  variables: { input: { template: string }; result: VariablesOutcome };
  /** `schema` and `value` are JSON. */
  validate: { input: { schema: string; value: string }; result: Validity };
  /** A sentence, or null. `schema` is JSON. */
  checkSchema: { input: { schema: string }; result: string | null };
  /** `value` and `json` are JSON. A `problem` is a sentence. */
  filter: {
    input: { expression: string; value: string };
    result: { json: string } | { problem: string };
  };
  /** A sentence, or null. */
  checkFilter: { input: { expression: string }; result: string | null };
}
export type JobKind = keyof Jobs;

export interface Task<Kind extends JobKind = JobKind> {
  kind: Kind;
  input: Jobs[Kind]["input"];
}

export type Reply<Result> =
  /** The thread is loaded; the deadline of a job does not count that. */
  { kind: "ready" } | { kind: "done"; result: Result } | { kind: "too-big" };

/** No text in the sandbox gets longer, in UTF-16 units. */
export const MOST_TEXT = 4 * 1024 * 1024;
