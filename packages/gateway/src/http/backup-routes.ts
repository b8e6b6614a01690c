import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { GatewayError } from "@local-mcp/contract";
import { requireRight } from "../api/context.ts";
import type { Audit } from "../audit/audit.ts";
import type { BackupFiles } from "../backups/files.ts";
import { exactLength } from "../exact-length.ts";
import type { Principal } from "../tokens/principal.ts";
import { FOR_NO_PAGE, sendJson } from "./answers.ts";
import { checkMethod, decoded, isBearer, READS } from "./guard.ts";

/** How long a transfer may stand still, ms. One that moves takes as long as it takes. */
const STALL_MS = 60_000;

/** Files of backups on their way in and out. They go by ids, never by a path. */
export type BackupTransfer = Pick<BackupFiles, "read" | "receive">;

export interface BackupRoutesOptions {
  files: BackupTransfer;
  audit: Pick<Audit, "record">;
  stallMs?: number;
}

/** Answers a request whose sender is known. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  principal: Principal,
) => Promise<void>;

/**
 * The two routes of `/api` whose bodies are files of any size, and therefore beside the contract: a
 * backup that is fetched, and a file that is brought to be restored. They are what `manage` is for:
 * whatever leaves is encrypted or without secrets.
 *
 * @returns what answers at a path; null where another part of the API does
 */
export function createBackupRoutes({ files, audit, stallMs = STALL_MS }: BackupRoutesOptions) {
  const download =
    (id: string): Answer =>
    async (request, response, principal) => {
      requireRight(principal, "manage");
      checkMethod(request, READS);
      const { name, bytes, stream } = await files.read(id);
      response.writeHead(200, {
        ...FOR_NO_PAGE,
        "content-type": "application/octet-stream",
        "content-length": bytes,
        "content-disposition": `attachment; filename="${name.replace(/[^\w.-]/g, "_")}"`,
      });
      if (request.method === "HEAD") {
        stream.destroy();
        response.end();
        return;
      }
      // Before the first byte: a copy that was broken off is one as far as it goes.
      const subject = { kind: "backup", id, name } as const;
      audit.record(principal, { action: "backup.read", subject, detail: { bytes } });
      response.setTimeout(stallMs, () => response.destroy());
      await pipeline(stream, exactLength(bytes), response);
    };

  const upload: Answer = async (request, response, principal) => {
    requireRight(principal, "manage");
    checkMethod(request, ["POST"]);
    checkIsFile(request);
    response.setTimeout(stallMs, () => response.destroy());
    // From then on it is the disk that is waited for.
    request.once("end", () => response.setTimeout(0));
    const size = request.headers["content-length"];
    const received = await files.receive(
      nameIn(request),
      request,
      size === undefined ? null : Number(size),
    );
    sendJson(response, 201, received);
  };

  return (path: string): Answer | null => {
    if (path === "/api/backups/files") return upload;
    const id = /^\/api\/backups\/([^/]+)\/file$/.exec(path)?.[1];
    return id === undefined ? null : download(decoded(id));
  };
}

/** As the person calls the file; only shown. */
const nameIn = ({ url = "" }: IncomingMessage): string =>
  new URL(url, "http://localhost").searchParams.get("name") ?? "";

/**
 * The body is the file. No form can send this type, and a page that sends no type has no bearer
 * token to send.
 *
 * @throws GatewayError backup_upload_type
 */
function checkIsFile(request: IncomingMessage): void {
  const type = request.headers["content-type"];
  if (type === undefined && isBearer(request)) return;
  if (/^application\/octet-stream\s*(;|$)/i.test(type ?? "")) return;
  throw new GatewayError("backup_upload_type", { type: (type ?? "").slice(0, 100) });
}
