import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ClientSnippet, ConnectionTest } from "@local-mcp/contract";
import type { ProfileRoute } from "../profiles/profiles-service.ts";
import { findCommand } from "../servers/probe.ts";
import { notListening, testConnection } from "./connection-test.ts";
import { TRACES, writeSnippets } from "./snippets.ts";

/** A command that starts the command line of this program. */
export interface Launcher {
  command: string;
  args: readonly string[];
}

/** Found through PATH, where nobody says where the command line is. */
export const DEFAULT_LAUNCHER: Launcher = { command: "local-mcp-gateway", args: [] };

export interface ConnectionsOptions {
  /** Base URL; the one that will be listened on while nothing listens. */
  url: () => string;
  /** Whether it is us who listen there. */
  isListening: () => boolean;
  /** @throws GatewayError profile_not_found */
  profile: (profile: string) => ProfileRoute;
  /** @throws GatewayError no_active_profile */
  activeProfile: () => ProfileRoute;
  launcher: Launcher;
  /** Null where it is the usual one, which the bridge finds by itself. */
  dataDir: string | null;
  home: string;
  /** Where programs are looked for. */
  env: () => Record<string, string | undefined>;
  version: string;
}

/**
 * What the gateway is called in a client's configuration.
 *
 * @param slug null for the address that follows the active profile
 */
export const entryName = (slug: string | null): string =>
  slug === null ? "local-mcp-gateway" : `local-mcp-${slug}`;

/** What clients are given to connect with, and the test whether that works. */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** What the test calls itself. Nobody else can know it, so nobody else can hide behind it. */
  readonly testName = `connection-test-${randomUUID()}`;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** @throws GatewayError profile_not_found, no_active_profile */
  snippets(profile: string | undefined): ClientSnippet[] {
    const { launcher, dataDir, home, env, activeProfile } = this.#options;
    const route = profile === undefined ? activeProfile() : this.#options.profile(profile);
    const place = dataDir === null ? [] : ["--data-dir", dataDir];
    const written = writeSnippets({
      url: this.#address(profile === undefined ? null : route.slug),
      name: entryName(profile === undefined ? null : route.slug),
      needsToken: !route.allowWithoutToken,
      bridge: {
        command: launcher.command,
        args: [...launcher.args, ...place, "bridge", "--profile", route.slug],
      },
      platform: process.platform,
    });
    return written.map((snippet) => {
      const { folders, programs } = TRACES[snippet.client];
      const installed =
        folders.some((folder) => existsSync(join(home, folder))) ||
        programs.some((program) => findCommand(program, env(), null) !== null);
      return { ...snippet, installed };
    });
  }

  /** @throws GatewayError profile_not_found */
  async test(profile: string | undefined, token: string | undefined): Promise<ConnectionTest> {
    const slug = profile === undefined ? null : this.#options.profile(profile).slug;
    const url = this.#address(slug);
    // Whoever has our port instead of us must not be sent a token.
    if (!this.#options.isListening()) return notListening(url);
    return testConnection({
      url,
      token: token ?? null,
      name: this.testName,
      version: this.#options.version,
    });
  }

  #address(slug: string | null): string {
    const base = `${this.#options.url()}/mcp`;
    return slug === null ? base : `${base}/${slug}`;
  }
}
