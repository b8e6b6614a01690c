import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { GatewayError } from "@local-mcp/contract";
import { systemCode } from "@local-mcp/engine";
import { type Variable, VARIABLES, type VariableName } from "./variables.ts";

export interface Found {
  value: string;
  source: "environment" | ".env";
}

/**
 * Reads the variables of {@link VARIABLES} from the process's environment and then from a `.env`
 * file, which is the data directory's or the one named, and never that of a working directory.
 */
export class Environment {
  readonly #process: NodeJS.ProcessEnv;
  readonly #file: Record<string, string | undefined>;
  readonly filePath: string | null;

  /** @throws GatewayError config_invalid */
  constructor(process: NodeJS.ProcessEnv, envFile: { path: string; required: boolean }) {
    this.#process = process;
    const exists = existsSync(envFile.path);
    if (!exists && envFile.required) {
      throw new GatewayError("config_invalid", {
        name: "The file",
        source: "--config-env",
        detail: `${envFile.path} does not exist`,
      });
    }
    this.filePath = exists ? envFile.path : null;
    this.#file = exists ? parseEnv(readText(envFile.path)) : {};
  }

  /** The value of a variable, or of the file that its `_FILE` form names. @throws GatewayError */
  find(name: VariableName): Found | null {
    return this.#find(VARIABLES[name]);
  }

  /** The values of all secrets that can be read; what cannot be is told where it is needed. */
  secrets(): string[] {
    return Object.values(VARIABLES)
      .filter(({ secret }) => secret)
      .flatMap((variable) => {
        try {
          const found = this.#find(variable);
          return found ? [found.value, ...passwordIn(found.value)] : [];
        } catch (error) {
          if (error instanceof GatewayError) return [];
          throw error;
        }
      });
  }

  /** Names of the secrets that are set beside the `.env` file; one for a command alone is none. */
  secretsBesideFile(): string[] {
    return Object.values(VARIABLES)
      .filter(({ secret, inEnvFile }) => secret && inEnvFile)
      .filter(({ name }) => this.#process[name] || this.#process[`${name}_FILE`])
      .map(({ name }) => name);
  }

  /** Variables that `.env` sets in vain: they would move the data they are read beside, or are a command's. */
  ignoredInFile(): string[] {
    return Object.values(VARIABLES)
      .filter(({ name, inEnvFile }) => !inEnvFile && this.#file[name] !== undefined)
      .map(({ name }) => name);
  }

  #find({ name, secret, inEnvFile }: Variable): Found | null {
    return (
      this.#findIn(this.#process, "environment", name, secret) ??
      (inEnvFile ? this.#findIn(this.#file, ".env", name, secret) : null)
    );
  }

  #findIn(
    variables: Record<string, string | undefined>,
    source: Found["source"],
    name: string,
    secret: boolean,
  ): Found | null {
    const value = variables[name];
    if (value !== undefined && value !== "") return { value, source };
    const path = secret ? variables[`${name}_FILE`] : undefined;
    if (path === undefined || path === "") return null;
    // Editors end a file with a newline, which is no part of a secret.
    return { value: readText(path, `${name}_FILE`, source).replace(/\r?\n$/, ""), source };
  }
}

/** That of a URL may be told apart from the URL, for example by the program that refuses it. */
function passwordIn(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : "";
  if (password === "") return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

function readText(path: string, name = "The file", source = path): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCode(error) || "it is unreadable";
    throw new GatewayError("config_invalid", { name, source, detail: `${path}: ${code}` });
  }
}
