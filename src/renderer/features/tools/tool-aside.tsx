import type { ToolTrial, ToolView } from "@local-mcp/contract";
import { client } from "../../app/api.ts";
import { CodeBlock } from "../../components/code-block.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { jsonText } from "../../components/json-text.ts";
import { sizeText } from "../../components/size.ts";
import { duration } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { CallOutcome } from "../servers/call-outcome.tsx";
import { CallPanel } from "../servers/call-panel.tsx";
import { cut } from "../servers/call-result.ts";

interface ToolTryProps {
  tool: ToolView;
  /** What is asked is what is stored. */
  hasChanges: boolean;
}

/** Calls the tool as a client would, and shows what happened on the way. */
export function ToolTry({ tool, hasChanges }: ToolTryProps) {
  const { id, name, method, inputSchema, annotations } = tool;
  const isSafe = method === "GET" && annotations["readOnlyHint"] !== false;
  return (
    <CallPanel
      name={name}
      inputSchema={inputSchema}
      title="Try it"
      verb="Call tool"
      asks={isSafe ? null : `${method} may change data.`}
      {...(hasChanges && { disabled: "Save first." })}
      run={(args, signal) => client.tools.test({ tool: id, arguments: args }, { signal })}
    >
      {(answer, error, cancelled) => (
        <>
          {answer === null || cancelled ? null : <Trial trial={answer} />}
          <CallOutcome answer={answer} error={error} cancelled={cancelled} />
        </>
      )}
    </CallPanel>
  );
}

/** What came over the wire, before anything was filtered. */
function Trial({ trial }: { trial: ToolTrial }) {
  const { request, status, contentType, durationMs, bytes, answer } = trial;
  const shown = answer === null ? null : cut(answer);
  return (
    <section aria-label="What was asked and answered" className="space-y-2">
      <DetailList
        items={[
          {
            name: "Asked",
            value: (
              <code className="break-all">
                {request.method} <UntrustedText text={request.url} />
              </code>
            ),
          },
          { name: "Status", value: status === null ? "no answer" : String(status) },
          { name: "Took", value: duration(durationMs) },
          {
            name: "Size",
            value: (
              <UntrustedText text={[sizeText(bytes), contentType].filter(Boolean).join(", ")} />
            ),
          },
        ]}
      />
      {shown === null || shown.text === "" ? null : (
        <details>
          <summary className="w-fit py-1 font-medium">Answer as it came</summary>
          <CodeBlock label="Answer as it came" text={shown.text} wrap untrusted />
          {shown.note ? <p className="text-meta text-text-2">{shown.note}</p> : null}
        </details>
      )}
    </section>
  );
}

/** The tool as clients see it in their list. */
export function ToolPreview({ definition }: { definition: Record<string, unknown> }) {
  return (
    <section aria-labelledby="tool-preview" className="space-y-2">
      <h3 id="tool-preview" className="text-field font-semibold">
        What clients see
      </h3>
      <CodeBlock label="What clients see" text={jsonText(definition)} wrap untrusted />
    </section>
  );
}
