import { GatewayError, isErrorCode, type Problem } from "@local-mcp/contract";
import { ORPCError } from "@orpc/client";
import { z } from "zod";
import { parseJson } from "./bridge/message.ts";
import { originOf } from "./faults.ts";

/** What tells the entry of the error table. */
const entry = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});
/** A procedure says it in `data`; a request refused before one was reached, in its body. */
const errorData = z.union([
  entry,
  z.object({ body: z.object({ error: entry }) }).transform(({ body }) => body.error),
]);

/** The error that the API meant, or null when it is none that the gateway knows of. */
const meantBy = (error: unknown): GatewayError | null => {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof ORPCError)) return null;
  const data = errorData.safeParse(error.data);
  if (!data.success || !isErrorCode(data.data.code)) return null;
  return new GatewayError(data.data.code, data.data.params, { cause: error });
};

/**
 * Turns whatever a command or the API threw into an error that a person can act on. `url` names the
 * gateway that was spoken to over HTTP, if one was; the original stays as `cause`.
 */
export const toGatewayError = (error: unknown, url?: string): GatewayError => {
  const meant = meantBy(error);
  if (meant !== null) return meant;
  return url === undefined
    ? new GatewayError("internal", {}, { cause: error })
    : new GatewayError("not_a_gateway", { url }, { cause: error });
};

/** Where an unexpected error came from. Of one inside the API the log has told. */
export const originUntold = ({ code, cause }: GatewayError): string[] =>
  code !== "internal" || cause instanceof ORPCError ? [] : originOf(cause);

const refusal = z.object({ error: entry });

/** The error in the body of an answer beside the contract, from the gateway at `url`. */
export const errorInBody = (text: string, url: string): GatewayError => {
  const read = refusal.safeParse(parseJson(text));
  return read.success ? errorOf(read.data.error) : new GatewayError("not_a_gateway", { url });
};

/** The error of which an answer told. */
export const errorOf = ({ code, params }: Pick<Problem, "code" | "params">): GatewayError =>
  isErrorCode(code) ? new GatewayError(code, params) : new GatewayError("internal");
