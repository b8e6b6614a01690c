import type { ReactNode } from "react";

/** Characters that show nothing or turn the order of others around (Unicode TR 36, TR 9). */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- they are the point
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

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
        {nameOf(match[0])}
      </span>,
    );
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return <bdi>{parts}</bdi>;
}
