import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { IconButton } from "./button.tsx";
import { layer } from "./layer.ts";

const toasts = Base.createToastManager();
const SHOWN_MS = 6000;

interface ToastOptions {
  /** A newer toast of the same key takes the place of the older. */
  key: string;
  /** One line: what was done. */
  text: string;
  action?: { label: "Undo" | "Open"; run: () => void };
}

/** A toast takes the focus with it when it goes, so that goes back to the page first. */
const leave = (): void => document.querySelector<HTMLElement>("main h1")?.focus();

/** The result of an action whose target left the screen. Never an error. */
export function toast({ key, text, action }: ToastOptions): void {
  const act = (): void => {
    leave();
    toasts.close(key);
    action?.run();
  };
  toasts.add({
    id: key,
    title: text,
    timeout: SHOWN_MS,
    ...(action ? { actionProps: { children: action.label, onClick: act } } : {}),
  });
}

function List() {
  const { toasts: shown } = Base.useToastManager();
  return shown.map((one) => (
    <Base.Root
      key={one.id}
      toast={one}
      className="flex items-center gap-3 rounded-panel border border-border bg-raised px-3 py-2 shadow-raised"
    >
      <Base.Content className="flex min-w-0 items-center gap-3">
        <Base.Title className="min-w-0 break-words" />
        <Base.Action className="shrink-0 rounded-chip font-semibold text-accent-text hit-24" />
      </Base.Content>
      <Base.Close onClick={leave} render={<IconButton icon={X} label="Dismiss" />} />
    </Base.Root>
  ));
}

export function Toasts() {
  return (
    <Base.Provider toastManager={toasts} limit={3}>
      <Base.Portal container={layer}>
        <Base.Viewport className="fixed right-4 bottom-4 flex w-auto max-w-md flex-col gap-2">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
