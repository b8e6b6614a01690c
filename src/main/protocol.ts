import {
  PAGE_HEADERS,
  type PageFile,
  pageFile,
  pagePolicy,
  readPageFile,
} from "@local-mcp/gateway";
import { APP_ORIGIN } from "./security.ts";

/** The page talks by its MessagePort, never by network. */
export const CONTENT_SECURITY_POLICY = pagePolicy("'none'");

const HEADERS = { ...PAGE_HEADERS, "content-security-policy": CONTENT_SECURITY_POLICY };

/** The file that a URL of the app names; null for everything that is none of its files. */
export function assetOf(root: string, url: string): PageFile | null {
  if (!URL.canParse(url)) return null;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}` === APP_ORIGIN ? pageFile(root, pathname) : null;
}

/** Answers a request of the page with one of the files under `root`. */
export async function serveAsset(root: string, request: Request): Promise<Response> {
  const file = request.method === "GET" ? assetOf(root, request.url) : null;
  const body = file && (await readPageFile(file));
  if (file === null || body === null) {
    return new Response("Not found", {
      status: 404,
      headers: { ...HEADERS, "content-type": "text/plain" },
    });
  }
  return new Response(body, { headers: { ...HEADERS, "content-type": file.type } });
}
