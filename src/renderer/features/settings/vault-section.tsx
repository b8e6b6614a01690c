import type { VaultStatus } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  KeyRound,
  Lock,
  LockOpen,
  ShieldAlert,
  ShieldCheck,
  ShieldQuestionMark,
} from "lucide-react";
import { type Ref, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { ProblemView, problemLine } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime } from "../../components/time.ts";
import { waitingForVault } from "../overview/problems.ts";
import { PassphraseDialog, type PassphraseTask } from "./passphrase-dialog.tsx";
import { RemoveKeyDialog } from "./remove-key-dialog.tsx";
import {
  KEY_NOTES,
  opensByHand,
  type Slot,
  vaultHeadline,
  type VaultIcon,
  whyLocked,
} from "./vault-words.ts";

const ICONS: Record<VaultIcon, { icon: typeof Lock; colour: string }> = {
  protected: { icon: ShieldCheck, colour: "text-text-2" },
  empty: { icon: ShieldQuestionMark, colour: "text-text-2" },
  weak: { icon: ShieldAlert, colour: "text-warn" },
  locked: { icon: Lock, colour: "text-warn" },
};

/** Who protects the secrets, and the keys that open the vault. */
export function VaultSection() {
  const { data: vault, error, refetch } = useQuery(api.vault.status.queryOptions());
  const [task, setTask] = useState<PassphraseTask | null>(null);
  const [removing, setRemoving] = useState<Slot | null>(null);
  const headline = useRef<HTMLSpanElement>(null);
  return (
    <Section title="Vault">
      {error ? (
        <ProblemView
          what="The vault could not be looked at."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {vault || error ? null : <SkeletonRows rows={2} label="Looking at the vault" />}
      {vault ? (
        <>
          <Panel>
            <StateRow headline={headline} vault={vault} onTask={setTask} />
          </Panel>
          {vault.slots.length > 0 ? (
            <Keys vault={vault} onTask={setTask} onRemove={setRemoving} />
          ) : null}
        </>
      ) : null}
      {task ? (
        <PassphraseDialog
          task={task}
          onClose={() => setTask(null)}
          focusAfter={() => headline.current}
        />
      ) : null}
      {removing ? (
        <RemoveKeyDialog
          slot={removing}
          onClose={() => setRemoving(null)}
          focusAfter={() => headline.current}
        />
      ) : null}
    </Section>
  );
}

interface VaultProps {
  vault: VaultStatus;
  onTask: (task: PassphraseTask) => void;
}

interface StateRowProps extends VaultProps {
  headline: Ref<HTMLSpanElement>;
}

function StateRow({ headline, vault, onTask }: StateRowProps) {
  const { data: status } = useQuery(api.status.get.queryOptions());
  const { icon, title, detail } = vaultHeadline(vault);
  const { icon: Icon, colour } = ICONS[icon];
  const waiting = status?.servers.filter((server) => server.status.state === "locked").length ?? 0;
  const isLocked = vault.state === "locked";
  return (
    <Row
      icon={<Icon aria-hidden size={16} strokeWidth={1.75} className={`shrink-0 ${colour}`} />}
      title={
        <span ref={headline} tabIndex={-1}>
          {title}
        </span>
      }
      detail={
        isLocked ? (
          <>
            <p>{waitingForVault(waiting)}</p>
            {whyLocked(vault).map((why) => (
              <p key={why}>{why}</p>
            ))}
          </>
        ) : (
          detail
        )
      }
      actions={
        isLocked && opensByHand(vault) ? (
          <Button kind="primary" onClick={() => onTask("unlock")}>
            Unlock…
          </Button>
        ) : vault.state === "missing" ? (
          <Button kind={icon === "weak" ? "primary" : "secondary"} onClick={() => onTask("init")}>
            Set a passphrase…
          </Button>
        ) : null
      }
    />
  );
}

interface KeysProps extends VaultProps {
  onRemove: (slot: Slot) => void;
}

function Keys({ vault, onTask, onRemove }: KeysProps) {
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
  const offersKeychain =
    isOpen &&
    keychain?.available === true &&
    !slots.some(({ provider }) => provider === "keychain");
  return (
    <div className="space-y-2 pt-2">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-medium">Keys that open it</h3>
        {isOpen ? (
          <div className="ml-auto flex flex-wrap gap-2">
            {offersKeychain ? (
              <Button
                size="toolbar"
                disabled={addKeychain.isPending}
                onClick={() => addKeychain.mutate({})}
              >
                Add {keychain.name}
              </Button>
            ) : null}
            <Button size="toolbar" onClick={() => onTask("add")}>
              Add passphrase…
            </Button>
          </div>
        ) : null}
      </div>
      <Panel>
        {slots.map((slot) => (
          <Row
            key={slot.id}
            icon={
              <KeyRound aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
            }
            title={slot.label}
            detail={`${KEY_NOTES[slot.provider]} Since ${clockTime(slot.createdAt)}.`}
            actions={
              isOpen && slots.length > 1 ? (
                <Button
                  size="toolbar"
                  aria-label={`Remove ${slot.label}…`}
                  onClick={() => onRemove(slot)}
                >
                  Remove…
                </Button>
              ) : null
            }
          />
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
      {slots.length === 1 ? (
        <p className="flex items-center gap-1.5 text-meta text-text-2">
          <LockOpen aria-hidden size={12} strokeWidth={1.75} />
          The only key cannot be removed: without one the secrets are lost.
        </p>
      ) : null}
    </div>
  );
}
