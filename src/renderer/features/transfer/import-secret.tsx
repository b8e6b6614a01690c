import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { type FileKey, giveKey } from "./use-import.ts";

interface ImportSecretProps {
  /** As far as the file says. */
  sealedWith: string | null;
  /** Of what was given before. */
  problem: string | null;
}

/** What is typed, as what the file was sealed with; as both where that is not known. */
function keyFor(sealedWith: string | null, typed: string): FileKey {
  switch (sealedWith) {
    case "passphrase":
      return { passphrase: typed };
    case "AUTH_ENCRYPTION_SECRET":
      return { sourceSecret: typed };
    default:
      return { passphrase: typed, sourceSecret: typed };
  }
}

const LABELS: Record<string, { label: string; hint: string }> = {
  passphrase: { label: "Passphrase", hint: "The one that the file was exported with." },
  AUTH_ENCRYPTION_SECRET: {
    label: "AUTH_ENCRYPTION_SECRET",
    hint: "The one of the gateway that exported the file.",
  },
};
const EITHER = {
  label: "Passphrase or AUTH_ENCRYPTION_SECRET",
  hint: "What the file was exported with.",
};

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
  const { label, hint } = LABELS[sealedWith ?? ""] ?? EITHER;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (typed !== "") giveKey(keyFor(sealedWith, typed));
  };
  return (
    <form onSubmit={submit} className="max-w-form space-y-3">
      <p>The secrets in this file are sealed. Everything else of it can be read.</p>
      <TextField
        label={label}
        hint={hint}
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
