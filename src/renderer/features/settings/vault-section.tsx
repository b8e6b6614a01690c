import type { VaultStatus } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  Lock,
  type LucideIcon,
  RotateCw,
  ShieldAlert,
  ShieldCheck,
  ShieldQuestionMark,
  ShieldX,
} from "lucide-react";
import { type Ref, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { ProblemView, problemLine } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime } from "../../components/time.ts";
import { waitingForVault } from "../overview/problems.ts";
import { type VaultDialog, VaultDialogs } from "./vault-dialogs.tsx";
import { VaultKeys } from "./vault-keys.tsx";
import {
  keyCheck,
  rotationText,
  type VaultIcon,
  vaultWords,
  type Way,
  waysOf,
} from "./vault-words.ts";

const ICONS: Record<VaultIcon, { icon: LucideIcon; colour: string }> = {
  protected: { icon: ShieldCheck, colour: "text-text-2" },
  empty: { icon: ShieldQuestionMark, colour: "text-text-2" },
  weak: { icon: ShieldAlert, colour: "text-warn" },
  locked: { icon: Lock, colour: "text-warn" },
  lost: { icon: ShieldX, colour: "text-err" },
};

/** How often a rotation that is under way is looked at, ms. */
const ROTATION_MS = 500;

/** Who protects the secrets, and the keys that open the vault. */
export function VaultSection() {
  const {
    data: vault,
    error,
    refetch,
  } = useQuery(
    api.vault.status.queryOptions({
      // No event tells how far a new data key has come.
      refetchInterval: ({ state }) => (state.data?.rotation ? ROTATION_MS : false),
    }),
  );
  const [dialog, setDialog] = useState<VaultDialog | null>(null);
  const headline = useRef<HTMLSpanElement>(null);
  const rotate = useMutation(
    api.vault.rotate.mutationOptions({
      onSuccess: (status) => {
        queryClient.setQueryData(api.vault.status.queryKey(), status);
        announce("The data key was replaced.");
      },
    }),
  );
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
            <StateRow headline={headline} vault={vault} onDialog={setDialog} />
            {vault.rotation ? <RotationRow rotation={vault.rotation} /> : null}
          </Panel>
          {vault.slots.length > 0 ? <VaultKeys vault={vault} onDialog={setDialog} /> : null}
          {vault.key ? (
            <DataKey
              dataKey={vault.key}
              isOpen={vault.state === "open"}
              isBusy={rotate.isPending || vault.rotation !== null}
              error={rotate.error}
              onReplace={() => setDialog({ kind: "rotate", removed: null })}
            />
          ) : null}
          <VaultDialogs
            dialog={dialog}
            vault={vault}
            onDialog={setDialog}
            onRotate={() => rotate.mutate({})}
            focusAfter={() => headline.current}
          />
        </>
      ) : null}
    </Section>
  );
}

interface StateRowProps {
  headline: Ref<HTMLSpanElement>;
  vault: VaultStatus;
  onDialog: (dialog: VaultDialog) => void;
}

function StateRow({ headline, vault, onDialog }: StateRowProps) {
  const { data: status } = useQuery(api.status.get.queryOptions());
  const { icon, title, details } = vaultWords(vault);
  const { icon: Icon, colour } = ICONS[icon];
  const waiting = status?.servers.filter((server) => server.status.state === "locked").length ?? 0;
  const isShut = vault.state === "locked" || vault.state === "lost";
  const again = useMutation(
    api.vault.unlock.mutationOptions({
      onSuccess: (opened) => {
        queryClient.setQueryData(api.vault.status.queryKey(), opened);
        announce("The vault is open.");
      },
    }),
  );
  return (
    <Row
      icon={<Icon aria-hidden size={16} strokeWidth={1.75} className={`shrink-0 ${colour}`} />}
      title={
        <span ref={headline} tabIndex={-1}>
          {title}
        </span>
      }
      detail={
        <>
          {isShut ? <p>{waitingForVault(waiting)}</p> : null}
          {details.map((fact) => (
            <p key={fact}>{fact}</p>
          ))}
          {again.error ? (
            <p role="alert" className="text-err">
              {problemLine(again.error)}
            </p>
          ) : null}
        </>
      }
      actions={
        <div className="flex flex-col items-stretch gap-2">
          {waysOf(vault).map((way, index) => (
            <Button
              key={way}
              kind={index === 0 && isPressing(way, vault) ? "primary" : "secondary"}
              disabled={way === "again" && again.isPending}
              onClick={() =>
                way === "again"
                  ? again.mutate({})
                  : onDialog(
                      way === "forget" ? { kind: "forget" } : { kind: "passphrase", task: way },
                    )
              }
            >
              {WAY_WORDS[way]}
            </Button>
          ))}
        </div>
      }
    />
  );
}

const WAY_WORDS: Record<Way, string> = {
  init: "Set a passphrase…",
  unlock: "Unlock…",
  recover: "Unlock with recovery key…",
  again: "Try again",
  forget: "Forget unreadable secrets…",
};

/** Where there is a keychain a passphrase is a choice, and forgetting is for those who looked for another way. */
const isPressing = (way: Way, { keychain }: VaultStatus): boolean =>
  way === "init" ? keychain?.available !== true : way !== "forget";

function RotationRow({ rotation }: { rotation: NonNullable<VaultStatus["rotation"]> }) {
  return (
    <Row
      icon={<RotateCw aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />}
      title={rotationText(rotation)}
      detail="Everything keeps working meanwhile. If the app ends, it goes on at the next start."
    />
  );
}

interface DataKeyProps {
  dataKey: NonNullable<VaultStatus["key"]>;
  isOpen: boolean;
  isBusy: boolean;
  error: Error | null;
  onReplace: () => void;
}

/** What every secret is encrypted with: since when, and how two machines can be compared. */
function DataKey({ dataKey, isOpen, isBusy, error, onReplace }: DataKeyProps) {
  return (
    <div className="space-y-2 pt-2">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-medium">Data key</h3>
        {isOpen ? (
          <Button size="toolbar" className="ml-auto" disabled={isBusy} onClick={onReplace}>
            {isBusy ? "Replacing…" : "Replace the data key…"}
          </Button>
        ) : null}
      </div>
      <Panel className="px-3 py-3">
        <DetailList
          items={[
            { name: "Since", value: clockTime(dataKey.createdAt) },
            {
              name: "Key check",
              value: (
                <>
                  <code>{keyCheck(dataKey.check)}</code>
                  <span className="text-text-2">
                    {" "}
                    · the same on every machine that opens this vault
                  </span>
                </>
              ),
            },
          ]}
        />
      </Panel>
      {error ? (
        <p role="alert" className="text-meta text-err">
          {problemLine(error)}
        </p>
      ) : null}
      {isOpen ? (
        <p className="text-meta text-text-2">
          Every secret is encrypted with it. A new one makes sense when somebody else may have had a
          key.
        </p>
      ) : null}
    </div>
  );
}
