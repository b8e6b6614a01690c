import { useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { count } from "./time.ts";

interface LeaveGuardProps {
  /** Whose changes would be lost. */
  title: string;
  /** Nothing is guarded while there are none. */
  changes: number;
}

const pathOf = (hash: string): string => hash.split("?", 1)[0] ?? "";

/** Asks before a person leaves a place with changes that are not saved. */
export function LeaveGuard({ title, changes }: LeaveGuardProps) {
  const [wanted, setWanted] = useState<string | null>(null);
  const leaving = useRef(false);
  useEffect(() => {
    if (changes === 0) return undefined;
    const onNavigate = (event: NavigateEvent): void => {
      const { hash } = new URL(event.destination.url);
      const stays = pathOf(hash) === pathOf(window.location.hash);
      if (leaving.current || stays || !event.cancelable) return;
      event.preventDefault();
      setWanted(hash);
    };
    navigation.addEventListener("navigate", onNavigate);
    return () => navigation.removeEventListener("navigate", onNavigate);
  }, [changes]);
  if (wanted === null) return null;
  const leave = (): void => {
    leaving.current = true;
    window.location.hash = wanted;
  };
  return (
    <Dialog
      open
      onClose={() => setWanted(null)}
      title="Leave without saving?"
      description={`${count(changes, "change")} of ${title} would be lost.`}
      footer={
        <>
          <Button onClick={() => setWanted(null)}>Keep editing</Button>
          <Button kind="danger" onClick={leave}>
            Leave without saving
          </Button>
        </>
      }
    />
  );
}
