import { nameIn, readEntry } from "./client-entries.ts";
import type { Draft } from "./draft.ts";
import { parseLenientJson } from "./lenient-json.ts";

/** Pages and programs that a button “Add to …” in a document leads to. */
const INSTALLERS =
  /^(?:(?:cursor|vscode|vscode-insiders|vscodium|lmstudio|goose|windsurf):|https:\/\/(?:www\.)?(?:cursor\.com|(?:insiders\.)?vscode\.dev|lmstudio\.ai)\/)/i;

/**
 * The server that a link adds to a client, such as `cursor://…/mcp/install?name=…&config=…` or
 * `vscode:mcp/install?{…}`. Null for any other text.
 *
 * @throws GatewayError malformed_json where its configuration cannot be read
 */
export function readInstallLink(text: string): Draft | null {
  if (!INSTALLERS.test(text) || !/install|mcp\/add/i.test(text) || !URL.canParse(text)) return null;
  const { search, searchParams } = new URL(text);
  const config = searchParams.get("config");
  const value = parseLenientJson(decoded(config ?? search.slice(1)));
  const name = searchParams.get("name") ?? nameIn(value);
  return readEntry(name, value);
}

/** Cursor writes JSON in base64, VS Code in percent encoding. */
function decoded(config: string): string {
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(config))
    return Buffer.from(config, "base64").toString("utf8");
  try {
    return decodeURIComponent(config);
  } catch {
    return config;
  }
}
