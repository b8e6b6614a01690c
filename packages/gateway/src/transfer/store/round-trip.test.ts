import type { AnyEntity, Configuration } from "@local-mcp/transfer";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configurations, SAME_DICE, withoutValues } from "./entities.fixture.ts";
import { allOf, transferStage } from "./stage.fixture.ts";

type Stage = ReturnType<typeof transferStage>;

/** For anything that can be configured, in stores that are empty before each. */
const holdsFor = async (
  check: (all: Configuration, here: Stage, there: Stage) => Promise<void>,
): Promise<void> => {
  const stages = [transferStage(), transferStage()] as const;
  const holds = fc.asyncProperty(configurations, async (all) => {
    for (const stage of stages) stage.empty();
    await check(all, ...stages);
  });
  await fc.assert(holds, SAME_DICE);
};

describe("whatever is configured", () => {
  test("reads back as it was stored, here and in another store, with the same ids", async () => {
    let entities = 0;
    await holdsFor(async (all, here, there) => {
      const read = await here.fill(all);
      expect(read).toEqual(all);
      expect(await there.fill(read)).toEqual(read);
      entities += allOf(all).length;
    });
    // The dice gave something of it.
    expect(entities).toBeGreaterThan(SAME_DICE.numRuns);
  });

  test("comes to the same draft each time, and stored again changes no id of a secret", async () => {
    await holdsFor(async (all, stage) => {
      const before = await stage.fill(all);
      const secrets = stage.stores.vault.secrets.list();
      const configs = stage.stores.servers.list().map(({ config }) => config);
      const drafts = await stage.changeAll(before, (entity) => entity);
      expect(drafts.map(({ entity }) => entity)).toEqual(allOf(before));
      expect(await stage.store.read()).toEqual(before);
      expect(stage.stores.vault.secrets.list()).toEqual(secrets);
      expect(stage.stores.servers.list().map(({ config }) => config)).toEqual(configs);
      expect(stage.moved).toEqual([]);
    });
  });

  test("keeps its secrets where the file has none", async () => {
    let kept = 0;
    await holdsFor(async (all, stage) => {
      const before = await stage.fill(all);
      const secrets = stage.stores.vault.secrets.list();
      const drafts = await stage.changeAll(before, withoutValues);
      expect(drafts.map(({ entity }) => entity)).toEqual(allOf(before));
      expect(stage.stores.vault.secrets.list()).toEqual(secrets);
      kept += secrets.length;
    });
    expect(kept).toBeGreaterThan(SAME_DICE.numRuns);
  });

  test("reads without values where none came with it, and without opening any", async () => {
    await holdsFor(async (all, stage, empty) => {
      const bare = mapped(all, withoutValues);
      expect(await empty.fill(bare)).toEqual(bare);
      expect(empty.stores.vault.secrets.count()).toBe(0);
      await stage.fill(all);
      expect(stage.store.readClosed()).toEqual(bare);
    });
  });
});

/** Each entity as `change` makes it. */
const mapped = (all: Configuration, change: (entity: AnyEntity) => AnyEntity): Configuration => {
  const changed: Configuration = {
    root: [],
    server: [],
    tool: [],
    resource: [],
    profile: [],
    prompt: [],
  };
  for (const entity of Object.values(all).flat().map(change)) put(changed, entity);
  return changed;
};

function put(all: Configuration, entity: AnyEntity): void {
  const list: AnyEntity[] = all[entity.kind];
  list.push(entity);
}
