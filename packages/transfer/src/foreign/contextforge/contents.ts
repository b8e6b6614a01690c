import { promptCreate, resourceCreate, rootCreate } from "@local-mcp/contract";
import { CONTENT } from "../../entity.ts";
import { promptFromSeed } from "../../mapping/prompts.ts";
import { isObject } from "../../mapping/reading.ts";
import { resourceFromSeed } from "../../mapping/resources.ts";
import { rootFromSeed } from "../../mapping/roots.ts";
import { checked, type Made, nameFor, titleFor } from "./made.ts";
import { firstText, type Given, isOn, memberOf, type Reading, tagsOf } from "./reading.ts";

const COMMON = ["name", "title", "description", "tags", "enabled", "is_active"];
const OF_PROMPT: readonly string[] = [
  ...COMMON,
  "display_name",
  "displayName",
  "template",
  "arguments",
  "input_schema",
];
const OF_RESOURCE: readonly string[] = [
  ...COMMON,
  "uri",
  "uri_template",
  "mime_type",
  "content",
  "text",
  "blob",
];
const OF_ROOT: readonly string[] = [...COMMON, "uri"];

export function readPrompt(given: Given, reading: Reading): Made<"prompt"> | null {
  const name = nameFor(given, reading);
  const prompt = checked(
    promptCreate,
    promptFromSeed,
    {
      name,
      display_name: titleFor(given, name),
      description: reading.text("description", given.description, 10_000),
      template: given.template ?? "",
      arguments: argumentsOf(given, reading),
      tags: tagsOf(given.tags),
      enabled: isOn(given),
    },
    reading,
  );
  if (prompt === null) return null;
  reading.leftOver(given, OF_PROMPT);
  const { profiles: _profiles, arguments: wanted, ...fields } = prompt;
  return { fields: { ...fields, arguments: wanted }, withheld: [] };
}

/** Undefined where it names none: then they are what its template reads. */
function argumentsOf(given: Given, reading: Reading): Given[] | undefined {
  const listed = Array.isArray(given.arguments) ? given.arguments.filter(isObject) : null;
  const schema = isObject(given.input_schema) ? given.input_schema : {};
  const properties = memberOf(schema, "properties");
  const required: unknown = memberOf(schema, "required");
  const all: [name: unknown, of: object, required: boolean][] =
    listed !== null
      ? listed.map((one) => [memberOf(one, "name"), one, memberOf(one, "required") === true])
      : Object.entries(isObject(properties) ? properties : {}).map(([name, one]) => [
          name,
          isObject(one) ? one : {},
          Array.isArray(required) && required.includes(name),
        ]);
  if (listed === null && !isObject(properties)) return undefined;
  return all.flatMap(([name, of, isRequired]) => {
    const title = firstText(memberOf(of, "title"));
    const description = firstText(memberOf(of, "description"))?.slice(0, 2000);
    if (typeof name !== "string" || !/^[A-Za-z_]\w{0,63}$/.test(name)) {
      reading.loss("input_schema", "An argument has a name that no template can read.");
      return [];
    }
    return [{ name, title, description, required: isRequired }];
  });
}

export function readResource(given: Given, reading: Reading): Made<"resource"> | null {
  const text = [given.content, given.text].find((one) => typeof one === "string");
  const isThere = text !== undefined || firstText(given.blob) !== undefined;
  if (!isThere) {
    reading.loss(
      "",
      "ContextForge exports no content: what is stored stays, and what is new is off until it is written here.",
    );
  }
  const resource = checked(
    resourceCreate,
    resourceFromSeed,
    {
      uri: firstText(given.uri_template, given.uri) ?? "",
      name: firstText(given.name)?.slice(0, 200),
      title: firstText(given.title)?.slice(0, 200) ?? null,
      description: reading.text("description", given.description, 10_000),
      mime_type: firstText(given.mime_type) ?? null,
      ...(given.blob === undefined || text !== undefined
        ? { content: text ?? "" }
        : { blob: given.blob }),
      tags: tagsOf(given.tags),
      enabled: isThere && isOn(given),
    },
    reading,
  );
  if (resource === null) return null;
  reading.leftOver(given, OF_RESOURCE);
  const { profiles: _profiles, name, ...fields } = resource;
  return { fields: { ...fields, name }, withheld: isThere ? [] : [CONTENT] };
}

export function readRoot(given: Given, reading: Reading): Made<"root"> | null {
  const root = checked(
    rootCreate,
    rootFromSeed,
    {
      uri: given.uri ?? "",
      name: firstText(given.name)?.slice(0, 200) ?? null,
      tags: tagsOf(given.tags),
      enabled: isOn(given),
    },
    reading,
  );
  if (root === null) return null;
  reading.leftOver(given, OF_ROOT);
  const { profiles: _profiles, ...fields } = root;
  return { fields, withheld: [] };
}
