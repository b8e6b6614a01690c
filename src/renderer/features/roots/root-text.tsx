import type { RootView } from "@local-mcp/contract";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";

/** What a root is called, where it is, and what depends on it: two lines of a row. */
export function RootText({ root }: { root: RootView }) {
  const { name, uri, enabled, resources } = root;
  const more = [
    enabled ? null : "off everywhere",
    resources === 0 ? null : `${count(resources, "resource")} inside`,
  ].filter((text) => text !== null);
  return (
    <div className="min-w-0 flex-1">
      <div className="flex min-w-0 items-baseline gap-2">
        <span className={name === null ? "truncate font-mono text-meta" : "truncate"}>
          <UntrustedText text={name ?? uri} />
        </span>
        {more.length > 0 ? (
          <span className="text-meta whitespace-nowrap text-text-2">{more.join(" · ")}</span>
        ) : null}
      </div>
      {name === null ? null : (
        <p className="truncate font-mono text-meta text-text-2">
          <UntrustedText text={uri} />
        </p>
      )}
    </div>
  );
}
