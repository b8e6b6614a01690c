import { readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { APP_ORIGIN } from "./security.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** The page runs its own files and nothing else; it talks by its MessagePort, never by network. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Another build of the app has other files under the same names.
  "cache-control": "no-cache",
};

/** The file that a URL of the app names; null for everything that is none of its files. */
export function assetPath(root: string, url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, host, pathname } = new URL(url);
  if (`${protocol}//${host}` !== APP_ORIGIN) return null;
  const path = decode(pathname);
  if (path === null || /[\\\0:]/.test(path)) return null;
  const file = join(root, path === "/" ? "index.html" : path);
  return file.startsWith(root + sep) && extname(file) in TYPES ? file : null;
}

/** Answers a request of the page with one of the files under `root`. */
export async function serveAsset(root: string, request: Request): Promise<Response> {
  const file = request.method === "GET" ? assetPath(root, request.url) : null;
  const body = file === null ? null : await readOrNull(file);
  if (file === null || body === null) {
    return new Response("Not found", {
      status: 404,
      headers: { ...HEADERS, "content-type": "text/plain" },
    });
  }
  return new Response(body, {
    headers: { ...HEADERS, "content-type": TYPES[extname(file)] ?? "" },
  });
}

/** One round of decoding: what is still encoded afterwards is part of a name. */
const decode = (pathname: string): string | null => {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
};

const readOrNull = async (file: string): Promise<Uint8Array<ArrayBuffer> | null> => {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return null;
    throw error;
  }
};
