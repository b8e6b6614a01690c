import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  letrec,
  maxSafeInteger,
  oneof,
  option,
  record,
  string,
  tuple,
} from "fast-check";
import type { Script } from "../fixtures/mirror-server.ts";

type Json = Record<string, unknown>;

/** A value as it is after it has been on the wire, which is how both sides compare it. */
export const onTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value));

const text = oneof(
  string({ unit: "binary", maxLength: 12 }),
  constantFrom(
    "",
    "\u2028\u2029",
    "\ud800",
    "x\udc00y",
    "\u0000\u001f\u007f",
    "__proto__",
    "\ufeffh\u00e9llo \ud83c\udf0d",
    '"\\/\r\n',
  ),
);

const number = oneof(
  maxSafeInteger(),
  double({ noNaN: true, noDefaultInfinity: true }),
  constantFrom(0, 2 ** 53, -(2 ** 53), 1e21, 5e-324, 0.1),
);

/** Any JSON value. */
const json = letrec<{ value: unknown; leaf: unknown }>((tie) => ({
  leaf: oneof(text, number, boolean(), constantFrom(null, {}, [], "")),
  value: oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    array(tie("value"), { maxLength: 3 }),
    dictionary(text, tie("value"), { maxKeys: 3 }),
  ),
})).value;

const object = dictionary(text, json, { maxKeys: 3 });

/** Fields that no schema names. */
const unknown = dictionary(
  text.map((name) => `x-${name}`),
  json,
  { maxKeys: 2 },
);

const meta = dictionary(
  constantFrom("traceparent", "tracestate", "vendor.example/key", "claudecode/toolUseId", "x", ""),
  json,
  { maxKeys: 3 },
);

/** These fields, some of them left out, with a `_meta` and fields that nobody knows. */
const fields = (
  known: Record<string, Arbitrary<unknown>>,
  ...required: string[]
): Arbitrary<Json> =>
  tuple(record(known, { requiredKeys: required }), option(meta), unknown).map(
    ([named, meta, unknown]) => ({ ...named, ...(meta !== null && { _meta: meta }), ...unknown }),
  );

const icons = array(fields({ src: text, mimeType: text, sizes: array(text), theme: text }), {
  maxLength: 2,
});

const content = oneof(
  fields({ type: constant("text"), text, annotations: object }, "type", "text"),
  fields({ type: constant("image"), data: text, mimeType: text }, "type"),
  fields({ type: constant("resource_link"), uri: text, name: text, icons }, "type"),
  fields({ type: constant("resource"), resource: fields({ uri: text, text }) }, "type"),
  fields({ type: text.map((name) => `vendor/${name}`), payload: json }, "type"),
);

const schema = fields(
  { type: constant("object"), properties: dictionary(text, object, { maxKeys: 2 }), $defs: object },
  "type",
);

/** Entries of the lists, without what they are known by. */
export const entries = {
  tools: fields({
    title: text,
    description: text,
    inputSchema: schema,
    outputSchema: schema,
    annotations: fields({ readOnlyHint: boolean(), title: text }),
    execution: fields({ taskSupport: constantFrom("optional", "forbidden") }),
    icons,
  }),
  prompts: fields({
    title: text,
    description: text,
    arguments: array(fields({ name: text })),
    icons,
  }),
  resources: fields({ name: text, mimeType: text, size: number, annotations: object, icons }),
  resourceTemplates: fields({ name: text, mimeType: text, annotations: object, icons }),
};

/** What a client or a server may declare that it can do, beside what the test needs of it. */
export const declared: Arbitrary<Json> = unknown;
export const anyObject: Arbitrary<Json> = object;

const result: Record<Method, Arbitrary<Json>> = {
  "tools/call": fields({
    content: array(content, { maxLength: 3 }),
    structuredContent: json,
    isError: boolean(),
  }),
  "prompts/get": fields({
    description: text,
    messages: array(fields({ role: constantFrom("user", "assistant"), content }), { maxLength: 2 }),
  }),
  "resources/read": fields({
    contents: array(fields({ uri: text, mimeType: text, text, blob: text }), { maxLength: 2 }),
  }),
  "completion/complete": fields({ completion: fields({ values: array(text), total: number }) }),
};

const error = tuple(
  record(
    {
      code: oneof(integer({ min: -40_000, max: 40_000 }), constantFrom(-32_603, -32_602)),
      message: text,
      data: json,
    },
    { requiredKeys: ["code", "message"] },
  ),
  unknown,
).map(([known, unknown]) => ({ ...known, ...unknown }));

const notification = oneof(
  record({
    method: constant("notifications/progress"),
    params: fields({ progress: number, total: number, message: text }, "progress"),
  }),
  record({
    method: constant("notifications/message"),
    params: fields(
      { level: constantFrom("info", "error", "vendor"), logger: text, data: json },
      "level",
      "data",
    ),
  }),
  record({ method: constant("notifications/vendor/thing"), params: fields({ any: json }) }),
);

const question = oneof(
  record({
    method: constant("elicitation/create"),
    params: fields({ message: text, requestedSchema: schema }, "message"),
  }),
  record({
    method: constant("sampling/createMessage"),
    params: fields(
      { messages: array(fields({ role: text, content })), maxTokens: number },
      "messages",
    ),
  }),
  record({ method: constant("roots/list"), params: fields({}) }),
  record({ method: constant("vendor/ask"), params: fields({ any: json }) }),
);

/** What a client answers to any of these. */
const reply = fields(
  {
    action: constantFrom("accept", "decline", "cancel"),
    content: oneof(object, content),
    role: constant("assistant"),
    model: text,
    roots: array(fields({ uri: text, name: text })),
  },
  "action",
  "content",
  "role",
  "roots",
);

export const METHODS = [
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
] as const;
export type Method = (typeof METHODS)[number];

/** One request with all that happens on account of it. */
export interface Scene {
  method: Method;
  /** Arguments, or their like, beside the number of the case. */
  args: Json;
  /** Params beside what the method needs. */
  params: Json;
  /** Members of the request message beside the usual ones. */
  members: Json;
  script: Script;
  /** What the client answers if it is asked. */
  reply: Json;
  /** An error that it answers with instead, where there can be one. */
  refusal: Json | null;
}

const scene = (method: Method): Arbitrary<Scene> =>
  record({
    method: constant(method),
    args: object,
    params: fields({}),
    members: unknown,
    script: record({
      notifications: array(notification, { maxLength: 2 }),
      // Nothing can be asked on account of a completion in the modern era.
      question: method === "completion/complete" ? constant(null) : option(question),
      answer: tuple(
        oneof(
          { weight: 3, arbitrary: record({ result: result[method] }) },
          { weight: 1, arbitrary: record({ error }) },
        ),
        unknown,
      ).map(([outcome, members]) => ({ ...outcome, ...members })),
    }),
    reply,
    refusal: option(error),
  });

export const scenes: Arbitrary<Scene> = oneof(
  { weight: 4, arbitrary: scene("tools/call") },
  { weight: 1, arbitrary: scene("prompts/get") },
  { weight: 1, arbitrary: scene("resources/read") },
  { weight: 1, arbitrary: scene("completion/complete") },
);

const nested = (depth: number): unknown => (depth === 0 ? [] : { in: [nested(depth - 1)] });

/** What generated values hardly come to: very long, very deep. */
export const EXTREMES: Scene[] = [nested(30), "\u2028a".repeat(500_000)].map((value) => ({
  method: "tools/call",
  args: { value },
  params: { "x-value": value },
  members: {},
  script: {
    notifications: [
      { method: "notifications/progress", params: { progress: 1, "x-value": value } },
    ],
    question: { method: "elicitation/create", params: { message: "", "x-value": value } },
    answer: { result: { content: [], structuredContent: value } },
  },
  reply: { action: "accept", content: { value }, role: "assistant", roots: [] },
  refusal: null,
}));
