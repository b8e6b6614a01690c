import { randomBytes } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { GatewayError, MAX_IMPORT_BYTES } from "@local-mcp/contract";
import { replaceFile } from "@local-mcp/gateway";
import { z } from "zod";
import { parseJson } from "../bridge/message.ts";
import type { Cli } from "../cli.ts";
import { writing } from "../files.ts";
import { usage } from "../forms.ts";

/** What every export says of itself, in each of its forms. */
const anyExport = z.looseObject({ version: z.string(), exported_at: z.string() });

const isExport = (path: string, bytes: number): boolean =>
  bytes <= MAX_IMPORT_BYTES && anyExport.safeParse(parseJson(readFileSync(path, "utf8"))).success;

/** Where an export is to go. The path is absolute; null: in the working directory, as the gateway calls it. */
type Target = { to: "stdout" } | { to: "file"; path: string | null };

export const targetOf = (cli: Cli, out: string | undefined): Target => {
  const isStream = out === "-" || (out === undefined && cli.io.stdout.isTTY !== true);
  if (isStream && cli.json) {
    throw usage("With --json the file needs a name: --out FILE. Standard output has one document.");
  }
  if (isStream) return { to: "stdout" };
  return { to: "file", path: out === undefined ? null : resolve(cli.io.cwd, out) };
};

/**
 * An export takes the place of an export without a word, as one that is kept under the same name in
 * git does; of another file it does not.
 *
 * @throws GatewayError export_file_exists, file_unwritable
 */
export const refuseOverwrite = async (path: string, force: boolean): Promise<void> => {
  await writing(path, async () => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      throw new GatewayError("file_unwritable", {
        path,
        reason: "it is a folder; name the file in it",
      });
    }
    if (force || !stats?.isFile() || stats.size === 0 || isExport(path, stats.size)) return;
    throw new GatewayError("export_file_exists", { path });
  });
};

/**
 * Writes a file for its owner only, which is there whole or as it was before; the folder is made
 * where there is none.
 *
 * @throws GatewayError file_unwritable, disk_full
 */
export const putFile = (path: string, text: string): Promise<void> =>
  writing(path, async () => {
    const stats = statSync(path, { throwIfNoEntry: false });
    // Such as /dev/stdout, which is written to and not replaced.
    if (stats !== undefined && !stats.isFile()) return writeFile(path, text);
    // A link stays one.
    const real = stats === undefined ? path : realpathSync(path);
    const folder = dirname(real);
    await mkdir(folder, { recursive: true });
    const partial = join(folder, `.${basename(real)}.${randomBytes(6).toString("hex")}`);
    await replaceFile(real, text, partial);
  });
