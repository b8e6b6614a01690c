import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { appDirectory, type TestApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { seed } from "./seed.ts";

const PASSPHRASE = "a passphrase for tests";

/** A home whose one server lets nobody in who has not signed in at its authorization server. */
export async function seedProtected({ title = "GitHub" } = {}) {
  const authorization = await startAuthorizationServer({ device: true });
  afterTest(() => authorization.close());
  const server = await startProtectedServer({ trusts: authorization, era: "modern" });
  afterTest(() => server.close());
  const home = appDirectory();
  await seed(home, async (api) => {
    await api.vault.init({ passphrase: PASSPHRASE });
    await api.servers.create({
      name: "github",
      title,
      config: { transport: "http", url: server.url },
    });
    await api.profiles.create({ slug: "dev", name: "dev", servers: ["github"] });
    await api.profiles.activate({ profile: "dev" });
  });
  return { authorization, server, home, env: { VAULT_PASSPHRASE: PASSPHRASE } };
}

/** Calls a tool of the server, as the command line does. */
export async function callTool({ dataDir }: TestApp, name: string): Promise<void> {
  const { url, token } = endpoint(dataDir);
  await fetch(`${url}/api/servers/github/call`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
}
