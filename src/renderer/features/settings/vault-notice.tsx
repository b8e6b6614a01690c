import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { count } from "../../components/time.ts";
import { PassphraseDialog, type PassphraseTask } from "./passphrase-dialog.tsx";
import { opensByHand, type VaultIcon, vaultWords, waysOf } from "./vault-words.ts";

const TITLES: Partial<Record<VaultIcon, string>> = {
  weak: "This system has no keychain.",
  locked: "The vault is locked.",
  lost: "The key of the vault is missing.",
};

/**
 * Where secrets are about to be stored and cannot be: why, and the way out, on the spot. Nothing
 * where the vault is open or opens by itself.
 */
export function VaultNotice({ secrets }: { secrets: number }) {
  const { data: vault } = useQuery(api.vault.status.queryOptions());
  const [task, setTask] = useState<PassphraseTask | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const icon = vault && vaultWords(vault).icon;
  const title = icon && TITLES[icon];
  const isWeak = icon === "weak";
  const onPaper = vault !== undefined && !waysOf(vault).includes("unlock");
  return (
    <div ref={place}>
      {vault && title && secrets > 0 ? (
        <Banner
          level="warn"
          title={title}
          actions={
            isWeak ? (
              <Button onClick={() => setTask("init")}>Set a passphrase…</Button>
            ) : opensByHand(vault) ? (
              <Button onClick={() => setTask(onPaper ? "recover" : "unlock")}>Unlock…</Button>
            ) : null
          }
        >
          {isWeak
            ? `Without a passphrase ${count(secrets, "secret")} would be readable on disk, so nothing is stored yet.`
            : `${count(secrets, "secret")} cannot be stored until it is open.${opensByHand(vault) ? "" : " Settings ▸ Vault says what can be done."}`}
        </Banner>
      ) : null}
      {task ? (
        <PassphraseDialog
          task={task}
          onClose={() => setTask(null)}
          focusAfter={() => titleAround(place.current)}
        />
      ) : null}
    </div>
  );
}

/** Of the dialog that the notice is part of. */
const titleAround = (place: HTMLElement | null): HTMLElement | null =>
  place?.closest("[role=dialog]")?.querySelector<HTMLElement>("h2") ?? null;
