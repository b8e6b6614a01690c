import { profileCreate, profileSlug, slugify } from "@local-mcp/contract";
import { serverFromSeed } from "../../mapping/servers.ts";
import { checked, localNameOf, type Made } from "./made.ts";
import { firstText, type Given, isOn, type Reading, tagsOf, textsOf } from "./reading.ts";

const READ: readonly string[] = [
  "name",
  "description",
  "tool_ids",
  "associated_tools",
  "associated_resources",
  "associated_prompts",
  "tags",
  "health_url",
  "enabled",
  "is_active",
];

/** UUIDs, with and without hyphens. */
const ID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** What else is in the file, so that what a server refers to is found. */
export class References {
  /** Names of tools here, by their names there and by those that clients see there. */
  readonly #tools = new Map<string, string>();
  /** By what begins the names of its tools there. */
  readonly #gateways: readonly string[];

  constructor(tools: readonly Given[], gateways: readonly Given[]) {
    for (const { name } of tools) {
      if (typeof name !== "string") continue;
      this.#tools.set(slugOf(name), localNameOf(name));
    }
    for (const { name } of tools) {
      if (typeof name === "string") this.#tools.set(name, localNameOf(name));
    }
    // The longest name is the one that is meant.
    this.#gateways = gateways
      .flatMap(({ name }) => firstText(name) ?? [])
      .map(slugify)
      .toSorted((a, b) => b.length - a.length);
  }

  tool(reference: string): string | null {
    return this.#tools.get(reference) ?? this.#tools.get(slugOf(reference)) ?? null;
  }

  /** The server here that has a tool of this name there. */
  gateway(reference: string): string | null {
    return this.#gateways.find((slug) => slug !== "" && reference.startsWith(`${slug}-`)) ?? null;
  }
}

/** As there, where a name has no limit. */
const slugOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "-");

export function readServer(
  given: Given,
  reading: Reading,
  references: References,
): Made<"profile"> | null {
  const name = firstText(given.name)?.trim().slice(0, 200) ?? "";
  const { tools, servers } = toolsOf(given, reading, references);
  const profile = checked(
    profileCreate.required({ name: true }),
    serverFromSeed,
    {
      name,
      slug: slugFor(name, reading),
      description: reading.text("description", given.description, 2000),
      tool_ids: tools,
      associated_gateways: servers,
      associated_resources: resolved(given, "associated_resources", reading),
      associated_prompts: resolved(given, "associated_prompts", reading).map(localNameOf),
      tags: tagsOf(given.tags),
      enabled: isOn(given),
      health_url: firstText(given.health_url) ?? null,
    },
    reading,
  );
  if (profile === null) return null;
  reading.leftOver(given, READ);
  return { fields: { ...profile, active: false, choices: [] }, withheld: [] };
}

/** Undefined where the name has nothing that one can be made of, which is said later. */
function slugFor(name: string, reading: Reading): string | undefined {
  const slug = slugify(name);
  if (slug === "") return undefined;
  if (profileSlug.safeParse(slug).success) return slug;
  const free = `${slug}-profile`;
  reading.loss("name", `“${slug}” is used by the gateway itself: it is found at “${free}” here.`);
  return free;
}

function toolsOf(given: Given, reading: Reading, references: References) {
  const tools = new Set<string>();
  const servers = new Set<string>();
  const field = Array.isArray(given.tool_ids) ? "tool_ids" : "associated_tools";
  for (const reference of resolved(given, field, reading)) {
    const tool = references.tool(reference);
    const server = references.gateway(reference);
    if (tool !== null) tools.add(tool);
    else if (server !== null) servers.add(server);
    // It may be here already.
    else tools.add(localNameOf(reference));
  }
  for (const server of servers) {
    reading.loss(
      field,
      `It gets all of “${server}”: which of its tools it had can be chosen once that is connected.`,
    );
  }
  return { tools: [...tools], servers: [...servers] };
}

/** The names in a list; ids are of the gateway that the file comes from. */
function resolved(given: Given, field: string, reading: Reading): string[] {
  const listed: unknown = given[field];
  const all: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const names = textsOf(all).filter((one) => one !== "" && !ID.test(one));
  const ids = all.length - names.length;
  if (ids > 0) {
    reading.loss(field, `${ids} in it are ids of where it was exported, and cannot be found here.`);
  }
  return [...new Set(names)];
}
