// The rules of JSON Schema 2020-12 for its own keywords, as far as a wrong one would be taken for
// another or fail later. Keywords that it does not know are annotations, and free.

type Check = (value: unknown, path: string, root: Root) => string | null;

interface Root {
  /** Every place that a reference within the document may name. */
  ids: ReadonlySet<string>;
  document: unknown;
}

const TYPES = ["null", "boolean", "object", "array", "number", "integer", "string"];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const must =
  (fits: (value: unknown) => boolean, wanted: string): Check =>
  (value, path) =>
    fits(value) ? null : `${path}: It has to be ${wanted}.`;

const isCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 0;
const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.every((one) => typeof one === "string") &&
  new Set(value).size === value.length;

const number = must((value) => typeof value === "number", "a number");
const count = must(isCount, "a whole number from 0");
const text = must((value) => typeof value === "string", "text");
const flag = must((value) => typeof value === "boolean", "true or false");
const names = must(isNames, "a list of names, each once");

const pattern: Check = (value, path) => {
  if (typeof value !== "string") return `${path}: It has to be text.`;
  try {
    new RegExp(value, "u").test("");
    return null;
  } catch {
    return `${path}: It is no regular expression.`;
  }
};

const schema: Check = (value, path, root) => {
  if (typeof value === "boolean") return null;
  if (!isObject(value)) return `${path || "The schema"}: It has to be an object, true or false.`;
  for (const [keyword, one] of Object.entries(value)) {
    const check = KEYWORDS.get(keyword);
    const problem = check?.(one, path === "" ? keyword : `${path}/${keyword}`, root);
    if (problem) return problem;
  }
  return null;
};

/** The first problem among several. */
const each = (
  entries: Iterable<[string | number, unknown]>,
  path: string,
  check: (value: unknown, path: string, key: string) => string | null,
): string | null => {
  for (const [key, one] of entries) {
    const problem = check(one, `${path}/${key}`, String(key));
    if (problem !== null) return problem;
  }
  return null;
};

const schemas: Check = (value, path, root) =>
  Array.isArray(value) && value.length > 0
    ? each(value.entries(), path, (one, at) => schema(one, at, root))
    : `${path}: It has to be a list of schemas.`;

const byName =
  (check: Check, ofName: Check = () => null): Check =>
  (value, path, root) =>
    isObject(value)
      ? each(
          Object.entries(value),
          path,
          (one, at, name) => ofName(name, at, root) ?? check(one, at, root),
        )
      : `${path}: It has to be an object.`;

const reference: Check = (value, path, { ids, document }) => {
  if (typeof value !== "string") return `${path}: It has to be text.`;
  const isHere = value.startsWith("#/")
    ? isPlace(document, value)
    : value === "#" || ids.has(value);
  return isHere
    ? null
    : `${path}: “${value.slice(0, 200)}” is not in the schema, and is not fetched.`;
};

/** Whether a JSON pointer (RFC 6901) as a fragment names a place in a document. */
function isPlace(document: unknown, fragment: string): boolean {
  let at = document;
  for (const part of fragment.slice(2).split("/")) {
    const key = unescaped(part);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return false;
    at = Object.entries(at).find(([name]) => name === key)?.[1];
  }
  return true;
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}

const KEYWORDS: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    "type",
    must(
      (value) =>
        (isNames(value) ? value : [value]).every((one) => TYPES.some((type) => type === one)),
      `one of ${TYPES.join(", ")}, or a list of them`,
    ),
  ],
  ["enum", must(Array.isArray, "a list")],
  ["required", names],
  ["dependentRequired", byName(names)],
  ["pattern", pattern],
  ...["properties", "$defs", "definitions", "dependentSchemas"].map((keyword): [string, Check] => [
    keyword,
    byName(schema),
  ]),
  ["patternProperties", byName(schema, pattern)],
  ...["allOf", "anyOf", "oneOf", "prefixItems"].map((keyword): [string, Check] => [
    keyword,
    schemas,
  ]),
  ...[
    "items",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
  ].map((keyword): [string, Check] => [keyword, schema]),
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map(
    (keyword): [string, Check] => [keyword, number],
  ),
  [
    "multipleOf",
    must((value) => typeof value === "number" && value > 0, "a number greater than 0"),
  ],
  ...[
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
  ].map((keyword): [string, Check] => [keyword, count]),
  ...["uniqueItems", "deprecated", "readOnly", "writeOnly"].map((keyword): [string, Check] => [
    keyword,
    flag,
  ]),
  ...["title", "description", "format", "$id", "$anchor", "$comment", "$schema"].map(
    (keyword): [string, Check] => [keyword, text],
  ),
  ["$ref", reference],
]);

/** What a document names itself and its parts. */
function idsIn(value: unknown, ids = new Set<string>()): Set<string> {
  if (typeof value !== "object" || value === null) return ids;
  for (const [key, one] of Object.entries(value)) {
    if (key === "$id" && typeof one === "string") ids.add(one);
    else if (key === "$anchor" && typeof one === "string") ids.add(`#${one}`);
    else idsIn(one, ids);
  }
  return ids;
}

/** What is wrong with a schema, with its place in front; null where nothing is. */
export const problemOfSchema = (document: unknown): string | null =>
  schema(document, "", { ids: idsIn(document), document });
