import type { VaultStatus } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { KeyRound, LockOpen } from "lucide-react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { VaultDialog } from "./vault-dialogs.tsx";
import { KEY_NOTES, mayAddKeychain, type Slot } from "./vault-words.ts";

interface VaultKeysProps {
  vault: VaultStatus;
  onDialog: (dialog: VaultDialog) => void;
}

/** The keys that open the vault, and how to have more or fewer of them. */
export function VaultKeys({ vault, onDialog }: VaultKeysProps) {
  const addKeychain = useMutation(
    api.vault.addKeychain.mutationOptions({
      onSuccess: (status) => {
        queryClient.setQueryData(api.vault.status.queryKey(), status);
        announce("The keychain opens the vault now.");
      },
    }),
  );
  const { slots, state, keychain } = vault;
  const isOpen = state === "open";
  return (
    <div className="space-y-2 pt-2">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-medium">Keys that open it</h3>
        {isOpen ? (
          <div className="ml-auto flex flex-wrap gap-2">
            {keychain && mayAddKeychain(vault) ? (
              <Button
                size="toolbar"
                disabled={addKeychain.isPending}
                onClick={() => addKeychain.mutate({})}
              >
                Add {keychain.name}
              </Button>
            ) : null}
            <Button size="toolbar" onClick={() => onDialog({ kind: "passphrase", task: "add" })}>
              Add passphrase…
            </Button>
            <Button size="toolbar" onClick={() => onDialog({ kind: "recovery" })}>
              Add recovery key…
            </Button>
          </div>
        ) : null}
      </div>
      <Panel>
        {slots.map((slot) => (
          <KeyRow key={slot.id} slot={slot} vault={vault} onDialog={onDialog} />
        ))}
      </Panel>
      {addKeychain.error ? (
        <p role="alert" className="text-meta text-err">
          {problemLine(addKeychain.error)}
        </p>
      ) : null}
      {isOpen && keychain?.available === false ? (
        <p className="text-meta text-text-2">
          This system offers no keychain that could open it by itself.
        </p>
      ) : null}
      {isOpen && !slots.some(({ provider }) => provider === "recovery") ? (
        <p className="text-meta text-text-2">
          There is no recovery key: when the other keys are lost, so are the secrets.
        </p>
      ) : null}
      {slots.length === 1 ? (
        <p className="flex items-center gap-1.5 text-meta text-text-2">
          <LockOpen aria-hidden size={12} strokeWidth={1.75} />
          The only key cannot be removed: without one the secrets are lost.
        </p>
      ) : null}
    </div>
  );
}

interface KeyRowProps extends VaultKeysProps {
  slot: Slot;
}

function KeyRow({ slot, vault, onDialog }: KeyRowProps) {
  const { provider, label, createdAt } = slot;
  const isOpen = vault.state === "open";
  // What is wrong with the whole is said above.
  const problem = slot.problem === vault.problem?.message ? null : slot.problem;
  return (
    <Row
      icon={<KeyRound aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />}
      title={<UntrustedText text={label} />}
      detail={
        <>
          <p>{`${KEY_NOTES[provider]} Since ${clockTime(createdAt)}.`}</p>
          {problem ? <p className="text-warn">{problem}</p> : null}
        </>
      }
      actions={
        <>
          {isOpen && provider === "passphrase" ? (
            <Button
              size="toolbar"
              aria-label={`Change ${label}…`}
              onClick={() => onDialog({ kind: "passphrase", task: "change", slot })}
            >
              Change…
            </Button>
          ) : null}
          {isOpen && vault.slots.length > 1 ? (
            <Button
              size="toolbar"
              aria-label={`Remove ${label}…`}
              onClick={() => onDialog({ kind: "remove", slot })}
            >
              Remove…
            </Button>
          ) : null}
        </>
      }
    />
  );
}
