import { passphrase as passphraseSchema, type VaultStatus } from "@local-mcp/contract";
import { type SubmitEvent, useId, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/field.tsx";
import type { Slot } from "./vault-words.ts";

interface Given {
  /** The passphrase, or the recovery key. */
  text: string;
  /** What a new passphrase is called; undefined for its usual name. */
  label: string | undefined;
  /** The key that is changed. */
  slot: string;
}

interface Task {
  title: string;
  description: string;
  field: "Passphrase" | "New passphrase" | "Recovery key";
  /** A new passphrase is checked for its length. */
  isNew: boolean;
  button: string;
  done: string;
  run: (given: Given) => Promise<VaultStatus>;
}

const KEEP =
  "Keep it in a password manager: nobody can find it out for you, and without it the secrets are lost.";

const TASKS = {
  init: {
    title: "Set a passphrase for the vault",
    description: `Secrets are encrypted with it. You are asked for it when the app starts. ${KEEP}`,
    field: "Passphrase",
    isNew: true,
    button: "Set passphrase",
    done: "The vault is protected by a passphrase.",
    run: ({ text }) => client.vault.init({ passphrase: text }),
  },
  unlock: {
    title: "Unlock the vault",
    description: "The servers that wait for their secrets start as soon as it is open.",
    field: "Passphrase",
    isNew: false,
    button: "Unlock vault",
    done: "The vault is open.",
    run: ({ text }) => client.vault.unlock({ passphrase: text }),
  },
  recover: {
    title: "Unlock with the recovery key",
    description:
      "It is on the sheet that you printed or wrote. Small letters, spaces and dashes make no difference.",
    field: "Recovery key",
    isNew: false,
    button: "Unlock vault",
    done: "The vault is open.",
    run: ({ text }) => client.vault.unlock({ recoveryKey: text }),
  },
  add: {
    title: "Add a passphrase",
    description: `It opens the same vault as the other keys, also where they cannot be used. ${KEEP}`,
    field: "Passphrase",
    isNew: true,
    button: "Add passphrase",
    done: "The passphrase opens the vault now.",
    run: ({ text, label }) => client.vault.addPassphrase({ passphrase: text, label }),
  },
  change: {
    title: "Change the passphrase",
    description: `The one before no longer opens the vault. ${KEEP}`,
    field: "New passphrase",
    isNew: true,
    button: "Change passphrase",
    done: "The passphrase was changed.",
    run: ({ text, slot }) => client.vault.changePassphrase({ slot, passphrase: text }),
  },
} satisfies Record<string, Task>;

export type PassphraseTask = keyof typeof TASKS;

interface PassphraseDialogProps {
  task: PassphraseTask;
  /** The key that is changed. */
  slot?: Slot;
  onClose: () => void;
  /** Where the focus goes once it is done, since what opened the dialog is gone then. */
  focusAfter: () => HTMLElement | null;
}

/** Asks for what a person knows or has on paper: a new passphrase, or the key that opens the vault. */
export function PassphraseDialog({ task, slot, onClose, focusAfter }: PassphraseDialogProps) {
  const { title, description, field, isNew, button, done, run }: Task = TASKS[task];
  const form = useId();
  const [text, setText] = useState("");
  const [label, setLabel] = useState("");
  // What is copied from paper is checked while it is typed.
  const [shown, setShown] = useState(task === "recover");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const isDone = useRef(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    // An old passphrase may be shorter than a new one has to be.
    const checked = passphraseSchema.safeParse(text);
    if (isNew && !checked.success) {
      setProblem(checked.error.issues[0]?.message ?? null);
      return;
    }
    setBusy(true);
    try {
      const given = { text, label: label.trim() || undefined, slot: slot?.id ?? "" };
      queryClient.setQueryData(api.vault.status.queryKey(), await run(given));
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
      title={slot ? `Change “${slot.label}”` : title}
      description={description}
      startsIn="field"
      returnFocusTo={() => (isDone.current ? focusAfter() : null)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={busy || text === ""}>
            {button}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="space-y-2">
        <TextField
          label={field}
          hint={isNew ? "At least 12 characters." : undefined}
          error={problem}
          mono={task === "recover"}
          type={shown ? "text" : "password"}
          autoComplete={isNew ? "new-password" : task === "recover" ? "off" : "current-password"}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
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
