import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { descendants, isAlive } from "../processes.ts";
import { appDirectory, startApp } from "./app.ts";
import { seed, seedSmall } from "./seed.ts";
import { endpoint } from "./endpoint.ts";

test("the window shows, and the endpoint is open by then", async () => {
  const { page, dataDir } = await startApp();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  const health = await fetch(`${endpoint(dataDir).url}/health`);
  expect(health.status).toBe(200);
});

test("quitting ends every process, and what was configured is there again", async () => {
  const home = appDirectory();
  await seed(home, seedSmall);
  const first = await startApp({ home });
  await first.page.getByRole("link", { name: "Servers" }).click();
  await first.page.getByText("Ready").first().waitFor();
  const all = [first.pid, ...descendants(first.pid)];
  expect(all.length).toBeGreaterThan(3);
  await first.close();
  expect(all.filter(isAlive)).toEqual([]);
  // Other programs find the gateway by this file, so it goes with the gateway.
  expect(existsSync(join(first.dataDir, "runtime.json"))).toBe(false);

  const second = await startApp({ home });
  await second.page.getByRole("link", { name: "Servers" }).click();
  await second.page.getByText("files", { exact: true }).first().waitFor();
  expect(readFileSync(join(second.dataDir, "logs", "app.log"), "utf8")).toContain("listening");
});
