import { parentPort } from "node:worker_threads";
import { checkFilter, filter } from "./filter.ts";
import { renderMessages, renderText, variablesOf } from "./jinja/render.ts";
import { limitBuiltins, TooBig } from "./limits.ts";
import type { JobKind, Jobs, Reply, Task } from "./messages.ts";
import { checkSchema, validate } from "./schema.ts";

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (reply: Reply<unknown>): void => parentPort?.postMessage(reply);

const JOBS: { [Kind in JobKind]: (input: Jobs[Kind]["input"]) => Jobs[Kind]["result"] } = {
  render: ({ template, values }) => renderMessages(template, values),
  text: ({ template, values }) => renderText(template, values),
  variables: ({ template }) => variablesOf(template),
  validate: ({ schema, value }) => validate(JSON.parse(schema), JSON.parse(value)),
  checkSchema: ({ schema }) => checkSchema(JSON.parse(schema)),
  filter: ({ expression, value }) => filter(expression, JSON.parse(value)),
  checkFilter: ({ expression }) => checkFilter(expression),
};

const run = <Kind extends JobKind>({ kind, input }: Task<Kind>): Jobs[Kind]["result"] =>
  JOBS[kind](input);

limitBuiltins();

/** One at a time. What else fails is a fault of ours, and ends the thread. */
parentPort?.on("message", (task: Task) => {
  try {
    post({ kind: "done", result: run(task) });
  } catch (error) {
    if (!(error instanceof TooBig)) throw error;
    post({ kind: "too-big" });
  }
});

post({ kind: "ready" });
