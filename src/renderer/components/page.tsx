import { ChevronLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { classNames } from "./class-names.ts";

interface PageProps {
  /** The list that this one thing is from, for example “Servers”. */
  back?: { label: string; route: string };
  title: ReactNode;
  /** Beside the title: a count, a state. */
  beside?: ReactNode;
  /** At most one of them primary. */
  actions?: ReactNode;
  children: ReactNode;
  /** Where the content brings its own scrolling, as tabs and split views do. */
  scrolls?: "page" | "content";
}

/** One page: its heading, which takes the focus when the page opens, and its content. */
export function Page({ back, title, beside, actions, children, scrolls = "page" }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-border px-4 py-1.5">
        {back ? (
          <a
            href={`#${back.route}`}
            className="-ml-1 inline-flex hit-24 items-center gap-0.5 rounded-chip text-text-2 no-underline hover:text-text"
          >
            <ChevronLeft aria-hidden size={16} strokeWidth={1.75} />
            {back.label}
          </a>
        ) : null}
        <h1 ref={heading} tabIndex={-1} className="min-w-0 truncate text-page font-semibold">
          {title}
        </h1>
        {beside}
        {actions ? (
          <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>
        ) : null}
      </header>
      {scrolls === "page" ? (
        <div className="relative min-h-0 flex-1 scroll-pt-14 overflow-y-auto p-4">
          <div className="mx-auto max-w-content space-y-4">{children}</div>
        </div>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col">{children}</div>
      )}
    </div>
  );
}

interface SectionProps {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, actions, children }: SectionProps) {
  return (
    <section className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-field font-semibold">{title}</h2>
        {actions ? <div className="ml-auto flex gap-2">{actions}</div> : null}
      </div>
      {children}
    </section>
  );
}

/** Rows that belong together, with an edge around and a line between them. */
export function Panel({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div
      className={classNames(
        "divide-y divide-border overflow-hidden rounded-panel border border-border bg-surface",
        className,
      )}
    >
      {children}
    </div>
  );
}

interface RowProps {
  /** 16 px, before the text. */
  icon?: ReactNode;
  title: ReactNode;
  /** A second line. */
  detail?: ReactNode;
  actions?: ReactNode;
}

/** A row of two lines: what it is, what is to know of it, what can be done. */
export function Row({ icon, title, detail, actions }: RowProps) {
  return (
    <div className="flex min-h-13 items-center gap-3 px-3 py-2 max-stack:flex-wrap">
      {icon}
      <div className="min-w-0 flex-1 max-stack:basis-52">
        <div className="font-medium break-words">{title}</div>
        {detail ? <div className="text-meta break-words text-text-2">{detail}</div> : null}
      </div>
      {actions ? <div className="flex shrink-0 items-center gap-2">{actions}</div> : null}
    </div>
  );
}
