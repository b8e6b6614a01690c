import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb, createSealedValueQueries } from "@local-mcp/database";
import {
  type AnyEntity,
  type Configuration,
  type Draft,
  keyOf,
  type Surroundings,
} from "@local-mcp/transfer";
import { createRecoveryKey, createVault, recoveryProvider } from "@local-mcp/vault";
import { onTestFinished } from "vitest";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { createStores } from "../../stores.ts";
import { createTransferStore } from "./transfer-store.ts";

/** Everything of a configuration, in the order in which an import writes it. */
export const allOf = (all: Configuration): AnyEntity[] => [
  ...all.root,
  ...all.server,
  ...all.tool,
  ...all.resource,
  ...all.prompt,
  ...all.profile,
];

/** What is there once all of these are. */
const among = (entities: readonly AnyEntity[]): Surroundings => {
  const byKey = new Map(entities.map((entity) => [`${entity.kind} ${keyOf(entity)}`, entity]));
  return {
    has: (kind, key) => byKey.has(`${kind} ${key}`),
    find: (kind, key) => byKey.get(`${kind} ${key}`) ?? null,
  };
};

/** A database and vault of its own in a directory of its own, and the store over both. */
export function transferStage() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "lmg-transfer-")));
  const dataDir = join(directory, "data");
  mkdirSync(dataDir);
  const statements: string[] = [];
  const db = createDb({
    path: join(dataDir, "x.db"),
    verbose: (line) => statements.push(line),
  });
  const stores = createStores(db);
  const { slots, dataKeys } = stores.vault;
  const key = recoveryProvider(createRecoveryKey());
  const vault = createVault({
    keyStore: {
      slots: () => slots.list(),
      putSlot: (slot) => slots.put(slot),
      deleteSlot: (id) => void slots.delete(id),
      dataKeys: () => dataKeys.list(),
      putDataKey: (one) => dataKeys.put(one),
      deleteDataKey: (id) => dataKeys.delete(id),
      transaction: (work) => db.transaction(work),
    },
    values: createSealedValueQueries(db),
    ambient: () => [],
    now: () => 1,
  });
  const sandbox = new Sandbox();
  const moved: string[] = [];
  const store = createTransferStore({
    stores,
    vault,
    sandbox,
    configuration: { paths: { dataDir } },
    onMoved: (serverId) => moved.push(serverId),
  });
  onTestFinished(async () => {
    await sandbox.close();
    db.close();
    rmSync(directory, { recursive: true });
  });

  const build = (
    entity: AnyEntity,
    before: AnyEntity | null = null,
    others: readonly AnyEntity[] = [],
  ) => store.build(entity, before, among([...others, ...allOf(store.readNow()), entity]));

  const write = (drafts: readonly Draft[]): void =>
    db.transaction(() => {
      for (const draft of drafts) draft.write();
      for (const draft of drafts) draft.link();
    });

  return {
    directory,
    dataDir,
    stores,
    vault,
    sandbox,
    store,
    /** Ids of servers whose sign-in was to be forgotten. */
    moved,
    /** SQL that was run since this was emptied. */
    statements,
    key,
    build,
    write,
    /** Takes away everything that is configured, with its secrets. */
    empty(): void {
      const { profiles, resources, roots, servers, tools, prompts } = stores;
      for (const table of [profiles, resources, roots, servers, tools, prompts]) {
        for (const { id } of table.list()) table.delete(id);
      }
    },
    /** Stores all of it as new, and says how it reads back. */
    async fill(all: Configuration): Promise<Configuration> {
      if (vault.state() === "missing") await vault.init(key);
      const surroundings = among(allOf(all));
      const drafts: Draft[] = [];
      for (const entity of allOf(all)) drafts.push(await store.build(entity, null, surroundings));
      write(drafts);
      return store.read();
    },
    /** Stores a change of each, together. */
    async changeAll(all: Configuration, change: (entity: AnyEntity) => AnyEntity) {
      const surroundings = among(allOf(all));
      const drafts: Draft[] = [];
      for (const entity of allOf(all)) {
        drafts.push(await store.build(change(entity), entity, surroundings));
      }
      write(drafts);
      return drafts;
    },
    /** Stores a change of one. */
    async change(entity: AnyEntity, before: AnyEntity): Promise<Draft> {
      const draft = await build(entity, before);
      write([draft]);
      return draft;
    },
  };
}
