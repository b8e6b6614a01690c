import type { ServerCapability, ServerView, ToolChangeKind } from "@local-mcp/contract";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { reviewRoute } from "../tool-changes/change-words.ts";
import { effectOf } from "./annotations.ts";
import { ToolCall } from "./tool-call.tsx";

const EFFECTS = {
  reads: "says it only reads",
  changes: "says it changes data",
  unknown: "does not say whether it changes data",
};

interface CapabilityDetailProps {
  server: ServerView;
  capability: ServerCapability;
  /** Of a tool that is not as it was accepted. */
  change: ToolChangeKind | null;
}

/** One tool, prompt or resource as its server describes it; a tool can be called. */
export function CapabilityDetail({ server, capability, change }: CapabilityDetailProps) {
  const { kind, name, title, description, definition } = capability;
  const text = JSON.stringify(definition, null, 2);
  return (
    <div className="space-y-4 px-2 pb-4">
      <header className="space-y-1">
        <h2 className="font-mono text-field font-semibold break-all">
          <UntrustedText text={name} />
        </h2>
        {title !== null && title !== name ? (
          <p className="font-medium">
            <UntrustedText text={title} />
          </p>
        ) : null}
        {kind === "tool" ? (
          <p className="text-meta text-text-2">It {EFFECTS[effectOf(definition)]}.</p>
        ) : null}
        {change ? (
          <p className="text-meta">
            {change === "new" ? "It was never accepted." : "It changed since you accepted it."}{" "}
            <a href={`#${reviewRoute(server.id)}`} className="text-text underline">
              Review what changed
            </a>
          </p>
        ) : null}
        {kind === "resource_template" ? (
          <p className="text-meta text-text-2">
            A template: clients fill in what stands in {"{…}"}.
          </p>
        ) : null}
      </header>
      {description ? (
        <p className="max-w-prose break-words whitespace-pre-wrap">
          <UntrustedText text={description} />
        </p>
      ) : null}
      {kind === "tool" ? <ToolCall server={server} tool={capability} /> : null}
      <details>
        <summary className="w-fit py-1 font-medium">Definition</summary>
        <div className="space-y-1">
          <CopyButton text={text} label={`Copy definition of ${name}`} size="toolbar">
            Copy
          </CopyButton>
          <CodeBlock label={`Definition of ${name}`} text={text} wrap untrusted />
        </div>
      </details>
    </div>
  );
}
