import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";

/**
 * What a running gateway leaves for the command line. The one file that holds a token in clear; it
 * is readable by its user only and gone when the gateway is.
 */
const runtimeSchema = z.object({ pid: z.number().int(), url: z.string(), token: z.string() });
export type Runtime = z.infer<typeof runtimeSchema>;

export function writeRuntime(path: string, runtime: Runtime): void {
  const temporary = `${path}.${process.pid}.tmp`;
  // One that is there, or a link of that name, would keep its mode or lead elsewhere.
  rmSync(temporary, { force: true });
  const text = `${JSON.stringify(runtime)}\n`;
  writeFileSync(temporary, text, { mode: 0o600, flag: "wx", flush: true });
  renameSync(temporary, path);
}

/** @returns null where there is none, or none that can be understood */
export function readRuntime(path: string): Runtime | null {
  try {
    return runtimeSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

/** Removes it, unless another gateway has written its own meanwhile. */
export function removeRuntime(path: string, token: string): void {
  if (readRuntime(path)?.token === token) rmSync(path, { force: true });
}

/** What only a holder of the token can answer to a challenge. */
export const proofOf = (token: string, challenge: string): string =>
  createHmac("sha256", token).update(challenge).digest("hex");

/**
 * Whether the program at the URL knows the token, found out without sending it: another program may
 * have taken the port of a gateway that was killed.
 */
export async function isOurs({ url, token }: Runtime, timeoutMs: number): Promise<boolean> {
  const challenge = randomBytes(32).toString("hex");
  try {
    const response = await fetch(`${url}/health?challenge=${challenge}`, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "error",
    });
    const { proof } = z.object({ proof: z.string() }).parse(await response.json());
    const expected = Buffer.from(proofOf(token, challenge));
    const given = Buffer.from(proof);
    return given.length === expected.length && timingSafeEqual(given, expected);
  } catch {
    // Nothing there, or something else: either way it is not ours.
    return false;
  }
}
