import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { once } from "node:events";
import { join } from "node:path";
import { FAULTS } from "../../fixtures/http-plumbing.ts";
import { startHttpServer } from "../../fixtures/http-server.ts";
import { afterTest, fixtureFile } from "../../fixtures/test-support.ts";
import { appDirectory, stage, startApp } from "../app.ts";
import { seed } from "../seed.ts";
import { detailState, go, next, pageState, press, type Scene } from "./state.ts";

const faulty = async (fault: keyof typeof FAULTS) => {
  const server = await startHttpServer({ fault: () => FAULTS[fault] });
  afterTest(() => server.close());
  return { transport: "http" as const, url: server.url };
};

/** A server whose certificate nobody vouches for. */
async function untrusted() {
  const server = createServer({
    cert: readFileSync(fixtureFile("tls/server.pem")),
    key: readFileSync(fixtureFile("tls/server-key.pem")),
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterTest(() => server.close());
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return { transport: "http" as const, url: `https://127.0.0.1:${address.port}/mcp` };
}

const at = (url: string) => ({ transport: "http" as const, url });
const command = (more: { command?: string; args?: string[]; cwd?: string }) => ({
  transport: "stdio" as const,
  command: stage().node,
  ...more,
});
const hostile = (mode: string) =>
  command({ args: [join(stage().fixtures, "hostile-stdio.mjs"), mode] });

/** What the window says of each. One that is tried again and again is left stopped in the end. */
const SAYS: Record<string, string | RegExp> = {
  exits: /exit code 1|failed 5 times/,
  silent: /did not answer within 1 s|failed 5 times/,
  chatty: /writes text that is not MCP|failed 5 times/,
  "no-folder": "The folder",
  "no-secret": /secret/,
  "not-found": "there is no MCP endpoint",
  broken: /500/,
  website: /not MCP|no MCP/,
  nameless: "could not be resolved",
  closed: /refused|reached/,
  untrusted: /certificate/,
  "half-listed": "did not list everything",
};

/** The shortest time that a server can be let run without a call. */
const SOON_IDLE_MS = 10_000;

/** A trouble block of each reason that the working day does not show. */
export const troubles: Scene = {
  name: "troubles",
  open: async () => {
    const home = appDirectory();
    const configs = {
      exits: hostile("exit"),
      silent: hostile("hang"),
      chatty: hostile("garbage-only"),
      "no-folder": command({ cwd: "/no/such/folder" }),
      "no-secret": command({ args: ["--token", "${secret:token}"] }),
      "not-found": await faulty("notFound"),
      broken: await faulty("serverError"),
      website: await faulty("html"),
      nameless: at("http://no-such-host.invalid/mcp"),
      closed: at("http://127.0.0.1:1/mcp"),
      untrusted: await untrusted(),
      "half-listed": hostile("list-fails"),
      huge: hostile("huge"),
      noisy: hostile("garbage"),
      resting: hostile("garbage"),
    };
    await seed(home, async (api) => {
      for (const [name, config] of Object.entries(configs)) {
        const startTimeoutMs = ["silent", "chatty"].includes(name) ? 1000 : 30_000;
        const limits = { startTimeoutMs, ...(name === "resting" && { idleStopMs: SOON_IDLE_MS }) };
        await api.servers.create({ name, config, confirmed: true, limits });
      }
      await api.profiles.create({ slug: "dev", name: "dev", servers: Object.keys(configs) });
      await api.profiles.activate({ profile: "dev" });
    });
    const test = await startApp({ home });
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return {
      test,
      states: [
        ...Object.entries(SAYS).map(([name, says]) =>
          detailState(`server in trouble: ${name}`, `/servers/${name}/tools`, says),
        ),
        {
          name: "server in trouble: exits, with its last output",
          show: async (page) => {
            await go(page, "/servers/exits/tools");
            await page.getByText("Last output").click();
            await page.getByRole("link", { name: "All of it is in Output" }).waitFor();
          },
        },
        pageState("server: lines that are not MCP", "/servers/noisy/output", "were not MCP"),
        {
          name: "servers in trouble",
          isPage: true,
          show: async (page) => {
            await go(page, "/servers");
            const list = page.getByRole("grid", { name: "Servers" });
            await list.getByText("was left stopped").first().waitFor();
            await list.getByText("starts on the next call").waitFor();
          },
        },
        pageState("server: idle", "/servers/resting/tools?item=echo", "starts on the next call"),
        next("called all the same, and started by that", async (page) => {
          await page.getByRole("main").getByLabel("message", { exact: true }).fill("x");
          await page.getByRole("button", { name: /^Call tool/ }).click();
          await page.getByText("The tool answered").waitFor();
          await page.getByText("Ready", { exact: true }).waitFor();
        }),
        {
          name: "server: an answer was too big",
          show: async (page) => {
            await go(page, "/servers/huge/tools?item=echo");
            await page.getByRole("main").getByLabel("message", { exact: true }).fill("x");
            await page.getByRole("button", { name: /^Call tool/ }).click();
            await page.getByText("sent a message over the limit").waitFor();
          },
        },
        {
          name: "overview in trouble",
          isPage: true,
          show: async (page) => {
            await go(page, "/overview");
            await press(page, "Skip setup");
            await page.getByText("Needs attention").waitFor();
          },
        },
        pageState("profile in trouble", "/profiles/dev/tools", "Servers in order"),
      ],
    };
  },
};
