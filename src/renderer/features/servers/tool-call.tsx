import type { ServerCapability, ServerView } from "@local-mcp/contract";
import { client } from "../../app/api.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { effectOf } from "./annotations.ts";
import { CallOutcome } from "./call-outcome.tsx";
import { CallPanel } from "./call-panel.tsx";

const ASKS = {
  reads: null,
  changes: "It says it changes data.",
  unknown: "It does not say that it only reads.",
};

interface ToolCallProps {
  server: ServerView;
  tool: ServerCapability;
}

/** Calls a tool as the person at this computer and shows what it answered. */
export function ToolCall({ server, tool }: ToolCallProps) {
  const { name, definition } = tool;
  return (
    <CallPanel
      name={name}
      inputSchema={definition.inputSchema}
      title={
        <>
          Call{" "}
          <code>
            <UntrustedText text={name} />
          </code>
        </>
      }
      verb="Call tool"
      asks={ASKS[effectOf(definition)]}
      run={(args, signal) =>
        client.servers.callTool({ server: server.id, name, arguments: args }, { signal })
      }
    >
      {(answer, error, cancelled) => (
        <CallOutcome answer={answer} error={error} cancelled={cancelled} />
      )}
    </CallPanel>
  );
}
