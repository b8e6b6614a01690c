import type { GatewayError } from "@local-mcp/contract";
import { UpstreamFailure } from "./failure.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** Takes secrets out of a text that people, clients or the log get to see. */
export type Redact = (text: string) => string;

/** A failure with a reason that can be shown. Servers print what they were started with. */
export function redactedFailure(failure: UpstreamFailure, redact: Redact): UpstreamFailure {
  const { reason } = failure;
  const message = redact(reason.message);
  const detail = reason.detail === null ? null : redact(reason.detail);
  if (message === reason.message && detail === reason.detail) return failure;
  return failure.reworded(message, detail);
}

/**
 * A transport whose failures and whose output can be shown. What it carries is left as it is:
 * messages are the client's and the server's own.
 */
export function redactedTransport(transport: Transport, redact: Redact): Transport {
  return {
    open: async (events) => {
      try {
        await transport.open(redactedEvents(events, redact));
      } catch (error) {
        throw error instanceof UpstreamFailure ? redactedFailure(error, redact) : error;
      }
    },
    send: (message, headers) => transport.send(message, headers),
    handshakeDone: (protocolVersion) => transport.handshakeDone(protocolVersion),
    cancel: (id, reason, isOpening) => transport.cancel(id, reason, isOpening),
    // As one text, since a secret may be of several lines.
    output: () => linesOf(redact(transport.output().join("\n"))),
    ...(transport.garbage && {
      garbage: () => {
        const { lines, last } = transport.garbage?.() ?? { lines: 0, last: null };
        return { lines, last: last === null ? null : redact(last) };
      },
    }),
    refresh: () => transport.refresh?.(),
    close: () => transport.close(),
  };
}

const redactedEvents = (events: TransportEvents, redact: Redact): TransportEvents => ({
  onMessage: (value, stream) => events.onMessage(value, stream),
  onRequestFailed: (id, error: GatewayError | UpstreamFailure) =>
    events.onRequestFailed(
      id,
      error instanceof UpstreamFailure ? redactedFailure(error, redact) : error,
    ),
  onPaused: (id, retryMs) => events.onPaused(id, retryMs),
  onHead: (id, httpStatus) => events.onHead(id, httpStatus),
  onGap: () => events.onGap(),
  onClosed: (failure) => events.onClosed(redactedFailure(failure, redact)),
});

const linesOf = (text: string): string[] => (text === "" ? [] : text.split("\n"));
