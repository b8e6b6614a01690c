import type { LogBody } from "@local-mcp/contract";
import type { FullRow } from "./rows.ts";
import { shapeOfMessage } from "./shapes.ts";

export interface HarOptions {
  contents: boolean;
  /** Where clients find the gateway. */
  address: string;
}

/** Of the parts of a file, put together in order. */
export function harPart(
  entries: readonly object[],
  { isFirst, isLast }: { isFirst: boolean; isLast: boolean },
): string {
  const creator = { name: "Local MCP Gateway", version: "1" };
  const head = `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
  const before = isFirst ? head : entries.length > 0 ? "," : "";
  const text = entries.map((entry) => JSON.stringify(entry)).join(",\n");
  return `${before}\n${text}${isLast ? "\n]}}\n" : ""}`;
}

/**
 * A request of a client as an entry of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). What
 * that has no place for is under `_mcp`. Headers are not recorded.
 *
 * @param upstream what servers were asked on account of it
 */
export function harEntry(
  row: FullRow,
  upstream: readonly FullRow[],
  { contents, address }: HarOptions,
): object {
  const { request, response, error, note, durationMs, ...facts } = row;
  const text = (body: LogBody | null): string =>
    body === null ? "" : contents ? body.text : JSON.stringify(shapeOfMessage(body));
  const path = row.profile === null ? "/mcp" : `/mcp/${encodeURIComponent(row.profile)}`;
  const nothing = { httpVersion: "HTTP/1.1", cookies: [], headers: [], headersSize: -1 };
  return {
    startedDateTime: new Date(row.at).toISOString(),
    time: durationMs ?? 0,
    request: {
      ...nothing,
      method: "POST",
      url: `${address}${path}`,
      queryString: [],
      postData: { mimeType: "application/json", text: text(request) },
      bodySize: row.requestBytes ?? -1,
    },
    response: {
      ...nothing,
      status: row.httpStatus ?? 0,
      statusText: "",
      content: {
        size: row.responseBytes ?? 0,
        mimeType: "application/json",
        text: text(response),
      },
      redirectURL: "",
      bodySize: row.responseBytes ?? -1,
    },
    cache: {},
    timings: timingsOf(durationMs ?? 0, upstream[0]),
    _mcp: {
      ...facts,
      ...(contents ? { error, note } : {}),
      requestCut: request?.cut ?? false,
      responseCut: response?.cut ?? false,
      upstream: upstream.map(({ id, at, server, method, name, outcome, ...one }) => ({
        id,
        at,
        server,
        method,
        name,
        outcome,
        durationMs: one.durationMs,
        waitedMs: one.waitedMs,
        headMs: one.headMs,
        httpStatus: one.httpStatus,
        errorCode: one.errorCode,
      })),
    },
  };
}

/** They add up to the whole time, as HAR wants it: until its server's turn, until it answered, the rest. */
function timingsOf(durationMs: number, first: FullRow | undefined) {
  const blocked = Math.min(first?.waitedMs ?? 0, durationMs);
  const server = first?.headMs ?? first?.durationMs ?? durationMs;
  const wait = Math.min(server, durationMs - blocked);
  return {
    blocked,
    dns: -1,
    connect: -1,
    ssl: -1,
    send: 0,
    wait,
    receive: durationMs - blocked - wait,
  };
}
