import { type ReactNode, type SubmitEvent, useState } from "react";
import { client, queryClient } from "../app/api.ts";
import { problemOf } from "../app/problem.ts";
import { Button } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { useSession } from "./session.ts";

/** Asks for a token before anything else is shown, and again once the gateway takes it no more. */
export function TokenGate({ children }: { children: ReactNode }) {
  const { token, refusal } = useSession();
  const [isChecked, setChecked] = useState(false);
  if (token !== null && isChecked) return children;
  return <AskForToken refusal={refusal} onChecked={() => setChecked(true)} />;
}

function AskForToken({ refusal, onChecked }: { refusal: string | null; onChecked: () => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(refusal);
  const [isBusy, setBusy] = useState(false);

  const open = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    useSession.setState({ token: text.trim(), refusal: null });
    try {
      await client.status.get();
      queryClient.clear();
      onChecked();
    } catch (failure) {
      const { message, wayOut } = problemOf(failure);
      setError(`${message} ${wayOut}`);
      useSession.setState({ token: null });
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="flex h-full overflow-y-auto bg-bg p-8">
      <form onSubmit={(event) => void open(event)} className="m-auto w-full max-w-form space-y-4">
        <h1 className="text-lead font-semibold">Local MCP Gateway</h1>
        <TextField
          label="Access token"
          type="password"
          autoComplete="off"
          autoFocus
          value={text}
          error={error}
          hint="One that may manage. It stays in this page and is gone when you close it."
          onChange={({ target }) => setText(target.value)}
        />
        <p className="text-meta text-text-2">
          Make one on the gateway's computer:{" "}
          <code className="font-mono">
            local-mcp-gateway tokens create --name browser --rights use,manage
          </code>
        </p>
        <Button kind="primary" type="submit" disabled={isBusy || text.trim() === ""}>
          Open the gateway
        </Button>
      </form>
    </main>
  );
}
