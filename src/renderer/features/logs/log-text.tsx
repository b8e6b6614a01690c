import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { UntrustedText } from "../../components/untrusted-text.tsx";

/** As redaction leaves it. */
const REMOVED = /\[removed(?:: ([^\]]*))?\]/g;

/** What was recorded: text of strangers, in which secrets were removed before it was written. */
export function LogText({ text }: { text: string }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(REMOVED)) {
    if (match.index > at)
      parts.push(<UntrustedText key={`${at}-text`} text={text.slice(at, match.index)} />);
    parts.push(<Removed key={match.index} what={match[1] ?? "secret"} />);
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(<UntrustedText key={`${at}-text`} text={text.slice(at)} />);
  return parts;
}

function Removed({ what }: { what: string }) {
  return (
    <span
      title="It was removed before it was recorded, so it cannot be shown later."
      className="mx-px inline-flex items-center gap-1 rounded-chip border border-border-strong bg-surface px-1 align-middle font-sans text-meta text-text-2"
    >
      <Lock aria-hidden size={12} strokeWidth={1.75} />
      removed: {what}
      <span className="sr-only">, cannot be shown later</span>
    </span>
  );
}
