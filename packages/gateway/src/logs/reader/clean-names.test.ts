import { createRedactor } from "@local-mcp/vault";
import { expect, test } from "vitest";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";
import { createLogReader } from "./worker-client.ts";

const LATER = "learnt-later-3f9";

test("a name that has what became a secret since leaves the thread without it, wherever it stands", async () => {
  using stage = new ReaderStage();
  stage.ended(
    { correlation: "c", name: `tool ${LATER}`, client: { name: LATER, version: `v ${LATER}` } },
    { outcome: "error", error: { code: LATER, message: LATER } },
  );
  stage.ended({ correlation: "c", name: LATER, sessionId: `s ${LATER}` }, {});
  const redactor = createRedactor();
  const thread = createLogReader({ files: stage.files, redactor, onBroken: () => {} });
  const filter = { filter: "", now: NOW };
  const written = { first: 1, last: 1, changed: [2], marked: [] };
  const all = async (): Promise<string> =>
    JSON.stringify(
      await Promise.all([
        thread.ask("page", { ...filter, limit: 10 }, WAITING),
        thread.ask("news", { ...filter, written }, WAITING),
        thread.ask("detail", 2),
        thread.ask("row", 1),
        thread.ask("stats", filter),
        thread.ask("sessions", filter),
        thread.ask("suggest", { key: "client", prefix: "" }),
      ]),
    );
  try {
    expect((await all()).split(LATER).length).toBeGreaterThan(15);
    redactor.knowForNow(LATER);
    const clean = await all();
    expect(clean).not.toContain(LATER);
    expect(clean).toContain("tool [removed");
  } finally {
    await thread.close();
  }
});
