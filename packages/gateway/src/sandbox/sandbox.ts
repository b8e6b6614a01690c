import { GatewayError } from "@local-mcp/contract";
import {
  type JobKind,
  type Jobs,
  MOST_TEXT,
  type RenderOutcome,
  type TextOutcome,
  type Validity,
  type VariablesOutcome,
} from "./messages.ts";
import { LIMIT, SandboxThread } from "./worker-client.ts";

export type { TemplateError } from "./messages.ts";

/** Longer nothing may take, ms. */
const DEADLINE_MS = 1000;

export interface SandboxOptions {
  /** Of one job, ms. */
  deadlineMs?: number;
}

/** What a job is to people, where it is stopped. */
const WHAT: Record<JobKind, string> = {
  render: "The template",
  text: "The template",
  variables: "The template",
  validate: "Checking against the schema",
  checkSchema: "The schema",
  filter: "The response filter",
  checkFilter: "The response filter",
};

/**
 * Where templates, schemas and filters of others are worked on: in a thread without environment, with
 * little memory and a deadline, which is ended where one of them asks too much. Nothing but data gets
 * in and out. Not started before it is needed.
 *
 * Every method throws GatewayError sandbox_too_slow, sandbox_too_big, sandbox_ended, and what its
 * signal was aborted with.
 */
export class Sandbox {
  readonly #thread = new SandboxThread();
  readonly #deadlineMs: number;

  constructor({ deadlineMs = DEADLINE_MS }: SandboxOptions = {}) {
    this.#deadlineMs = deadlineMs;
  }

  /** The messages that a prompt template comes to: at least one. */
  render(
    template: string,
    values: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<RenderOutcome> {
    return this.#run("render", { template, values: Object.entries(values) }, signal);
  }

  /** What a template comes to, as it is: lines that begin messages of a prompt mean nothing in it. */
  text(
    template: string,
    values: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<TextOutcome> {
    return this.#run("text", { template, values: Object.entries(values) }, signal);
  }

  /** What a template reads; or what is wrong with it, as far as that shows without values. */
  variables(template: string): Promise<VariablesOutcome> {
    return this.#run("variables", { template });
  }

  /** Whether a value fits a JSON Schema (2020-12). */
  async validate(
    schema: Readonly<Record<string, unknown>> | boolean,
    value: unknown,
    signal?: AbortSignal,
  ): Promise<Validity> {
    return this.#run("validate", { schema: json(schema), value: json(value) }, signal);
  }

  /** What is wrong with a JSON Schema (2020-12), as a sentence with its place. */
  async checkSchema(schema: unknown): Promise<string | null> {
    return this.#run("checkSchema", { schema: json(schema) });
  }

  /**
   * What a JMESPath expression takes out of a JSON value; null where that is nothing.
   *
   * @throws GatewayError filter_failed; the others as of all
   */
  async filter(expression: string, value: unknown, signal?: AbortSignal): Promise<unknown> {
    const input = { expression, value: json(value, WHAT.filter) };
    const outcome = await this.#run("filter", input, signal);
    if ("problem" in outcome) throw new GatewayError("filter_failed", { detail: outcome.problem });
    return JSON.parse(outcome.json);
  }

  /** What is wrong with a JMESPath expression, as a sentence. */
  checkFilter(expression: string): Promise<string | null> {
    return this.#run("checkFilter", { expression });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #run<Kind extends JobKind>(
    kind: Kind,
    input: Jobs[Kind]["input"],
    signal?: AbortSignal,
  ): Promise<Jobs[Kind]["result"]> {
    const options = { what: WHAT[kind], deadlineMs: this.#deadlineMs, signal };
    return this.#thread.run(kind, input, options);
  }
}

/** @throws GatewayError sandbox_too_big, also for what is nested too deeply */
function json(value: unknown, what = WHAT.validate): string {
  const text = textOf(value);
  if (text === null || text.length > MOST_TEXT) {
    throw new GatewayError("sandbox_too_big", { what, limit: LIMIT });
  }
  return text;
}

const textOf = (value: unknown): string | null => {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};
