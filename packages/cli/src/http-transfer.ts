import type { Agent, IncomingMessage } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { text as textOf } from "node:stream/consumers";
import { GatewayError } from "@local-mcp/contract";
import { type BackupTransfer, systemCode } from "@local-mcp/gateway";
import { z } from "zod";
import type { Running } from "./connect.ts";
import { parseJson } from "./bridge/message.ts";
import { errorInBody } from "./errors.ts";
import { exchange } from "./http.ts";

const received = z.object({ backup: z.string() });

/**
 * The files of a gateway that answers at `url`.
 *
 * @throws GatewayError what that gateway meant; gateway_unreachable, not_a_gateway,
 * backup_transfer_cut
 */
export const httpTransfer = (
  { url, authorization }: Running,
  agent: Agent | HttpsAgent,
): BackupTransfer => {
  return {
    async read(backup) {
      // A URL takes these for steps, however they are written.
      if (/^\.{0,2}$/.test(backup)) throw new GatewayError("backup_not_found", { backup });
      const address = new URL(`${url}/api/backups/${encodeURIComponent(backup)}/file`);
      const request = { method: "GET", headers: { authorization }, agent };
      const answer = await exchange(address, request).catch((cause: unknown) => {
        throw new GatewayError("gateway_unreachable", { url }, { cause });
      });
      if (answer.statusCode !== 200) throw await refusalIn(answer, url);
      const bytes = Number(answer.headers["content-length"]);
      return { name: backup, bytes, stream: answer };
    },

    async receive(name, stream, size) {
      const address = new URL(`${url}/api/backups/files?name=${encodeURIComponent(name)}`);
      const headers = {
        authorization,
        "content-type": "application/octet-stream",
        ...(size === null ? {} : { "content-length": size }),
      };
      const request = { method: "POST", headers, body: stream, agent };
      const answer = await exchange(address, request).catch((cause: unknown) => {
        // What is wrong with the file is said by who reads it.
        if (cause instanceof GatewayError) throw cause;
        throw isNobody(cause)
          ? new GatewayError("gateway_unreachable", { url }, { cause })
          : new GatewayError("backup_transfer_cut", { name }, { cause });
      });
      if (answer.statusCode !== 201) throw await refusalIn(answer, url);
      const { data } = received.safeParse(parseJson(await textOf(answer)));
      if (data === undefined) throw new GatewayError("not_a_gateway", { url });
      return data;
    },
  };
};

const refusalIn = async (answer: IncomingMessage, url: string): Promise<GatewayError> =>
  errorInBody(await textOf(answer), url);

const isNobody = (error: unknown): boolean => systemCode(error) === "ECONNREFUSED";
