import { GatewayError } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import type { Entity } from "../entity.ts";
import { profile, prompt, resource, root, server, tool } from "../export/configuration.fixture.ts";
import { MemoryStore } from "./memory-store.fixture.ts";
import { fileOf, INSTANT, planOf } from "./plan.fixture.ts";

const choiceOf = (server: string) => ({
  kind: "tool" as const,
  server,
  original: "read",
  enabled: false,
  name: null,
  description: null,
});

const ROOT = "file:///srv/docs";
const dev = profile(1, "dev", {
  servers: ["east"],
  tools: ["weather"],
  prompts: ["greet"],
  resources: ["docs://guide"],
  roots: [ROOT],
});
const withChoice: Entity<"profile"> = {
  ...dev,
  fields: { ...dev.fields, choices: [choiceOf("east")] },
};
const whole = [
  withChoice,
  root(2, ROOT),
  server(3, "east"),
  tool(4, "weather"),
  resource(5, "docs://guide", { content: { kind: "file", root: ROOT, path: "a.md" } }),
  prompt(6, "greet"),
];

describe("what something refers to", () => {
  it("is followed to its new name", async () => {
    const store = new MemoryStore(whole);
    store.apply((await planOf(fileOf(whole), store, { strategy: "rename" })).steps);
    const copy = store.read().profile.find(({ fields }) => fields.slug.startsWith("dev-imported"));
    expect(copy?.fields).toMatchObject({
      servers: [`east-imported-${INSTANT}`],
      tools: [`weather_imported_${INSTANT}`],
      prompts: [`greet_imported_${INSTANT}`],
      resources: [`docs://guide_imported_${INSTANT}`],
      roots: [ROOT],
      choices: [choiceOf(`east-imported-${INSTANT}`)],
    });
  });

  it("is found under the name that it has here, where that was left", async () => {
    const store = new MemoryStore([tool(4, "forecast")]);
    const file = fileOf([
      tool(4, "weather"),
      profile(1, "dev", { tools: ["weather", "forecast"] }),
    ]);
    store.apply((await planOf(file, store, { strategy: "skip" })).steps);
    expect(store.read().profile[0]?.fields.tools).toEqual(["forecast"]);
  });

  it("is not found under a name that it loses", async () => {
    const store = new MemoryStore([tool(4, "forecast")]);
    const file = fileOf([
      tool(4, "weather"),
      profile(1, "dev", { tools: ["weather", "forecast"] }),
    ]);
    const { plan, steps } = await planOf(file, store);
    expect(plan.rows[1]?.warnings).toEqual([
      "There is no tool “forecast” in what is imported, and none here; it is left out.",
    ]);
    store.apply(steps);
    expect(store.read().profile[0]?.fields.tools).toEqual(["weather"]);
  });

  it("is left out where it is nowhere, with a warning, or a problem under fail", async () => {
    const file = fileOf([withChoice, ...whole.slice(4, 5)]);
    const { plan, steps } = await planOf(file, new MemoryStore([server(9, "other")]));
    const missing = ["server “east”", "tool “weather”", "prompt “greet”", `root “${ROOT}”`];
    const sentences = missing.map((one) => `There is no ${one} in what is imported, and none here`);
    expect(plan.rows[0]?.warnings).toEqual(sentences.map((one) => `${one}; it is left out.`));
    expect(plan.rows[1]?.warnings).toEqual([`${sentences[3]}; it is left out.`]);
    expect(steps[1]?.draft.entity.fields).toMatchObject({
      servers: [],
      choices: [],
      resources: ["docs://guide"],
    });
    const strict = await planOf(file, new MemoryStore([]), { strategy: "fail" });
    expect(strict.plan.rows[0]?.problems).toEqual(
      sentences.map((one) => ({ pointer: "/entities/profiles/0", message: `${one}.` })),
    );
    expect(strict.plan.applicable).toBe(false);
  });

  it("tells its own problems, and whoever refers to it does not repeat them", async () => {
    const store = new MemoryStore([]);
    const { plan } = await planOf(fileOf(whole), store, {
      build: async (entity, before, surroundings) => {
        if (entity.kind === "tool") throw new GatewayError("validation_failed", { detail: "No." });
        return store.build(entity, before, surroundings);
      },
    });
    expect(plan.rows.map(({ action }) => action).filter((one) => one === "failed")).toHaveLength(1);
    expect(plan.rows[0]).toMatchObject({ action: "create", warnings: [] });
    const file = fileOf(whole);
    const entities = file.entities.map((read) => ({
      ...read,
      entity: read.kind === "tool" ? null : read.entity,
    }));
    const unread = await planOf({ ...file, entities }, new MemoryStore([]));
    expect(unread.plan.rows[0]).toMatchObject({ action: "create", warnings: [] });
  });

  it("is written before what refers to it is linked, kind by kind", async () => {
    const { steps } = await planOf(fileOf(whole), new MemoryStore([]));
    expect(steps.map(({ row }) => row.kind)).toEqual([
      "root",
      "server",
      "tool",
      "resource",
      "profile",
      "prompt",
    ]);
  });
});

describe("a selection", () => {
  const store = new MemoryStore([]);
  const file = fileOf([...whole, tool(7, "translate", { title: "Translator" })]);
  const chosenOf = async (asked: Parameters<typeof planOf>[2]) =>
    (await planOf(file, store, asked)).plan.rows.map(({ name }) => name);

  it("is by name, slug, URI, title or uid, and leaves out the kinds that it does not name", async () => {
    expect(await chosenOf({ selection: { tool: ["weather"] } })).toEqual(["weather"]);
    expect(await chosenOf({ selection: { tool: ["Translator"] } })).toEqual(["translate"]);
    expect(await chosenOf({ selection: { root: [ROOT], profile: ["dev"] } })).toEqual([
      "dev",
      ROOT,
    ]);
    expect(await chosenOf({ selection: { prompt: [whole[5]?.uid ?? ""] } })).toEqual(["greet"]);
    expect(await chosenOf({ selection: { tool: [] } })).toEqual(["weather", "translate"]);
    expect(await chosenOf({ kinds: ["server", "prompt"] })).toEqual(["east", "greet"]);
  });

  it("counts only what it holds", async () => {
    const { plan } = await planOf(file, store, { selection: { tool: ["weather"] } });
    expect(plan.counts).toMatchObject({ total: 1, created: 1 });
  });

  it("of what is not in the file is refused, and so is a choice for it", async () => {
    await expect(planOf(file, store, { selection: { tool: ["wether"] } })).rejects.toMatchObject({
      code: "import_unknown",
      message: "“team.json” has no tool “wether”.",
    });
    await expect(planOf(file, store, { choices: { "/entities/x": "skip" } })).rejects.toMatchObject(
      { code: "import_unknown" },
    );
  });

  it("that leaves nothing is refused, by the name of the file", async () => {
    const tools = fileOf([tool(4, "weather")]);
    await expect(planOf(tools, store, { kinds: ["prompt"] })).rejects.toMatchObject({
      code: "import_nothing",
      message: "No entities found in “team.json”.",
    });
  });
});

describe("the active profile", () => {
  const active = (number: number, slug: string, more = {}): Entity<"profile"> => {
    const one = profile(number, slug, more);
    return { ...one, fields: { ...one.fields, active: true } };
  };
  const activeIn = (store: MemoryStore): string[] =>
    store.read().profile.flatMap(({ fields }) => (fields.active ? [fields.slug] : []));

  it("is that of the file where none is active here", async () => {
    const store = new MemoryStore([profile(1, "dev")]);
    store.apply((await planOf(fileOf([active(9, "dev"), active(8, "ops")]), store)).steps);
    expect(activeIn(store)).toEqual(["dev"]);
  });

  it("stays what it is where the file is from elsewhere, which is told", async () => {
    const store = new MemoryStore([active(1, "dev")]);
    const file = fileOf([active(9, "ops"), profile(8, "dev")]);
    const { plan, steps } = await planOf(file, store);
    expect(plan.rows).toMatchObject([
      { action: "create", warnings: ["It is not made the active profile: that is “dev”."] },
      { action: "unchanged" },
    ]);
    store.apply(steps);
    expect(activeIn(store)).toEqual(["dev"]);
    expect((await planOf(file, store)).plan.counts.unchanged).toBe(2);
  });

  it("is that of a file from here, and the former one is so no more", async () => {
    const store = new MemoryStore([active(1, "dev"), profile(2, "ops")]);
    const file = fileOf([profile(1, "dev"), active(2, "ops"), active(3, "late")]);
    const { plan, steps } = await planOf(file, store);
    expect(plan.rows.map(({ changes }) => changes)).toEqual([
      [{ field: "active", before: "true", after: "false", secret: null }],
      [{ field: "active", before: "false", after: "true", secret: null }],
      [],
    ]);
    expect(plan.rows[2]?.warnings).toEqual(["It is not made the active profile: that is “ops”."]);
    store.apply(steps);
    expect(activeIn(store)).toEqual(["ops"]);
    expect((await planOf(file, store)).plan.counts.unchanged).toBe(3);
  });

  it("is never a copy of it", async () => {
    const store = new MemoryStore([active(1, "dev")]);
    store.apply((await planOf(fileOf([active(1, "dev")]), store, { strategy: "rename" })).steps);
    expect(activeIn(store)).toEqual(["dev"]);
  });
});
