import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { layer } from "./layer.ts";
import { useReachable } from "./use-reachable.ts";
import { useReturnFocus } from "./use-return-focus.ts";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** One line under the title. */
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the one that leaves first. */
  footer: ReactNode;
  width?: "form" | "wide" | "full";
  /** A form begins in its first field; everything else on its title, so that Enter does nothing. */
  startsIn?: "title" | "field";
  /**
   * Where the focus goes when the dialog closes. Otherwise to what opened it, or, if that is gone
   * meanwhile, to the heading of the page.
   */
  returnFocusTo?: () => HTMLElement | null;
  /** A click beside it does not close it, since what it shows is not shown again. */
  staysOpen?: boolean;
}

const WIDTHS = { form: "max-w-form", wide: "max-w-[760px]", full: "max-w-content" };

/** Asks for a decision. Esc and Close leave everything as it is. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  width = "form",
  startsIn = "title",
  returnFocusTo,
  staysOpen = false,
}: DialogProps) {
  const openerOrHeading = useReturnFocus();
  const heading = useRef<HTMLHeadingElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const firstField = () =>
    popup.current?.querySelector<HTMLElement>("input, textarea, [role=combobox]") ?? true;
  return (
    <Base.Root
      open={open}
      // A click beside a form must not throw away what was typed.
      disablePointerDismissal={staysOpen || startsIn === "field"}
      onOpenChange={(next) => (next ? undefined : onClose())}
    >
      <Base.Portal container={layer}>
        <Base.Backdrop className="fixed inset-0 bg-[rgb(0_0_0/0.4)] transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 flex items-center justify-center p-6">
          <Base.Popup
            ref={popup}
            initialFocus={startsIn === "title" ? heading : firstField}
            finalFocus={returnFocusTo ?? openerOrHeading}
            className={classNames(
              "flex max-h-full w-full flex-col rounded-dialog border border-border bg-raised shadow-raised transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0",
              WIDTHS[width],
            )}
          >
            <header className="flex items-start gap-3 px-6 pt-5 pb-3">
              <div className="min-w-0 flex-1">
                <Base.Title
                  ref={heading}
                  tabIndex={-1}
                  className="text-lead font-semibold break-words"
                >
                  {title}
                </Base.Title>
                {description ? (
                  <Base.Description className="mt-1 text-text-2">{description}</Base.Description>
                ) : null}
              </div>
              <Base.Close render={<IconButton icon={X} label="Close" shortcut="Esc" />} />
            </header>
            {children ? <Content>{children}</Content> : null}
            <footer className="flex flex-wrap justify-end gap-2 px-6 pt-3 pb-5">{footer}</footer>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

function Content({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useReachable(box);
  return (
    <div ref={box} className="min-h-0 flex-1 overflow-y-auto px-6 py-2">
      {children}
    </div>
  );
}
