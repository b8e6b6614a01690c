/** On the real store: what a plan says, what its import reports, and what is there then. */
import {
  type ConflictStrategy,
  conflictStrategy,
  importApply,
  importOptions,
  transferKind,
} from "@local-mcp/contract";
import { type AnyEntity, createFileSeal, writeFile } from "@local-mcp/transfer";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { startImports } from "../../packages/gateway/src/transfer/import-service.fixture.ts";
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
const strategy = fc.constantFrom(...conflictStrategy.options);

it("an import reports and does what its plan said", { timeout: LIMIT_MS }, async () => {
  const stage = transferStage();
  await stage.vault.init(stage.key);
  const service = startImports(stage);
  const seen = { rows: 0, applied: 0, refused: 0 };
  const check = async (
    stored: AnyEntity[],
    brought: AnyEntity[],
    strategy: ConflictStrategy,
  ): Promise<void> => {
    stage.empty();
    const given = { text: await textOf(stored), passphrase: PASSPHRASE };
    if (stored.length > 0) await service.apply(importApply.parse(given), LOCAL);
    const before = allOf(await stage.store.read());
    expect(before).toHaveLength(stored.length);
    const wish = { text: await textOf(brought), strategy, passphrase: PASSPHRASE };
    const plan = await service.plan(importOptions.parse(wish), LOCAL);
    expect(allOf(await stage.store.read())).toEqual(before);
    expect(JSON.stringify(plan)).not.toContain(SECRET);
    seen.rows += plan.rows.length;
    const { digest, instant } = plan;
    const applied = service.apply(importApply.parse({ ...wish, digest, instant }), LOCAL);
    if (!plan.applicable) {
      await expect(applied).rejects.toMatchObject({ code: /^import_(?:invalid|conflicts)$/ });
      expect(service.jobs()[0]).toMatchObject({ state: "failed", counts: plan.counts });
      expect(allOf(await stage.store.read())).toEqual(before);
      seen.refused += 1;
      return;
    }
    const report = await applied;
    expect(report.rows).toEqual(plan.rows);
    expect(report.job.counts).toEqual(plan.counts);
    expectDone(
      { rows: report.rows, counts: report.job.counts },
      before,
      allOf(stage.store.readNow()),
    );
    seen.applied += 1;
    if (strategy !== "update") return;
    const again = await service.plan(importOptions.parse(wish), LOCAL);
    expect(again.counts).toMatchObject({ total: brought.length, unchanged: brought.length });
  };
  await fc.assert(fc.asyncProperty(stores, files, strategy, check), {
    seed: 10,
    numRuns,
    endOnFailure: true,
  });
  if (isFull) console.log(`${numRuns} pairs: ${JSON.stringify(seen)}`);
  expect(seen.applied).toBeGreaterThan(numRuns / 4);
  expect(seen.refused).toBeGreaterThan(0);
});
