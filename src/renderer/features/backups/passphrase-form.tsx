import { useState } from "react";
import { Checkbox } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";

interface PassphraseFormProps {
  /** Of the form, for the button that sends it. */
  id: string;
  /** Name of the file that it opens. */
  name: string;
  /** What was wrong with the one before. */
  problem: string | null;
  onGiven: (passphrase: string) => void;
}

/** Asks for the passphrase that opens a backup. It goes with the form. */
export function PassphraseForm({ id, name, problem, onGiven }: PassphraseFormProps) {
  const [text, setText] = useState("");
  const [shown, setShown] = useState(false);
  const [isStale, setStale] = useState(false);
  return (
    <form
      id={id}
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        setStale(false);
        if (text !== "") onGiven(text);
      }}
    >
      <p>
        <UntrustedText text={name} /> is encrypted.
      </p>
      <TextField
        label="Passphrase"
        hint="The one that it was made with, or the one on its recovery sheet."
        error={isStale ? null : problem}
        type={shown ? "text" : "password"}
        autoComplete="off"
        // The step has come, and this is what it asks for.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setStale(true);
        }}
      />
      <Checkbox label="Show it while I type" checked={shown} onChange={setShown} />
    </form>
  );
}
