import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type GatewayView, GatewayWatch } from "./gateway-watch.ts";

let dataDir: string;
let gateway: Gateway;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "gateway-watch-"));
  gateway = await createGateway({ dataDir, env: {}, settings: { port: 0 }, kind: "app" });
});
afterEach(async () => {
  await gateway.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const follow = () => {
  const views: GatewayView[] = [];
  const failures: unknown[] = [];
  const watch = new GatewayWatch({
    gateway,
    onChange: (view) => views.push(view),
    onFailure: (error) => failures.push(error),
    togetherMs: 1,
  });
  return { watch, views, failures };
};

test("the state is told at once and after each change, settings with their defaults", async () => {
  const { watch, views, failures } = follow();
  watch.start();
  await vi.waitFor(() => expect(views).not.toEqual([]));
  expect(views[0]?.status).toMatchObject({ state: "not_serving", url: null });
  expect(views[0]?.settings).toMatchObject({ appearance: "system", askBeforeQuit: true });

  await gateway.api.profiles.create({ slug: "dev", name: "Development" });
  await gateway.api.settings.update({ appearance: "dark" });
  await vi.waitFor(() => {
    expect(views.at(-1)?.profiles.map(({ name }) => name)).toContain("Development");
    expect(views.at(-1)?.settings.appearance).toBe("dark");
  });
  expect(failures).toEqual([]);
  watch.close();
});

test("nothing is told after the end", async () => {
  const { watch, views } = follow();
  watch.start();
  await vi.waitFor(() => expect(views).not.toEqual([]));
  await gateway.api.profiles.create({ slug: "one" });
  watch.close();
  const told = views.length;
  await gateway.api.profiles.create({ slug: "two" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(views).toHaveLength(told);
});
