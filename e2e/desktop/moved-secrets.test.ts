import { expect, test } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { heading } from "./person.ts";
import { go, press } from "./states/state.ts";

test("stored secrets go to another origin only when the person says so", async () => {
  const [first, second] = [await startHttpServer(), await startHttpServer()];
  afterTest(() => Promise.all([first.close(), second.close()]));
  const { page, dataDir } = await startApp({
    env: { AUTH_ENCRYPTION_SECRET: "of this test only" },
  });
  await heading(page, "Overview").waitFor();
  const { url, token } = endpoint(dataDir);
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const sent = body && { body: JSON.stringify(body) };
    const response = await fetch(`${url}/api${path}`, { method, headers, ...sent });
    return response.text();
  };
  const config = { transport: "http", url: first.url, headers: { "X-Key": "a secret" } };
  await ask("POST", "/servers", { name: "web", config });

  await go(page, "/servers/web/settings");
  await page.getByLabel("URL", { exact: true }).fill(second.url);
  await press(page, "Save");
  await page.getByText(`are for ${first.origin}, and would go to ${second.origin}.`).waitFor();
  expect(await ask("GET", "/servers/web")).toContain(first.url);
  expect(second.requests).toEqual([]);
  await press(page, "Send them there");
  await expect
    .poll(() => second.requests.some(({ headers }) => headers["x-key"] === "a secret"))
    .toBe(true);
  expect(await page.getByRole("button", { name: "Send them there" }).count()).toBe(0);
});
