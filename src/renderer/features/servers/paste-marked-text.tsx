import { SECRET_MARK } from "@local-mcp/contract";
import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { UntrustedText } from "../../components/untrusted-text.tsx";

/** An argument or URL, with the secrets in it shown as what they are: a name, not a value. */
export function MarkedText({ text }: { text: string }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(SECRET_MARK)) {
    if (match.index > at)
      parts.push(<UntrustedText key={`${at}-text`} text={text.slice(at, match.index)} />);
    parts.push(<SecretChip key={match.index} name={match[1] ?? ""} />);
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(<UntrustedText key={`${at}-text`} text={text.slice(at)} />);
  return parts;
}

/** Stands where a secret is, by the name it has in the vault. */
function SecretChip({ name }: { name: string }) {
  return (
    <span className="mx-px inline-flex items-center gap-1 rounded-chip border border-border bg-sunken px-1 align-middle text-meta text-text-2">
      <Lock aria-hidden size={12} strokeWidth={1.75} />
      <span className="sr-only">secret </span>
      {name}
    </span>
  );
}
