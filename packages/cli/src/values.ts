import { closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { GatewayError } from "@local-mcp/contract";
import { openPrivate, reasonOf } from "@local-mcp/gateway";
import type { Io } from "./io.ts";

/** What was taken for a file's name may be the text itself, which is not repeated: it may be a secret. */
const unreadable = (path: string, error: unknown): { path: string; reason: string } => {
  if (path === "") return { path: "A file", reason: "none is named" };
  if (!/[{\n]/.test(path)) return { path, reason: reasonOf(error) };
  const reason = "give the name of a file with it, or - to pipe it in";
  return { path: "A text in the place of a file", reason };
};

/** A file, or standard input for `-`. @throws GatewayError file_unreadable */
export const readBytes = async (io: Io, path: string): Promise<Buffer> => {
  if (path === "-") return buffer(io.stdin);
  try {
    return readFileSync(path === "" ? path : resolve(io.cwd, path));
  } catch (error) {
    throw new GatewayError("file_unreadable", unreadable(path, error), { cause: error });
  }
};

/**
 * UTF-8, or UTF-16 that says so, as PowerShell writes what is sent to a file.
 *
 * @throws GatewayError file_unreadable for anything else, since it would be stored as other signs
 */
export const textOf = (bytes: Buffer, path: string): string => {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const reason = "it is no text in UTF-8; save it as such";
    throw new GatewayError(
      "file_unreadable",
      { path: path === "-" ? "Standard input" : path, reason },
      { cause: error },
    );
  }
};

/** The text of a file, or of standard input for `-`. @throws GatewayError file_unreadable */
export const readText = async (io: Io, path: string): Promise<string> =>
  (await readBytes(io, path)).toString("utf8");

/** The secret in a file or on standard input: all of it but one line end at its end. */
export const readSecret = async (io: Io, path: string): Promise<string> => {
  const secret = (await readText(io, path)).replace(/\r?\n$/, "");
  if (secret !== "") return secret;
  const source = path === "-" ? "standard input" : path;
  throw new GatewayError("file_unreadable", { path: source, reason: "it is empty" });
};

/** A secret from the environment: the variable itself, or the file that its `…_FILE` form names. */
export const environmentSecret = async (io: Io, name: string): Promise<string | undefined> => {
  const value = io.env[name];
  if (value !== undefined && value !== "") return value;
  const file = io.env[`${name}_FILE`];
  return file === undefined || file === "" ? undefined : readSecret(io, file);
};

/** A file that a secret is about to be written to. */
export interface SecretFile {
  path: string;
  write: (secret: string) => void;
  /** Leaves nothing behind where nothing was written. */
  close: () => void;
}

/**
 * Makes a file that only its owner can read, before there is a secret to put in.
 * @throws GatewayError file_unwritable, also where there is one of that name
 */
export const newSecretFile = (io: Io, name: string): SecretFile => {
  const path = resolve(io.cwd, name);
  const file = openPrivate(path);
  let written = false;
  return {
    path,
    write: (secret) => {
      writeFileSync(file, secret);
      written = true;
    },
    close: () => {
      closeSync(file);
      if (!written) rmSync(path);
    },
  };
};
