import { passphrase as passphraseSchema, type VaultStatus } from "@local-mcp/contract";
import { type SubmitEvent, useId, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/field.tsx";

interface Task {
  title: string;
  description: string;
  button: string;
  done: string;
  run: (passphrase: string, label?: string) => Promise<VaultStatus>;
}

const KEEP =
  "Keep it in a password manager: nobody can find it out for you, and without it the secrets are lost.";

const TASKS = {
  init: {
    title: "Set a passphrase for the vault",
    description: `Secrets are encrypted with it. You are asked for it when the app starts. ${KEEP}`,
    button: "Set passphrase",
    done: "The vault is protected by a passphrase.",
    run: (passphrase) => client.vault.init({ passphrase }),
  },
  unlock: {
    title: "Unlock the vault",
    description: "The servers that wait for their secrets start as soon as it is open.",
    button: "Unlock vault",
    done: "The vault is open.",
    run: (passphrase) => client.vault.unlock({ passphrase }),
  },
  add: {
    title: "Add a passphrase",
    description: `It opens the same vault as the other keys, also where they cannot be used. ${KEEP}`,
    button: "Add passphrase",
    done: "The passphrase opens the vault now.",
    run: (passphrase, label) => client.vault.addPassphrase({ passphrase, label }),
  },
} satisfies Record<string, Task>;

export type PassphraseTask = keyof typeof TASKS;

interface PassphraseDialogProps {
  task: PassphraseTask;
  onClose: () => void;
  /** Where the focus goes once it is done, since what opened the dialog is gone then. */
  focusAfter: () => HTMLElement | null;
}

/** Asks for the passphrase of the vault: a new one, the one that opens it, or one more. */
export function PassphraseDialog({ task, onClose, focusAfter }: PassphraseDialogProps) {
  const { title, description, button, done, run }: Task = TASKS[task];
  const form = useId();
  const [passphrase, setPassphrase] = useState("");
  const [label, setLabel] = useState("");
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const isDone = useRef(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    // An old passphrase may be shorter than a new one has to be.
    const checked = passphraseSchema.safeParse(passphrase);
    if (task !== "unlock" && !checked.success) {
      setProblem(checked.error.issues[0]?.message ?? null);
      return;
    }
    setBusy(true);
    try {
      queryClient.setQueryData(
        api.vault.status.queryKey(),
        await run(passphrase, label.trim() || undefined),
      );
      isDone.current = true;
      announce(done);
      onClose();
    } catch (error) {
      setProblem(problemOf(error).message);
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={description}
      startsIn="field"
      returnFocusTo={() => (isDone.current ? focusAfter() : null)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={busy || passphrase === ""}>
            {button}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="space-y-2">
        <TextField
          label="Passphrase"
          hint={task === "unlock" ? undefined : "At least 12 characters."}
          error={problem}
          type={shown ? "text" : "password"}
          autoComplete={task === "unlock" ? "current-password" : "new-password"}
          value={passphrase}
          onChange={(event) => {
            setPassphrase(event.target.value);
            setProblem(null);
          }}
        />
        <Checkbox label="Show it while I type" checked={shown} onChange={setShown} />
        {task === "add" ? (
          <TextField
            label="Name"
            hint="By which you know it again among the keys."
            placeholder="Passphrase"
            maxLength={100}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        ) : null}
      </form>
    </Dialog>
  );
}
