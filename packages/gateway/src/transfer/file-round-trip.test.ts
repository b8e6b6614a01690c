import {
  type AnyEntity,
  type Configuration,
  createFileSeal,
  exportFileSchema,
  type FileSeal,
  parseImport,
  secretsOf,
  writeFile,
} from "@local-mcp/transfer";
import { transferKind } from "@local-mcp/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inOrder } from "./store/profiles.ts";
import { configurations, SAME_DICE, withoutValues } from "./store/entities.fixture.ts";
import { allOf } from "./store/stage.fixture.ts";

const PASSPHRASE = "a passphrase of some length";
const salt = Buffer.alloc(16, 7).toString("base64");
const sealing = () =>
  createFileSeal(PASSPHRASE, "passphrase", { salt, params: { N: 2, r: 8, p: 1 } });

const write = (entities: Configuration, form: "gateway" | "flat", seal: FileSeal | null) =>
  writeFile(
    {
      form,
      entities,
      kinds: transferKind.options,
      exportedAt: "2026-01-02T03:04:05Z",
      exportedBy: "admin",
      source: "http://127.0.0.1:4444",
      options: {},
      notIncluded: [],
    },
    seal,
  );

const read = async (text: string, passphrase = PASSPHRASE) =>
  parseImport(text, { name: "x.json" }).open({ passphrase });

const holdsFor = (check: (all: Configuration) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(configurations.map(ordered), check), SAME_DICE);

/** As the store reads it. */
function ordered(all: Configuration): Configuration {
  const profile = all.profile.map((one) => ({
    ...one,
    fields: { ...one.fields, choices: inOrder(one.fields.choices) },
  }));
  return { ...all, profile };
}

/** By kind, as a file orders them. */
const byKind = (all: readonly AnyEntity[]): Map<string, AnyEntity[]> =>
  new Map(transferKind.options.map((kind) => [kind, all.filter((entity) => entity.kind === kind)]));

const problemsOf = (file: Awaited<ReturnType<typeof read>>) => [
  ...file.problems,
  ...file.warnings,
  ...file.losses,
  ...file.entities.flatMap(({ problems, warnings }) => [...problems, ...warnings]),
];

const entitiesOf = (file: Awaited<ReturnType<typeof read>>) =>
  byKind(file.entities.flatMap(({ entity }) => entity ?? []));

/** Every key of a document, at any depth. */
function* keysIn(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) yield key;
    yield* keysIn(inner);
  }
}

describe("whatever is configured", () => {
  test.each(["gateway", "flat"] as const)("comes back from a %s file", async (form) => {
    const seal = await sealing();
    await holdsFor(async (all) => {
      const { text, sealed } = await write(all, form, seal);
      const file = await read(text);
      expect(problemsOf(file)).toEqual([]);
      expect(entitiesOf(file)).toEqual(byKind(allOf(all)));
      expect(file.secrets).toEqual({ opened: sealed, plain: 0 });
      expect(parseImport(text, { name: "" }).format).toBe(form);
      expect((await write(all, form, seal)).text).toBe(text);
    });
  });

  test("comes back with its secrets withheld from a file that has none", async () => {
    await holdsFor(async (all) => {
      const bare = allOf(all).map((entity) => unnamed(withoutValues(entity)));
      const { text, left, sealed } = await write(all, "gateway", null);
      expect(sealed).toBe(0);
      expect(left).toBe(allOf(all).flatMap(secretsOf).length);
      const file = await read(text);
      expect(problemsOf(file)).toEqual([]);
      expect(entitiesOf(file)).toEqual(byKind(bare));
      expect(file.secrets).toEqual({ opened: 0, plain: 0 });
    });
  });

  test("comes back where some secrets have no value", async () => {
    const seal = await sealing();
    await holdsFor(async (all) => {
      const some = withSome(all);
      const file = await read((await write(some, "gateway", seal)).text);
      expect(problemsOf(file)).toEqual([]);
      expect(entitiesOf(file)).toEqual(byKind(allOf(some)));
    });
  });

  test("is written as the published schema says", async () => {
    const fits = new Ajv2020({ strict: false, validateFormats: false }).compile(exportFileSchema());
    const seal = await sealing();
    await holdsFor(async (all) => {
      for (const [form, key] of [
        ["gateway", seal],
        ["flat", null],
      ] as const) {
        fits(JSON.parse((await write(all, form, key)).text));
        expect(fits.errors).toBeNull();
      }
    });
    expect(fits({ version: "2025-03-26", tools: [{ name: 5 }] })).toBe(false);
    expect(fits({ version: "2025-03-26" })).toBe(false);
  });

  test("has no secret in its file, and no field for a user or password", async () => {
    const seal = await sealing();
    await holdsFor(async (all) => {
      const { text } = await write(all, "gateway", seal);
      const entities = JSON.stringify(JSON.parse(text).entities);
      const found = allOf(all)
        .flatMap(secretsOf)
        // A shorter one may be a part of anything.
        .filter(({ value }) => value.length > 8)
        .filter(({ value }) => entities.includes(JSON.stringify(value).slice(1, -1)));
      expect(found).toEqual([]);
      const keys = [...keysIn(JSON.parse(text))];
      expect(keys.filter((key) => /username|password/i.test(key))).toEqual([]);
    });
  });

  test("is left alone where its secrets are, and none of them is read", async () => {
    const seal = await sealing();
    await holdsFor(async (all) => {
      const { text } = await write(all, "gateway", seal);
      const file = await parseImport(text, { name: "x.json" }).open(null);
      expect(file.secrets).toEqual({ opened: 0, plain: 0 });
      const values = file.entities.flatMap(({ entity }) => (entity ? secretsOf(entity) : []));
      expect(values.filter(({ value }) => value !== "")).toEqual([]);
    });
  });
});

/** The user of basic credentials is sealed with the password. */
function unnamed(entity: AnyEntity): AnyEntity {
  if (entity.kind !== "tool" || entity.fields.auth.type !== "basic") return entity;
  return {
    ...entity,
    fields: { ...entity.fields, auth: { type: "basic", username: "", password: "" } },
  };
}

/** Every second server and tool without the values of its secrets. */
const withSome = (all: Configuration): Configuration => ({
  ...all,
  server: all.server.map((entity, at) => {
    const bare = at % 2 === 0 ? withoutValues(entity) : entity;
    return bare.kind === "server" ? bare : entity;
  }),
  tool: all.tool.map((entity, at) => {
    const bare = at % 2 === 0 ? withoutValues(entity) : entity;
    return bare.kind === "tool" ? bare : entity;
  }),
});
