import { homedir } from "node:os";
import {
  GatewayError,
  type SettingKey,
  type Settings,
  settings as settingsSchema,
  type SettingView,
} from "@local-mcp/contract";
import { type Paths, resolvePaths } from "@local-mcp/database";
import { type EnvironmentCredentials, readCredentials } from "./credentials.ts";
import { Environment } from "./environment.ts";
import type { VariableName } from "./variables.ts";

export interface ConfigurationInput {
  dataDir?: string;
  configEnv?: string;
  /** What the command line says; it wins over everything. */
  settings?: Partial<Settings>;
  env: NodeJS.ProcessEnv;
}

const FROM_ENVIRONMENT: Partial<Record<SettingKey, VariableName>> = {
  host: "HOST",
  port: "PORT",
  clientMetadataUrl: "MCPGATEWAY_CLIENT_METADATA_URL",
};

/**
 * Where everything is and what is set, in this order: arguments, environment, `.env`, stored
 * settings, defaults.
 */
export class Configuration {
  readonly paths: Paths;
  readonly environment: Environment;
  readonly #arguments: Partial<Settings>;
  #stored: Partial<Settings> = {};

  /** @throws GatewayError config_invalid */
  constructor(input: ConfigurationInput) {
    this.paths = resolvePaths({
      dataDir: input.dataDir,
      databasePath: undefined,
      env: input.env,
      home: homedir(),
    });
    this.environment = new Environment(input.env, {
      path: input.configEnv ?? this.paths.env,
      required: input.configEnv !== undefined,
    });
    this.#arguments = input.settings ?? {};
  }

  /** Takes over what the database holds. */
  store(stored: Partial<Settings>): void {
    this.#stored = stored;
  }

  get settings(): Settings {
    const values = Object.fromEntries(this.views().map(({ key, value }) => [key, value]));
    return settingsSchema.parse(values);
  }

  /** Each setting with its value and the place that decided it. @throws GatewayError config_invalid */
  views(): SettingView[] {
    const defaults = settingsSchema.parse({});
    return settingsSchema.keyof().options.map((key) => {
      const given = this.#arguments[key];
      if (given !== undefined) {
        return { key, value: given, default: defaults[key], source: "argument" as const };
      }
      const found = this.#fromEnvironment(key);
      if (found) return { key, value: found.value, default: defaults[key], source: found.source };
      const stored = this.#stored[key];
      return stored === undefined
        ? { key, value: defaults[key], default: defaults[key], source: "default" as const }
        : { key, value: stored, default: defaults[key], source: "stored" as const };
    });
  }

  /** What decides a setting that is not stored, in words: “PORT in the environment”. */
  placeOf(key: SettingKey): string {
    if (this.#arguments[key] !== undefined) return `--${key}`;
    const source = this.#fromEnvironment(key)?.source;
    return `${FROM_ENVIRONMENT[key] ?? key} in the ${source === ".env" ? ".env file" : "environment"}`;
  }

  /** @returns null where it is not set. @throws GatewayError config_invalid */
  secret(name: "AUTH_ENCRYPTION_SECRET" | "VAULT_PASSPHRASE"): string | null {
    return this.environment.find(name)?.value ?? null;
  }

  /** @throws GatewayError config_invalid where one of them would be no protection */
  credentials(): EnvironmentCredentials {
    return readCredentials(this.environment);
  }

  #fromEnvironment(
    key: SettingKey,
  ): { value: SettingView["value"]; source: "environment" | ".env" } | null {
    const variable = FROM_ENVIRONMENT[key];
    const found = variable === undefined ? null : this.environment.find(variable);
    if (!found) return null;
    const schema = settingsSchema.shape[key];
    const isNumber = typeof schema.parse(undefined) === "number";
    const parsed = schema.safeParse(isNumber ? Number(found.value) : found.value);
    if (!parsed.success || found.value.trim() === "") {
      throw new GatewayError("config_invalid", {
        name: variable ?? key,
        source: found.source === "environment" ? "the environment" : "the .env file",
        detail: `“${found.value.slice(0, 100)}” is not a ${key}`,
      });
    }
    return { value: parsed.data, source: found.source };
  }
}
