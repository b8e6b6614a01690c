import { join } from "node:path";
import { createDb, createRevokedQueries } from "@local-mcp/database";
import { expect, it } from "vitest";
import { stageSignIn } from "./sign-in-stage.ts";

/** What a data directory remembers of access that was taken back. */
const takenBack = (dataDir: string): string[] => {
  const db = createDb({ path: join(dataDir, "local-mcp-gateway.db") });
  try {
    return createRevokedQueries(db)
      .list()
      .map(({ kind, subjectId }) => `${kind} ${subjectId}`)
      .toSorted();
  } finally {
    db.close();
  }
};

it("remembers what a person took back, and nothing that went of itself", async () => {
  const { api, dataDir, far, signIn } = await stageSignIn();
  const { id: server } = await api.servers.get({ server: "far" });
  const move = (url: string) => api.servers.update({ server: "far", changes: { url } });
  await signIn();
  // Its tokens are of no use where it is then, and nobody took them back.
  await move("http://127.0.0.1:9/mcp");
  await move(far.url);
  expect((await api.servers.get({ server: "far" })).status.signIn?.state).not.toBe("signed_in");
  expect(takenBack(dataDir)).toEqual([]);

  await signIn();
  await api.signIn.remove({ server: "far" });
  await api.profiles.create({ slug: "play", servers: [] });
  const own = await api.tokens.create({ name: "own", profile: "play" });
  const other = await api.tokens.create({ name: "other", profile: "dev" });
  await api.profiles.remove({ profile: "play" });
  await api.tokens.revoke({ token: other.id });
  const expected = [`access_token ${own.id}`, `access_token ${other.id}`, `sign_in ${server}`];
  expect(takenBack(dataDir)).toEqual(expected.toSorted());
});
