import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CLI, run } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";

type Check = (what: string, holds: boolean, detail?: unknown) => void;

const created = z.object({ id: z.string(), token: z.string() });
const recovery = z.object({ recoveryKey: z.string() });
const vaultStatus = z.object({ state: z.string(), key: z.object({ check: z.string() }) });
const auditPage = z.object({
  entries: z.array(z.looseObject({ action: z.string(), outcome: z.string() })),
});

const WRONG = "day-wrong-passphrase-3f7b";

/**
 * An afternoon with keys: a client that is shown the door, a passphrase that is wrong, a new data
 * key while everything runs, a key for paper. What was done can be read afterwards.
 */
export async function locks(options: {
  url: string;
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  cli: (...args: string[]) => Promise<unknown>;
  check: Check;
}): Promise<{ secrets: string[] }> {
  const { url, root, dataDir, env, cli, check } = options;

  const { token } = created.parse(
    await cli("tokens", "create", "--name", "guest", "--profile", "day"),
  );
  const guest = new McpClient(`${url}/mcp/day`, { authorization: `Bearer ${token}` });
  await guest.initialize();
  await cli("tokens", "revoke", "guest");
  const after = await guest.request("tools/list", {}).then(() => "let in", String);
  check("a revoked token ends there and then", !after.includes("let in"), after);

  const wrongFile = join(root, "wrong-passphrase");
  writeFileSync(wrongFile, WRONG, { mode: 0o600 });
  const wrong = await run(
    [CLI, "--data-dir", dataDir, "vault", "unlock", "--passphrase-file", wrongFile],
    env,
  );
  check("a wrong passphrase is said to be one", wrong.code === 6, wrong.stderr);

  const before = vaultStatus.parse(await cli("vault", "status"));
  const { recoveryKey } = recovery.parse(await cli("vault", "add-recovery-key"));
  const rotated = vaultStatus.parse(await cli("vault", "rotate"));
  check(
    "the data key is replaced while everything runs",
    rotated.state === "open" && rotated.key.check !== before.key.check,
    rotated.state,
  );
  await cli("servers", "restart", "secret");

  const { entries } = auditPage.parse(await cli("audit", "list", "--limit", "500"));
  const done = entries.map(({ action, outcome }) => `${action} ${outcome}`);
  for (const expected of [
    "token.create ok",
    "token.revoke ok",
    "vault.unlock failed",
    "vault.slot_add ok",
    "vault.rotate ok",
    "server.start ok",
  ]) {
    check(`the audit log says ${expected}`, done.includes(expected), done.join(", "));
  }
  const told = JSON.stringify(entries);
  const secrets = [token, recoveryKey, WRONG];
  check("and nothing secret", !secrets.some((secret) => told.includes(secret)));
  return { secrets: [token, recoveryKey] };
}
