import { expect } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { fixtureEntry } from "./person.ts";
import { seed } from "./seed.ts";
import { press } from "./states/state.ts";

type Seed = Parameters<typeof seed>[1];

/**
 * The app with two servers, and a client of each of two profiles: “dev” has both, “writing” has
 * `notes` only.
 */
export async function startCounted(more: Seed = async () => {}) {
  const home = appDirectory();
  let tokens: string[] = [];
  await seed(home, async (api) => {
    await api.vault.init({ passphrase: VAULT });
    for (const [name, tools] of Object.entries(TOOLS)) {
      const { command, args } = fixtureEntry({}, "--tools", tools);
      const config = { transport: "stdio" as const, command, args };
      await api.servers.create({ name, title: TITLES[name], config, confirmed: true });
    }
    await api.profiles.create({ slug: "dev", name: "dev", servers: ["files", "notes"] });
    await api.profiles.create({ slug: "writing", name: "writing", servers: ["notes"] });
    await api.profiles.activate({ profile: "dev" });
    const made = ["dev", "writing"].map((profile) =>
      api.tokens.create({ name: profile, profile, rights: ["use"] }),
    );
    tokens = (await Promise.all(made)).map(({ token }) => token);
    await more(api);
  });
  const test = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
  await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await press(test.page, "Skip setup");
  const [dev = "", writing = ""] = tokens;
  return {
    test,
    dev: await clientOf(test, "dev", dev),
    writing: await clientOf(test, "writing", writing),
  };
}

const VAULT = "a passphrase for tests";
const TOOLS = { files: "echo,fail", notes: "add,structured" };
const TITLES: Record<string, string> = { files: "Files", notes: "Notes" };

async function clientOf({ dataDir }: TestApp, profile: string, token: string): Promise<McpClient> {
  const client = new McpClient(`${endpoint(dataDir).url}/mcp/${profile}`, {
    authorization: `Bearer ${token}`,
  });
  await client.initialize();
  // A server that is starting has listed nothing yet.
  const listed = async () => JSON.stringify(await client.request("tools/list"));
  await expect.poll(listed, { timeout: 10_000 }).toContain('"add"');
  return client;
}

const ARGUMENTS: Record<string, object> = { echo: { message: "hello" }, add: { a: 1, b: 2 } };

/** Calls tools by the names they have in the client's profile, one after the other. */
export async function calls(client: McpClient, ...names: string[]): Promise<void> {
  for (const name of names) {
    await client.request("tools/call", { name, arguments: ARGUMENTS[name] ?? {} });
  }
}
