import { z } from "zod";

/** One argument of a tool, as a person fills it in. */
export interface CallField {
  name: string;
  /** `json` is anything a form has no better field for. */
  kind: "text" | "number" | "integer" | "boolean" | "choice" | "json";
  description: string | null;
  required: boolean;
  /** JSON of each value that can be chosen. */
  choices: string[];
  /** What the field begins with. */
  start: string;
}

/** Texts of the fields by argument; empty where the argument is left out. */
export type CallValues = Record<string, string>;

const json = z.json();
type Json = z.infer<typeof json>;
const argumentsObject = z.record(z.string(), json);
export type CallArguments = z.infer<typeof argumentsObject>;

const objectSchema = z.object({
  properties: z.record(z.string(), z.unknown()).catch({}),
  required: z.array(z.string()).catch([]),
});
const valueSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(json).min(1).optional().catch(undefined),
  const: json.optional(),
  anyOf: z.array(z.unknown()).optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  default: json.optional(),
});

/** The fields that a JSON Schema of arguments asks for, in its order, the required ones first. */
export function fieldsOf(schema: unknown): CallField[] {
  const parsed = objectSchema.safeParse(schema);
  if (!parsed.success) return [];
  const { properties, required } = parsed.data;
  return Object.entries(properties)
    .map(([name, value]) => fieldOf(name, value, required.includes(name)))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

function fieldOf(name: string, value: unknown, required: boolean): CallField {
  const parsed = valueSchema.safeParse(value);
  const schema = parsed.success ? parsed.data : {};
  const choices = choicesOf(schema)?.map((choice) => JSON.stringify(choice)) ?? [];
  const kind = choices.length > 0 ? "choice" : kindOf(schema);
  const start = schema.default === undefined ? "" : textOf(kind, schema.default);
  return { name, kind, description: schema.description ?? null, required, choices, start };
}

type ValueSchema = z.infer<typeof valueSchema>;

const choicesOf = (schema: ValueSchema): Json[] | undefined =>
  schema.const === undefined ? schema.enum : [schema.const];

function kindOf(schema: ValueSchema): CallField["kind"] {
  const types = [schema.type ?? []].flat().filter((type) => type !== "null");
  const [only] = types;
  if (types.length === 1) {
    if (only === "string") return "text";
    if (only === "number" || only === "integer" || only === "boolean") return only;
  }
  // An argument that may be null: one schema of its own beside the null.
  const others = (schema.anyOf ?? []).flatMap((one) => {
    const parsed = valueSchema.safeParse(one);
    return parsed.success && parsed.data.type !== "null" ? [parsed.data] : [];
  });
  const [single] = others;
  return types.length === 0 && others.length === 1 && single && !choicesOf(single)
    ? kindOf(single)
    : "json";
}

/** A value as its field shows it. */
const textOf = (kind: CallField["kind"], value: Json): string =>
  kind === "text" && typeof value === "string" ? value : JSON.stringify(value);

/** What the form begins with. */
export const startValues = (fields: readonly CallField[]): CallValues =>
  Object.fromEntries(fields.map(({ name, start }) => [name, start]));

export type Read<T> = { value: T; problems: null } | { value: null; problems: CallValues };

/** What the form amounts to, or what is wrong, by argument. */
export function readForm(fields: readonly CallField[], values: CallValues): Read<CallArguments> {
  const value: CallArguments = {};
  const problems: CallValues = {};
  for (const field of fields) {
    const text = values[field.name] ?? "";
    if (text === "") {
      if (field.required) problems[field.name] = `Fill in “${field.name}”.`;
      continue;
    }
    const read = readValue(field.kind, text);
    if (typeof read === "object" && read !== null && "problem" in read) {
      problems[field.name] = read.problem;
    } else {
      value[field.name] = read.value;
    }
  }
  return Object.keys(problems).length > 0 ? { value: null, problems } : { value, problems: null };
}

function readValue(kind: CallField["kind"], text: string): { value: Json } | { problem: string } {
  if (kind === "text") return { value: text };
  if (kind === "number" || kind === "integer") {
    const number = Number(text.trim());
    if (text.trim() === "" || !Number.isFinite(number))
      return { problem: "Write a number, such as 12." };
    if (kind === "integer" && !Number.isInteger(number))
      return { problem: "Write a whole number, such as 12." };
    return { value: number };
  }
  const parsed = parseJson(text);
  return parsed === undefined ? { problem: NO_JSON } : { value: parsed };
}

const NO_JSON = 'This is not JSON. Texts stand in "…", lists in […], objects in {…}.';

function parseJson(text: string): Json | undefined {
  try {
    return json.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Arguments that were written as JSON. */
export function readJson(
  text: string,
): { value: CallArguments; problem: null } | { value: null; problem: string } {
  if (text.trim() === "") return { value: {}, problem: null };
  const parsed = parseJson(text);
  if (parsed === undefined) return { value: null, problem: NO_JSON };
  const object = argumentsObject.safeParse(parsed);
  return object.success
    ? { value: object.data, problem: null }
    : { value: null, problem: 'Arguments are one JSON object: { "name": value }.' };
}

/** Arguments as the form shows them; null where it has no field for one of them. */
export function valuesOf(fields: readonly CallField[], args: CallArguments): CallValues | null {
  const known = new Map(fields.map((field) => [field.name, field.kind]));
  if (Object.keys(args).some((name) => !known.has(name))) return null;
  return Object.fromEntries(
    fields.map(({ name, kind }) => {
      const value = args[name];
      return [name, value === undefined ? "" : textOf(kind, value)];
    }),
  );
}
