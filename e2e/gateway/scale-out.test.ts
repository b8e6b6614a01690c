/** What docs/scale-out/ says is run, as far as it can be without a cluster. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGateway } from "@local-mcp/gateway";
import { expect, it } from "vitest";
import { VARIABLES } from "../../packages/gateway/src/configuration/variables.ts";
import { CLI, type Outcome, outcomeOf, run } from "../command-line.ts";
import { afterTest } from "../fixtures/test-support.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const documentOf = (name: string): string =>
  readFileSync(join(REPOSITORY, "docs/scale-out", name), "utf8");

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "scale-out-"));
  afterTest(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const SECRET = { AUTH_ENCRYPTION_SECRET: "a secret that opens the vault of this test" };

it("the image has all that the gateway needs", async () => {
  const image = directory();
  const copies = documentOf("Containerfile").matchAll(/^COPY --from=build \/build\/(\S+) (\S+)$/gm);
  for (const [, from = "", to = ""] of copies) {
    cpSync(join(REPOSITORY, from), join(image, to), { recursive: true });
  }
  const env = {
    PATH: process.env.PATH,
    HOME: image,
    DATABASE_PATH: join(image, "data/gateway.db"),
  };
  const { code, stdout, stderr } = await run([join(image, "index.mjs"), "servers", "list"], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("No servers yet");
});

it("the manifest sets variables that there are", () => {
  const names = [...documentOf("kubernetes.yaml").matchAll(/- \{? ?name: ([A-Z_]+)\b/g)];
  const known = Object.entries(VARIABLES).flatMap(([name, { secret }]) =>
    secret ? [name, `${name}_FILE`] : [name],
  );
  expect(names.length).toBeGreaterThan(3);
  const ofSystem = ["HOME"];
  expect(names.map(([, name]) => name)).toEqual(
    names.flatMap(([, name = ""]) => ([...known, ...ofSystem].includes(name) ? [name] : [])),
  );
});

it("its init container makes a directory of a backup, and does so again for a pod that starts anew", async () => {
  const root = directory();
  const env = { PATH: process.env.PATH, HOME: root, ...SECRET };
  const gateway = await createGateway({ dataDir: join(root, "first"), kind: "cli", env });
  await gateway.api.profiles.create({ slug: "dev", servers: [] });
  await gateway.close();
  const passphrase = join(root, "passphrase");
  writeFileSync(passphrase, "a passphrase for backups\n");
  const withPassphrase = { ...env, BACKUP_PASSPHRASE_FILE: passphrase };
  const file = join(root, "gateway.age");
  const made = await run(
    [CLI, "--data-dir", join(root, "first"), "backup", "create", "--out", file],
    withPassphrase,
  );
  expect(made.code).toBe(0);

  const [, listed = ""] =
    /args: \[(backup, restore, [^\]]*)\]/.exec(documentOf("kubernetes.yaml")) ?? [];
  const words = listed.replace("/run/backup/gateway.age", file).split(", ");
  const restore = (): Promise<Outcome> => {
    const inPod = { ...withPassphrase, DATABASE_PATH: join(root, "pod/local-mcp-gateway.db") };
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    return outcomeOf(spawn(process.execPath, [CLI, ...words], { env: inPod, stdio }));
  };
  expect((await restore()).code).toBe(0);
  // The init container runs again where the node was started again, over what the pod had.
  expect((await restore()).code).toBe(0);
  const pod = await createGateway({ dataDir: join(root, "pod"), kind: "cli", env });
  const slugs = (await pod.api.profiles.list({})).map(({ slug }) => slug);
  await pod.close();
  expect(slugs).toContain("dev");
});
