import { codePointOf, INVISIBLE } from "@local-mcp/contract/diff";
import type { ReactNode } from "react";

/**
 * Text that a server or client wrote. It is shown as text only, in its own direction, and what
 * would be invisible in it is shown by its code point.
 */
export function UntrustedText({ text }: { text: string }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    parts.push(text.slice(at, match.index));
    parts.push(
      <span
        key={match.index}
        className="mx-px rounded-chip border border-warn bg-warn-soft px-1 font-mono text-badge text-warn"
      >
        {codePointOf(match[0])}
      </span>,
    );
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return <bdi>{parts}</bdi>;
}
