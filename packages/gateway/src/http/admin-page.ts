import type { IncomingMessage, ServerResponse } from "node:http";
import { checkMethod, pathOf, READS } from "./guard.ts";
import { PAGE_HEADERS, pageFile, pagePolicy, readPageFile } from "./page-files.ts";

const PREFIX = "/admin";

/**
 * The window's pages for a browser. Files only: whoever opens them sees nothing before they have
 * pasted a token, which the page keeps in memory and sends with each call.
 *
 * @param root folder of the built pages; null where they are not served
 * @returns null at all other paths, and where there is no such file
 */
export const createAdminPage =
  (root: string | null) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = pathOf(request);
    if (root === null || !(path === PREFIX || path.startsWith(`${PREFIX}/`))) return false;
    checkMethod(request, READS);
    if (path === PREFIX) {
      // Its files are named from there.
      response.writeHead(308, { location: `${PREFIX}/` }).end();
      return true;
    }
    const file = pageFile(root, path.slice(PREFIX.length));
    const bytes = file && (await readPageFile(file));
    if (file === null || bytes === null) return false;
    response.writeHead(200, {
      ...PAGE_HEADERS,
      "content-security-policy": pagePolicy("'self'"),
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "content-type": file.type,
      "content-length": bytes.byteLength,
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
    return true;
  };
