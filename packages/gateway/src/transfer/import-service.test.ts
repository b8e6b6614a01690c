import { GatewayError, type ImportOptions, importApply } from "@local-mcp/contract";
import { expect, it } from "vitest";
import { LOCAL, type Principal } from "../tokens/principal.ts";
import { said, type Stage, startImports as start } from "./import-service.fixture.ts";
import type { ImportService } from "./import-service.ts";
import { transferStage } from "./store/stage.fixture.ts";

const FILE: ImportOptions = {
  name: "team.json",
  text: JSON.stringify({
    version: "2025-03-26",
    entities: {
      gateways: [{ name: "files", transport: "STDIO", command: "files-server" }],
      prompts: [{ name: "one", template: "1" }],
    },
  }),
};

const apply = (service: ImportService, wish: object = {}, principal: Principal = LOCAL) =>
  service.apply(importApply.parse({ ...FILE, ...wish }), principal);

const withPrompt = (stage: Stage, name: string) => (): void => {
  stage.stores.prompts.insert({ name, template: "mine", arguments: [] });
};

const namesIn = ({ stores }: Stage): string[] => stores.prompts.list().map(({ name }) => name);

it("does not write over what has changed since the plan was made", async () => {
  const stage = transferStage();
  const service = start(stage, { backup: withPrompt(stage, "two") });
  await expect(apply(service)).rejects.toMatchObject({ code: "import_changed" });
  expect(namesIn(stage)).toEqual(["two"]);
  const counts = { total: 2, created: 0, failed: 2 };
  expect(service.jobs()).toMatchObject([{ state: "failed", backup: null, counts, processed: 2 }]);
});

it("says how far it is while it plans", async () => {
  const stage = transferStage();
  const { store } = stage;
  const seen: unknown[] = [];
  const build: typeof store.build = (...asked) => {
    const [job] = service.jobs();
    seen.push([job?.phase, job?.processed, job?.counts.total, job?.counts.created]);
    return store.build(...asked);
  };
  const service: ImportService = start(stage, { store: { ...store, build } });
  await apply(service);
  expect(seen).toEqual([
    ["plan", 0, 0, 0],
    ["plan", 1, 2, 0],
  ]);
});

it("tells what is wrong outside of its entries as what it is", async () => {
  const service = start(transferStage());
  const text = JSON.stringify({
    entities: { widgets: [], prompts: [{ name: "p", template: "1" }] },
  });
  await expect(apply(service, { text })).rejects.toMatchObject({
    code: "import_malformed",
    message: expect.stringMatching(
      /“team.json” has errors .* \/entities\/widgets: There is no such/,
    ),
  });
});

it("undoes all of it where what was written does not read back as it was planned", async () => {
  const stage = transferStage();
  const { store } = stage;
  const build: typeof store.build = async (...asked) => {
    const draft = await store.build(...asked);
    return draft.entity.kind === "prompt" ? { ...draft, write: () => {} } : draft;
  };
  const service = start(stage, { store: { ...store, build } });
  await expect(apply(service)).rejects.toMatchObject({ code: "internal" });
  expect(said.splice(0).join()).toContain("/entities/prompts/0 does not read back");
  expect(stage.stores.servers.list()).toEqual([]);
  expect(service.jobs()).toMatchObject([{ state: "failed", problem: { code: "internal" } }]);
  expect([...service.outcomes]).toEqual([["failed", 1]]);
});

it("lets nothing run for somebody who may not start processes", async () => {
  const stage = transferStage();
  const service = start(stage);
  const manager: Principal = { ...LOCAL, rights: ["use", "manage"] };
  const consent = { consent: ["files"] };
  await expect(apply(service, consent, manager)).rejects.toMatchObject({
    code: "token_lacks_right",
  });
  expect(service.jobs()).toEqual([]);
  await expect(apply(service, {}, manager)).rejects.toMatchObject({ code: "import_invalid" });
  const { unconfirmed } = await apply(service, consent);
  expect(unconfirmed).toEqual([]);
  expect(stage.stores.servers.list()[0]?.confirmedHash).toEqual(expect.any(String));
});

it("is cancelled until it writes, and with the gateway", async () => {
  const stage = transferStage();
  const service: ImportService = start(stage, {
    backup: () => service.cancel(service.jobs()[0]?.id ?? ""),
  });
  await expect(apply(service)).rejects.toMatchObject({ code: "import_cancelled" });
  expect(service.jobs()).toMatchObject([{ state: "cancelled" }]);
  const ended: ImportService = start(stage, { backup: () => void ended.close() });
  await expect(apply(ended)).rejects.toMatchObject({ code: "shutting_down" });
  expect(namesIn(stage)).toEqual([]);
  await expect(apply(ended)).rejects.toBeInstanceOf(GatewayError);
});

it("that a gateway left behind has failed, and changed nothing", async () => {
  const stage = transferStage();
  const service = start(stage, {
    backup: () => {
      const [left] = start(stage).jobs();
      expect(left).toMatchObject({ state: "failed", problem: { code: "import_interrupted" } });
    },
  });
  const { job } = await apply(service);
  expect(service.jobs()).toMatchObject([{ id: job.id, state: "completed", problem: null }]);
  expect(service.cleanup(0)).toBe(1);
  expect(service.jobs()).toEqual([]);
});
