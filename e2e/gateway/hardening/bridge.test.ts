import { once } from "node:events";
import { PassThrough } from "node:stream";
import { run } from "@local-mcp/cli";
import { expect, it } from "vitest";
import { afterTest } from "../../fixtures/test-support.ts";
import { until } from "../test-gateway.ts";
import { INITIALIZE, startStage } from "./stage.ts";

it("N-27: a bridge makes a token for its profile, which goes when it ends", async () => {
  const stage = await startStage();
  afterTest(() => stage.close());
  const { dataDir } = await stage.api.status.get();
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let said = "";
  stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const exit = run(["--data-dir", dataDir, "bridge", "--profile", "dev"], {
    stdin,
    stdout,
    stderr,
    env: { PATH: process.env.PATH },
    cwd: dataDir,
    signal: new AbortController().signal,
  });
  stdin.write(`${INITIALIZE}\n`);
  await once(stdout, "data");
  const client = async () => (await stage.api.clients.list()).clients[0];
  expect(await client()).toMatchObject({ tokenName: "bridge", profile: "dev" });
  expect(await stage.api.tokens.list()).toMatchObject([{ name: "all" }]);
  const { tokenId } = (await client()) ?? {};
  stdin.end();
  expect(await exit).toBe(0);
  expect(said).toBe("");
  await until(client, (one) => one === undefined || one.tokenName === null);
  await expect(stage.api.tokens.revoke({ token: tokenId ?? "" })).rejects.toMatchObject({
    data: { code: "token_not_found" },
  });
});
