import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  icon: LucideIcon;
  /** One sentence: what lives here. */
  children: ReactNode;
  /** One primary action, others quiet. */
  actions?: ReactNode;
}

/** A place that has nothing in it yet, or where a filter left nothing. */
export function EmptyState({ icon: Icon, children, actions }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-4 px-6 py-12 text-center">
      <Icon aria-hidden size={20} strokeWidth={1.75} className="text-text-3" />
      <p className="max-w-prose text-field text-text-2">{children}</p>
      {actions ? <div className="flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
