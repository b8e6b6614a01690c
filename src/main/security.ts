/** Where the app's own page lives. */
export const APP_SCHEME = "app";
export const APP_ORIGIN = "app://gateway";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether a URL is of the app's own page, or of the development server where there is one. */
export function isOwnUrl(url: string, devServer: string | null): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  if (`${protocol}//${host}` === APP_ORIGIN) return true;
  return devServer !== null && new URL(url).origin === new URL(devServer).origin;
}

/**
 * The URL as it may be handed to the system's browser: https anywhere, http on this computer. Null
 * for everything else, since other schemes start programs.
 */
export function externalUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, username, password, href } = new URL(text);
  if (username !== "" || password !== "") return null;
  if (protocol === "https:") return href;
  return protocol === "http:" && LOOPBACK.has(hostname) ? href : null;
}
