import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { classNames } from "./class-names.ts";
import { Tooltip } from "./tooltip.tsx";

/** `primary` once per screen; `danger` only as the last button of a destructive dialog. */
export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "border-transparent bg-accent text-white hover:bg-accent-hover",
  secondary: "border-border-strong bg-surface text-text hover:bg-sunken",
  quiet: "border-transparent bg-transparent text-text hover:bg-sunken",
  danger: "border-transparent bg-danger text-white hover:brightness-95",
};

const SIZES = { control: "h-8 px-3 text-body", toolbar: "h-7 px-2.5 text-body" };

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  size?: keyof typeof SIZES;
  icon?: LucideIcon;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  kind = "secondary",
  size = "control",
  icon: Icon,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classNames(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors",
        "disabled:border-border disabled:bg-sunken disabled:text-text-3 aria-disabled:border-border aria-disabled:bg-sunken aria-disabled:text-text-3",
        SIZES[size],
        KINDS[kind],
        className,
      )}
    >
      {Icon ? <Icon aria-hidden size={16} strokeWidth={1.75} /> : null}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  /** What it does, for those who cannot see it and for its tooltip. */
  label: string;
  /** As shown, for example `⌘C`. */
  shortcut?: string;
  tooltipSide?: "top" | "left" | "right";
  ref?: Ref<HTMLButtonElement>;
}

/** A button of 28 px that shows only an icon. */
export function IconButton({
  icon: Icon,
  label,
  shortcut,
  tooltipSide,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut} side={tooltipSide}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={classNames(
          "inline-flex size-7 shrink-0 items-center justify-center rounded-control text-text-2 transition-colors hover:bg-sunken hover:text-text disabled:text-text-3",
          className,
        )}
      >
        <Icon aria-hidden size={16} strokeWidth={1.75} />
      </button>
    </Tooltip>
  );
}
