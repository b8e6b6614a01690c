import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Where the gateway of a data directory answers, as it tells other programs. */
export const endpoint = (dataDir: string): { url: string; pid: number } =>
  z
    .object({ url: z.string(), pid: z.number() })
    .parse(JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8")));
