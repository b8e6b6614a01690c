/** On the real store: what a plan says, what its import reports, and what is there then. */
import {
  type ConflictStrategy,
  conflictStrategy,
  type ImportApply,
  importApply,
  importOptions,
  type ImportPlan,
  type TransferKind,
  transferKind,
} from "@local-mcp/contract";
import { type AnyEntity, createFileSeal, keyOf, writeFile } from "@local-mcp/transfer";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  type Stage,
  startImports,
} from "../../packages/gateway/src/transfer/import-service.fixture.ts";
import { transferStage } from "../../packages/gateway/src/transfer/store/stage.fixture.ts";
import { LOCAL } from "../../packages/gateway/src/tokens/principal.ts";
import { allOf } from "../../packages/transfer/src/export/select.ts";
import { expectDone } from "../../packages/transfer/src/plan/done.fixture.ts";
import { byKind } from "../../packages/transfer/src/plan/memory-store.fixture.ts";
import {
  fileArbitrary,
  SECRET,
  storeArbitrary,
} from "../../packages/transfer/src/plan/pairs.fixture.ts";

/** 1,000 in the full form: `TRANSFER_PAIRS=1000`, which prints its figures. */
const isFull = process.env.TRANSFER_PAIRS !== undefined;
const numRuns = Number(process.env.TRANSFER_PAIRS ?? 40);
/** Each is stored, planned, applied and planned again. */
const LIMIT_MS = 20_000 + numRuns * 1000;

const PASSPHRASE = "a passphrase of these pairs";
/** Made into a key at once. */
const CHEAP = { salt: Buffer.alloc(16, 7).toString("base64"), params: { N: 2, r: 8, p: 1 } };

/** With an id that the database takes, and without choices about servers that are not in a profile. */
function legal(entity: AnyEntity): AnyEntity {
  const uid = entity.uid?.replace(/^(\d)-\d/, "$1") ?? null;
  if (entity.kind !== "profile") return { ...entity, uid };
  const { choices, servers } = entity.fields;
  const about = choices.filter(({ server }) => servers.includes(server));
  return { ...entity, uid, fields: { ...entity.fields, choices: about } };
}

/** Without the files of folders that are not there: no store has any. */
function storable(all: readonly AnyEntity[]): AnyEntity[] {
  const roots = new Set(all.flatMap((one) => (one.kind === "root" ? one.fields.uri : [])));
  return all.map(legal).filter(({ kind, fields }) => {
    if (kind !== "resource" || fields.content.kind !== "file") return true;
    return roots.has(fields.content.root);
  });
}

async function textOf(entities: readonly AnyEntity[]): Promise<string> {
  const about = { exportedAt: "2026-11-22T09:00:00Z", exportedBy: "admin", source: "" };
  const all = { kinds: transferKind.options, entities: byKind(entities) };
  const seal = await createFileSeal(PASSPHRASE, "passphrase", CHEAP);
  const input = { form: "gateway", options: {}, notIncluded: [], ...about, ...all } as const;
  return (await writeFile(input, seal)).text;
}

const stores = storeArbitrary.map(storable);
const files = fileArbitrary.map((all) => all.map(legal));
const strategies = fc.constantFrom(...conflictStrategy.options);

/** Whoever refers to something refers to it still where the file gives it another name. */
function withNewNames(before: AnyEntity[], after: AnyEntity[]): AnyEntity[] {
  const latter = new Map(after.map((one) => [`${one.kind} ${one.uid}`, keyOf(one)]));
  const names = new Map(
    before.map((one) => [`${one.kind} ${keyOf(one)}`, latter.get(`${one.kind} ${one.uid}`)]),
  );
  const named = (kind: TransferKind, name: string): string => names.get(`${kind} ${name}`) ?? name;
  return before.map((one) => {
    if (one.kind === "resource" && one.fields.content.kind === "file") {
      const content = { ...one.fields.content, root: named("root", one.fields.content.root) };
      return { ...one, fields: { ...one.fields, content } };
    }
    if (one.kind !== "profile") return one;
    const { servers, tools, prompts, resources, roots, choices } = one.fields;
    const fields = {
      ...one.fields,
      servers: servers.map((name) => named("server", name)),
      tools: tools.map((name) => named("tool", name)),
      prompts: prompts.map((name) => named("prompt", name)),
      resources: resources.map((name) => named("resource", name)),
      roots: roots.map((name) => named("root", name)),
      choices: choices.map((choice) => ({ ...choice, server: named("server", choice.server) })),
    };
    return { ...one, fields };
  });
}

interface Imports {
  stage: Stage;
  service: ReturnType<typeof startImports>;
}

const entitiesIn = async ({ stage }: Imports): Promise<AnyEntity[]> =>
  allOf(await stage.store.read());

async function expectRefused(
  here: Imports,
  wish: ImportApply,
  { counts }: ImportPlan,
): Promise<void> {
  const before = await entitiesIn(here);
  const code = expect.stringMatching(/^import_(?:invalid|conflicts)$/);
  await expect(applied(here, wish)).rejects.toMatchObject({ code });
  const { total } = counts;
  const done = { created: 0, updated: 0, renamed: 0 };
  expect(here.service.jobs()[0]).toMatchObject({ state: "failed", counts: { total, ...done } });
  expect(await entitiesIn(here)).toEqual(before);
}

async function expectApplied(here: Imports, wish: ImportApply, plan: ImportPlan): Promise<void> {
  const before = await entitiesIn(here);
  const { rows, job } = await applied(here, wish);
  expect(rows).toEqual(plan.rows);
  expect(job.counts).toEqual(plan.counts);
  const after = await entitiesIn(here);
  expectDone({ rows, counts: job.counts }, withNewNames(before, after), after);
}

async function expectUnchanged(here: Imports, wish: ImportApply): Promise<void> {
  const { counts } = await here.service.plan(importOptions.parse(wish), LOCAL);
  expect(counts.unchanged).toBe(counts.total);
}

const applied = ({ service }: Imports, wish: ImportApply) =>
  service.apply(importApply.parse(wish), LOCAL);

/** @returns whether the file could be imported into that store */
async function importInto(
  here: Imports,
  stored: AnyEntity[],
  brought: AnyEntity[],
  strategy: ConflictStrategy,
): Promise<boolean> {
  here.stage.empty();
  const given = { text: await textOf(stored), passphrase: PASSPHRASE };
  if (stored.length > 0) await applied(here, given);
  const before = await entitiesIn(here);
  expect(before).toHaveLength(stored.length);

  const wish = { text: await textOf(brought), strategy, passphrase: PASSPHRASE };
  const plan = await here.service.plan(importOptions.parse(wish), LOCAL);
  expect(await entitiesIn(here)).toEqual(before);
  expect(plan.rows).toHaveLength(brought.length);
  expect(JSON.stringify(plan)).not.toContain(SECRET);
  const { digest, instant, applicable } = plan;
  const check = applicable ? expectApplied : expectRefused;
  await check(here, { ...wish, digest, instant }, plan);
  if (applicable && strategy === "update") await expectUnchanged(here, wish);
  return applicable;
}

it("an import reports and does what its plan said", { timeout: LIMIT_MS }, async () => {
  const stage = transferStage();
  await stage.vault.init(stage.key);
  const here = { stage, service: startImports(stage) };
  const seen = { rows: 0, applied: 0, refused: 0 };
  const pairs = fc.asyncProperty(stores, files, strategies, async (stored, brought, strategy) => {
    const isApplied = await importInto(here, stored, brought, strategy);
    seen[isApplied ? "applied" : "refused"] += 1;
    seen.rows += brought.length;
  });
  await fc.assert(pairs, { seed: 10, numRuns, endOnFailure: true });
  if (isFull) console.log(`${numRuns} pairs: ${JSON.stringify(seen)}`);
  expect(seen.applied).toBeGreaterThan(numRuns / 4);
  expect(seen.refused).toBeGreaterThan(0);
});
