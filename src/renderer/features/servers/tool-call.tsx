import type { ServerCapability, ServerView } from "@local-mcp/contract";
import { client } from "../../app/api.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { whyAsk } from "./annotations.ts";
import { CallOutcome } from "./call-outcome.tsx";
import { CallPanel } from "./call-panel.tsx";

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
      asks={whyAsk(definition)}
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
