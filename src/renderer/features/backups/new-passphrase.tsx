import { passphrase as passphraseSchema } from "@local-mcp/contract";
import { useState } from "react";
import { Checkbox } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";

interface TypedPassphrase {
  text: string;
  again: string;
}

/** What is wrong with it, as a sentence; null where it can be used. */
function wrongWith({ text, again }: TypedPassphrase): string | null {
  const checked = passphraseSchema.safeParse(text);
  if (!checked.success) return checked.error.issues[0]?.message ?? "This cannot be used.";
  return text === again ? null : "The two differ. Type the same one twice.";
}

/** What is typed into {@link NewPassphrase}. */
export function useNewPassphrase() {
  const [typed, setTyped] = useState<TypedPassphrase>({ text: "", again: "" });
  const [problem, setProblem] = useState<string | null>(null);
  /** The passphrase; null where it cannot be used, and then the field says why. */
  const take = (): string | null => {
    const wrong = wrongWith(typed);
    setProblem(wrong);
    return wrong === null ? typed.text : null;
  };
  return { field: { typed, onTyped: setTyped, problem }, take };
}

interface NewPassphraseProps {
  typed: TypedPassphrase;
  onTyped: (typed: TypedPassphrase) => void;
  problem: string | null;
  /** What it opens. */
  opens?: string;
}

/** A passphrase that somebody thinks up, typed twice since nobody could read it back. */
export function NewPassphrase({
  typed,
  onTyped,
  problem,
  opens = "the backup",
}: NewPassphraseProps) {
  const [shown, setShown] = useState(false);
  const type = shown ? "text" : "password";
  return (
    <>
      <TextField
        label="Passphrase"
        hint={`At least 12 characters. Without it nobody can open ${opens}.`}
        error={problem}
        type={type}
        autoComplete="new-password"
        value={typed.text}
        onChange={(event) => onTyped({ ...typed, text: event.target.value })}
      />
      <TextField
        label="The same again"
        type={type}
        autoComplete="new-password"
        value={typed.again}
        onChange={(event) => onTyped({ ...typed, again: event.target.value })}
      />
      <div>
        <Checkbox label="Show it while I type" checked={shown} onChange={setShown} />
      </div>
    </>
  );
}
