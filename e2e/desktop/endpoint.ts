import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Where the gateway of a data directory answers, as it tells other programs. */
export const endpoint = (dataDir: string): { url: string; pid: number; token: string } =>
  z
    .object({ url: z.string(), pid: z.number(), token: z.string() })
    .parse(JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8")));
