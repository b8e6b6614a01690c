import { type SubmitEvent, useId, useState } from "react";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { problemLine } from "../../components/problem-view.tsx";

interface PasteBackProps {
  server: string;
  signIn: string;
}

/** The way back from a browser that cannot reach this computer: the address at which it ended. */
export function PasteBack({ server, signIn }: PasteBackProps) {
  const form = useId();
  const [address, setAddress] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // That it is done is seen by whoever waits for it.
  const finish = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const { problem: refused } = await client.signIn.finish({ server, signIn, address });
      setAddress("");
      if (refused !== null) setProblem(problemLine({ data: refused }));
    } catch (error) {
      setProblem(problemLine(error));
    }
    setBusy(false);
  };
  return (
    <details>
      <summary className="w-fit py-0.5 font-medium">Is the browser on another computer?</summary>
      <form
        id={form}
        onSubmit={(event) => void finish(event)}
        className="flex flex-wrap items-end gap-2 pt-2"
      >
        <div className="min-w-60 flex-1">
          <TextField
            label="Paste the address"
            hint="Copy the link and open it there. Once you have signed in, that browser ends at an address of 127.0.0.1 that it cannot open: paste that one here."
            // It holds the code of this sign-in.
            type="password"
            mono
            error={problem}
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
        </div>
        <Button type="submit" disabled={busy || address.trim() === ""}>
          Finish sign-in
        </Button>
      </form>
    </details>
  );
}
