import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { giveKey } from "./use-import.ts";

interface ImportSecretProps {
  /** As the gateway calls it: “a passphrase”; null where that is not known. */
  sealedWith: string | null;
  /** Of what was given before. */
  problem: string | null;
}

/** The second step, where there is one: what opens the secrets in the file. */
export function ImportSecret({ sealedWith, problem }: ImportSecretProps) {
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  // The step has come, and this is what it asks for. The page takes the focus to its heading first.
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (typed !== "") giveKey({ passphrase: typed, sourceSecret: typed });
  };
  return (
    <form onSubmit={submit} className="max-w-form space-y-3">
      <p>The secrets in this file are sealed. Everything else of it can be read.</p>
      <TextField
        label="Passphrase or AUTH_ENCRYPTION_SECRET"
        hint={
          sealedWith === null
            ? "What the file was exported with."
            : `The file was sealed with ${sealedWith}.`
        }
        error={problem}
        type={shown ? "text" : "password"}
        ref={field}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div>
        <Checkbox label="Show it while I type" checked={shown} onChange={setShown} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" disabled={typed === ""}>
          Open secrets
        </Button>
        <Button onClick={() => giveKey({ secrets: "leave" })}>Leave secrets out</Button>
      </div>
      <p className="text-meta text-text-2">
        Left out, secrets that are stored here stay as they are, and others have to be given later.
      </p>
    </form>
  );
}
