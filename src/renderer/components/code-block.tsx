import { UntrustedText } from "./untrusted-text.tsx";

interface CodeBlockProps {
  /** What it is, for those who cannot see it. */
  label: string;
  text: string;
  /** Long lines wrap; otherwise the block scrolls sideways. */
  wrap?: boolean;
  /** However long it is, nothing of it is behind a scroll bar. */
  whole?: boolean;
  /** Where a server or client wrote it. */
  untrusted?: boolean;
}

/** Text that is read letter by letter: a command, a snippet, a server's output. */
export function CodeBlock({
  label,
  text,
  wrap = false,
  whole = false,
  untrusted = false,
}: CodeBlockProps) {
  return (
    <pre
      // A region that scrolls has to be reachable by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={label}
      className={`${whole ? "" : "max-h-96"} overflow-auto rounded-panel bg-sunken px-3 py-2 font-mono text-log text-text ${wrap ? "break-words whitespace-pre-wrap" : ""}`}
    >
      {untrusted ? <UntrustedText text={text} /> : text}
    </pre>
  );
}
