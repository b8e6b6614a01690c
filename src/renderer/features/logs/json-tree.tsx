import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/button.tsx";
import { count } from "../../components/time.ts";
import { LogText } from "./log-text.tsx";

/** Values of one object or list that are drawn before somebody asks for more. */
const FIRST = 100;
/** Characters of one text that are drawn before somebody asks for all. */
const LONG = 4000;
/** What is deeper is folded at first. */
const OPEN_DEPTH = 4;
/** Values with more in them than this are folded at first. */
const OPEN_SIZE = 60;

/** JSON, laid out; what has parts can be folded. However much it is, little of it is drawn at once. */
export function JsonTree({ value, label }: { value: unknown; label: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
    <div
      role="group"
      aria-label={label}
      tabIndex={0}
      className="overflow-auto rounded-panel bg-sunken px-3 py-2 font-mono text-log break-words whitespace-pre-wrap"
    >
      <Value value={value} depth={0} name={null} isLast />
    </div>
  );
}

interface ValueProps {
  value: unknown;
  depth: number;
  /** Key of an object; null in a list and for the whole. */
  name: string | null;
  isLast: boolean;
}

function Value({ value, depth, name, isLast }: ValueProps) {
  const parts = partsOf(value);
  const key = name === null ? null : <Key name={name} />;
  if (parts === null || parts.length === 0) {
    return (
      <div>
        {key}
        {parts === null ? <Scalar value={value} /> : Array.isArray(value) ? "[]" : "{}"}
        {isLast ? "" : ","}
      </div>
    );
  }
  return (
    <Folding value={value} parts={parts} depth={depth} head={key} name={name} isLast={isLast} />
  );
}

type Part = [name: string | null, value: unknown];

function partsOf(value: unknown): Part[] | null {
  if (Array.isArray(value)) return value.map((item): Part => [null, item]);
  return typeof value === "object" && value !== null ? Object.entries(value) : null;
}

interface FoldingProps extends ValueProps {
  parts: Part[];
  head: ReactNode;
}

function Folding({ value, parts, depth, head, name, isLast }: FoldingProps) {
  const [isOpen, setOpen] = useState(
    depth < OPEN_DEPTH && (depth < 2 || parts.length <= OPEN_SIZE),
  );
  const [most, setMost] = useState(FIRST);
  const [begin, end] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  const rest = parts.length - most;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={`${name ?? "value"}, ${many(value, parts.length)}`}
        onClick={() => setOpen(!isOpen)}
        className="-ml-4 inline-flex h-4.5 items-center rounded-chip text-text-2 hover:text-text"
      >
        <Chevron aria-hidden size={12} strokeWidth={2} className="mr-1" />
      </button>
      {head}
      {begin}
      {isOpen ? null : (
        <span className="text-text-2">
          {" "}
          {many(value, parts.length)} {end}
        </span>
      )}
      {isOpen ? (
        <>
          <div className="pl-4">
            {parts.slice(0, most).map(([partName, part], index) => (
              <Value
                // oxlint-disable-next-line react/no-array-index-key -- what was recorded never moves
                key={index}
                value={part}
                name={partName}
                depth={depth + 1}
                isLast={index === parts.length - 1}
              />
            ))}
            {rest > 0 ? (
              <Button size="toolbar" kind="quiet" onClick={() => setMost(most + 10 * FIRST)}>
                Show {Math.min(rest, 10 * FIRST).toLocaleString()} more of{" "}
                {parts.length.toLocaleString()}
              </Button>
            ) : null}
          </div>
          {end}
        </>
      ) : null}
      {isLast ? "" : ","}
    </div>
  );
}

const many = (value: unknown, length: number): string =>
  Array.isArray(value) ? count(length, "item") : count(length, "key");

function Key({ name }: { name: string }) {
  return (
    <>
      <span className="text-json-key">
        &quot;
        <LogText text={name} />
        &quot;
      </span>
      {": "}
    </>
  );
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === "string") return <Text text={value} />;
  return (
    <span className={typeof value === "number" ? "text-json-number" : "text-json-literal"}>
      {String(value)}
    </span>
  );
}

function Text({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(text.length <= LONG);
  return (
    <span className="text-json-string">
      &quot;
      <LogText text={isWhole ? text : text.slice(0, LONG)} />
      {isWhole ? (
        '"'
      ) : (
        <Button size="toolbar" kind="quiet" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString()} characters
        </Button>
      )}
    </span>
  );
}
