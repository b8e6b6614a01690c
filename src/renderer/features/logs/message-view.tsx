import type { LogBody, LogDetail } from "@local-mcp/contract";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { sizeText, textSize } from "../../components/size.ts";
import { JsonTree } from "./json-tree.tsx";
import { LogText } from "./log-text.tsx";

/** Characters of a long text that are drawn before somebody asks for more. */
const FIRST = 100_000;

interface MessageViewProps {
  /** “Request”, “Response”. */
  title: string;
  body: LogBody | null;
  contents: LogDetail["contents"];
  /** It may still come. */
  isRunning: boolean;
  /** As it was recorded, and not laid out. */
  isRaw?: boolean;
}

/** One message as it was recorded. */
export function MessageView({ title, body, contents, isRunning, isRaw = false }: MessageViewProps) {
  if (body === null) return <p className="text-text-2">{whyNone(title, contents, isRunning)}</p>;
  const value = isRaw || body.cut ? undefined : parsed(body.text);
  return (
    <div className="space-y-2">
      {body.cut ? (
        <p className="text-meta text-warn">
          Cut off: {textSize(body.text)} of {sizeText(body.bytes)} kept.
        </p>
      ) : null}
      {value === undefined ? (
        <PlainText label={title} text={body.text} />
      ) : (
        <JsonTree label={title} value={value} />
      )}
    </div>
  );
}

function whyNone(title: string, contents: LogDetail["contents"], isRunning: boolean): string {
  if (contents === "level") return "Its messages were not to be recorded.";
  if (isRunning && title === "Response") return "It has not been answered yet.";
  return `There was no ${title.toLowerCase()}.`;
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function PlainText({ label, text }: { label: string; text: string }) {
  const [most, setMost] = useState(FIRST);
  return (
    <>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
        tabIndex={0}
        role="group"
        aria-label={label}
        className="overflow-auto rounded-panel bg-sunken px-3 py-2 font-mono text-log break-words whitespace-pre-wrap text-text"
      >
        <LogText text={text.slice(0, most)} />
      </pre>
      {text.length > most ? (
        <Button size="toolbar" onClick={() => setMost(most + FIRST)}>
          Show more of {textSize(text)}
        </Button>
      ) : null}
    </>
  );
}
