import { CircleAlert, CircleX, Info, type LucideIcon } from "lucide-react";
import { type ReactNode, useId } from "react";
import { classNames } from "./class-names.ts";

export type BannerLevel = "err" | "warn" | "note";

const LEVELS: Record<BannerLevel, { icon: LucideIcon; look: string; icon_: string }> = {
  err: { icon: CircleX, look: "border-err bg-err-soft", icon_: "text-err" },
  warn: { icon: CircleAlert, look: "border-warn bg-warn-soft", icon_: "text-warn" },
  note: { icon: Info, look: "border-accent bg-accent-soft", icon_: "text-accent-text" },
};

interface BannerProps {
  level: BannerLevel;
  /** Instead of the level's icon. */
  icon?: LucideIcon;
  /** What happened. */
  title: ReactNode;
  /** Why, and what it affects. */
  children?: ReactNode;
  /** Exactly one primary action, and at most quiet ones beside it. */
  actions?: ReactNode;
}

/** A state of the page that stays until it is untrue. */
export function Banner({ level, icon, title, children, actions }: BannerProps) {
  const { icon: levelIcon, look, icon_ } = LEVELS[level];
  const Icon = icon ?? levelIcon;
  const titleId = useId();
  return (
    <section
      aria-labelledby={titleId}
      className={classNames(
        "flex flex-wrap gap-3 rounded-panel border border-l-4 px-3 py-3",
        children ? "items-start" : "items-center",
        look,
      )}
    >
      <Icon aria-hidden size={20} strokeWidth={1.75} className={classNames("shrink-0", icon_)} />
      <div className="min-w-60 flex-1 space-y-1">
        <p id={titleId} className="font-semibold break-words text-text">
          {title}
        </p>
        {children ? <div className="space-y-1 break-words text-text">{children}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </section>
  );
}
