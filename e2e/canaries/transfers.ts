import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Deed, inVain } from "./in-vain.ts";
import { command } from "./programs.ts";
import type { Running } from "./running.ts";
import type { Sample } from "./samples.ts";

const imported = z.object({ job: z.object({ id: z.string() }) });

/** Everything that is stored, in every form of file. */
const FORMS = [
  { format: "gateway", isSealed: true },
  { format: "flat", isSealed: true },
  { format: "gateway", secrets: "none" },
  { format: "contextforge" },
  { format: "contextforge", secretsOf: { tool: [], server: [] } },
];

const OK = 200;
const CREATED = 201;

const post = (running: Running, path: string, body: object, status?: number): Promise<string> =>
  running.ask("POST", path, { body: JSON.stringify(body), ...(status && { status }) });

/** A file as people write it by hand, each of these in clear in another place of it. */
const inClear = (name: string, samples: readonly Sample[], queried: readonly Sample[]) => {
  const values = samples.map(({ value }) => value);
  const [token, header, query] = queried.map(({ value }) => value);
  return {
    version: "2025-03-26",
    // Without it what looks like base64 is taken for sealed, as other programs write it.
    format: { name: "local-mcp-gateway", schema: 1, key: null, secrets: 0, digest: "" },
    entities: {
      tools: [
        {
          name: `${name}_tool`,
          url: "https://api.example.invalid/",
          auth_type: "bearer",
          auth_value: token,
          headers: { "X-Key": header },
          query: { key: query },
        },
      ],
      gateways: [
        {
          name,
          transport: "STDIO",
          command: "a-program-that-is-not-here",
          args: ["--key=${secret:key}"],
          env: Object.fromEntries(values.map((value, at) => [`S${at}`, value])),
          secrets: { key: values[0] },
        },
      ],
    },
  };
};

export const TRANSFERS: Deed[] = [
  {
    name: "everything is exported",
    do: async (stage, running) => {
      const [sample] = inVain(stage, "passphrase of an export", 1, "brief");
      const passphrase = `${sample?.value} and more of it`;
      await post(running, "/api/transfer/estimate", {}, OK);
      for (const { isSealed, ...form } of FORMS) {
        const wish = { ...form, ...(isSealed && { passphrase }), includeInactive: true };
        await post(running, "/api/transfer/export", wish, OK);
      }
      await running.ask("GET", "/export?include_inactive=true", { status: OK });
      await post(running, "/export/selective", { tools: ["bearer-0"] }, OK);
      const file = stage.input("export-passphrase", passphrase);
      for (const format of ["gateway", "flat"]) {
        const options = ["--format", format, "--include-inactive", "--passphrase-file", file];
        const { code, stderr } = await command(stage, [
          "export",
          "-o",
          `${format}.json`,
          ...options,
        ]);
        if (code !== 0) throw new Error(`an export ended with ${code}: ${stderr}`);
      }
      const sealed = readFileSync(join(stage.work, "gateway.json"), "utf8");
      await post(running, "/api/transfer/plan", { text: sealed, passphrase }, OK);
      for (const { value } of inVain(stage, "wrong passphrase of a file", 2, "brief")) {
        const wrong = `${value} and more of it`;
        await post(running, "/api/transfer/plan", { text: sealed, passphrase: wrong });
        await post(running, "/import", { import_data: JSON.parse(sealed), rekey_secret: wrong });
      }
    },
  },
  {
    name: "files with secrets in clear are imported, and refused",
    do: async (stage, running) => {
      const some = inVain(stage, "imported file", 20);
      const file = inClear("imported", some, inVain(stage, "imported file", 3, "query"));
      const text = JSON.stringify(file);
      await post(running, "/api/transfer/plan", { text }, OK);
      const dry = { import_data: file, dry_run: true };
      await post(running, "/import", dry, OK);
      const { job } = imported.parse(
        JSON.parse(await post(running, "/api/transfer/imports", { text }, CREATED)),
      );
      const again = inClear(
        "imported",
        inVain(stage, "changed file", 20),
        inVain(stage, "changed file", 3, "query"),
      );
      await running.ask("POST", "/import", { body: JSON.stringify(again), status: OK });
      await post(running, "/import", { import_data: file, conflict_strategy: "fail" }, 409);
      for (const { value } of inVain(stage, "refused file", 3)) {
        const tool = {
          name: "refused",
          url: `ftp://ada:${value}@x/?key=${value}`,
          auth_value: value,
        };
        const refused = [
          { entities: { tools: [tool] } },
          { entities: { tools: [{ ...tool, auth_type: "bearer", auth_value: { token: value } }] } },
          { entities: { gateways: [{ name: "refused", env: [value], headers: { "X-Key": 5 } }] } },
          {
            entities: {
              tools: [
                { name: "imported_tool", url: "https://elsewhere.invalid/", headers: [value] },
              ],
            },
          },
        ];
        for (const one of refused) {
          const whole = JSON.stringify({ version: "2025-03-26", ...one });
          await post(running, "/api/transfer/imports", { text: whole });
          await running.ask("POST", "/import", { body: whole });
        }
        const cut = `{"version": "2025-03-26", "entities": {"tools": [{"auth_value": "${value}`;
        await post(running, "/api/transfer/plan", { text: cut });
        await running.ask("POST", "/import", { body: cut });
      }
      const path = stage.input("import.json", text);
      for (const options of [
        ["--json", "--dry-run", "--verbose"],
        ["--conflict-strategy", "fail"],
        ["--yes"],
      ]) {
        await command(stage, ["import", path, ...options]);
      }
      for (const where of [
        `/import/status/${job.id}`,
        "/import/status",
        "/api/transfer/imports",
        "/api/audit",
      ]) {
        await running.ask("GET", where, { status: OK });
      }
      stage.readFiles("after imports");
    },
  },
];
