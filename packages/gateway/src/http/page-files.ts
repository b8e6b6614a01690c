import { readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

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

/**
 * The page runs its own files and nothing else.
 *
 * @param connect where it may connect to by network
 */
export const pagePolicy = (connect: "'none'" | "'self'"): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** What goes with every file of the page. */
export const PAGE_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Another build has other files under the same names.
  "cache-control": "no-cache",
} as const;

/** A file of the page and how it is told of. */
export interface PageFile {
  path: string;
  type: string;
}

/** The file under `root` that the path of a URL names; null for everything that is none of the page's. */
export function pageFile(root: string, pathname: string): PageFile | null {
  const path = decode(pathname);
  if (path === null || /[\\\0:]/.test(path)) return null;
  const file = join(root, path === "/" ? "index.html" : path);
  const type = TYPES[extname(file)];
  return file.startsWith(root + sep) && type !== undefined ? { path: file, type } : null;
}

/** Null where it is not there. */
export async function readPageFile({ path }: PageFile): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** One round of decoding: what is still encoded afterwards is part of a name. */
const decode = (pathname: string): string | null => {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
};
