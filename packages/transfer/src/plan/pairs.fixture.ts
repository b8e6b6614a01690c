import type { TransferKind } from "@local-mcp/contract";
import { transferKind } from "@local-mcp/contract";
import * as fc from "fast-check";
import { type AnyEntity, type Entity, keyOf } from "../entity.ts";
import {
  profile,
  prompt,
  resource,
  root,
  server,
  tool,
  uidOf,
} from "../export/configuration.fixture.ts";
import { secretsOf } from "../secrets.ts";
import { withSecrets } from "./memory-store.fixture.ts";

// Stores and files with so few names and uids in them that they meet all the time.

/** Every secret has it, and nothing else does. */
export const SECRET = "s3cret";

const NAMES = ["a", "b", "c", `a-imported-1640995200`, "a_imported_1640995200"];
const name = fc.constantFrom(...NAMES);
const number = fc.integer({ min: 1, max: 4 });
const names = fc.uniqueArray(name, { maxLength: 3 });
const secret = fc.constantFrom("1", "2").map((end) => `${SECRET}-${end}`);
const tags = fc.constantFrom([], ["x"], ["x", "y"]);

const rootUri = (one: string): string => `file:///${one}`;
const resourceUri = (one: string): string => `notes://${one}`;
const slug = (one: string): string => one.replaceAll("_", "-");

const toolMore = fc.record({
  tags,
  auth: fc.oneof(
    fc.constant({ type: "none" }),
    secret.map((token) => ({ type: "bearer", token })),
    secret.map((password) => ({ type: "basic", username: "ada", password })),
  ),
  headers: fc.oneof(
    fc.constant({}),
    secret.map((value) => ({ "X-Key": { value } })),
    fc.constant({ "X-Key": { value: "open", plain: true } }),
  ),
});

const serverMore = fc.record({
  tags,
  config: fc.oneof(
    secret.map((value) => ({ transport: "stdio", command: "run", env: { KEY: { value } } })),
    fc.constant({ transport: "stdio", command: "run", args: ["${secret:named}"] }),
    secret.map((value) => ({
      transport: "http",
      url: "https://example.com",
      headers: { "X-Key": value },
    })),
    fc.constant({
      transport: "http",
      url: "https://example.com",
      headers: { Authorization: "Bearer ${secret:named}" },
    }),
  ),
  secrets: fc.oneof(
    fc.constant({}),
    secret.map((named) => ({ named })),
  ),
});

const profileOf = fc
  .record({
    number,
    name,
    active: fc.boolean(),
    lists: fc.record({
      servers: names,
      tools: names,
      prompts: names,
      resources: names,
      roots: names,
    }),
    choice: fc.option(name),
  })
  .map(({ number, name, active, lists, choice }): Entity<"profile"> => {
    const one = profile(number, slug(name), {
      ...lists,
      servers: [...new Set(lists.servers.map(slug))],
      resources: lists.resources.map(resourceUri),
      roots: lists.roots.map(rootUri),
    });
    const choices = choice === null ? [] : [choiceOf(slug(choice))];
    return { ...one, fields: { ...one.fields, active, choices } };
  });

const choiceOf = (server: string) => ({
  kind: "tool" as const,
  server,
  original: "read",
  enabled: false,
  name: null,
  description: null,
});

const contentOf = (name: string) => ({ kind: "file", root: rootUri(name), path: "a.md" });

const ENTITIES: Record<TransferKind, fc.Arbitrary<AnyEntity>> = {
  root: fc.tuple(number, name, tags).map(([at, one, tags]) => root(at, rootUri(one), { tags })),
  server: fc.tuple(number, name, serverMore).map(([at, one, more]) => server(at, slug(one), more)),
  tool: fc.tuple(number, name, toolMore).map(([at, one, more]) => tool(at, one, more)),
  resource: fc
    .tuple(number, name, tags, fc.option(name))
    .map(([at, one, tags, file]) =>
      resource(at, resourceUri(one), { tags, ...(file && { content: contentOf(file) }) }),
    ),
  profile: profileOf,
  prompt: fc.tuple(number, name, tags).map(([at, one, tags]) => prompt(at, one, { tags })),
};

const entity = fc.oneof(...transferKind.options.map((kind) => ENTITIES[kind]));

/** Without its secrets, as a file that leaves them out has it. */
const stripped = (one: AnyEntity): AnyEntity => ({
  ...withSecrets(one, () => ""),
  withheld: secretsOf(one)
    .map(({ place }) => place)
    .sort(),
});

const isOf =
  (kind: TransferKind) =>
  (one: AnyEntity): boolean =>
    one.kind === kind;

/** At most one profile is active. */
const withOneActive = (all: AnyEntity[]): AnyEntity[] => {
  const first = all.find((one) => one.kind === "profile" && one.fields.active);
  return all.map((one) =>
    one.kind === "profile" ? { ...one, fields: { ...one.fields, active: one === first } } : one,
  );
};

/** Kinds have ids and keys of their own. */
const unique = (all: AnyEntity[]): AnyEntity[] =>
  transferKind.options.flatMap((kind, at) => {
    const [ids, keys] = [new Set<string | null>(), new Set<string>()];
    return all.filter(isOf(kind)).flatMap((one) => {
      if (ids.has(one.uid) || keys.has(keyOf(one))) return [];
      ids.add(one.uid);
      keys.add(keyOf(one));
      return [{ ...one, uid: `${at}-${one.uid}` }];
    });
  });

/** What is configured; references may be to what is gone. */
export const storeArbitrary = fc
  .array(entity, { maxLength: 14 })
  .map((all) => withOneActive(unique(all)));

/** What a file has: duplicates, strange names and entities without uid or secrets among it. */
export const fileArbitrary = fc.array(
  fc
    .record({
      entity,
      how: fc.constantFrom("whole", "whole", "whole", "stripped", "without a uid", "elsewhere"),
    })
    .map(({ entity, how }): AnyEntity => {
      const at = transferKind.options.indexOf(entity.kind);
      const known = { ...entity, uid: `${at}-${entity.uid}` };
      if (how === "stripped") return stripped(known);
      if (how === "without a uid") return { ...known, uid: null };
      return how === "elsewhere" ? { ...known, uid: uidOf(at * 100) } : known;
    }),
  { minLength: 1, maxLength: 10 },
);
