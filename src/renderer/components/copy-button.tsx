import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { client } from "../app/api.ts";
import { announce } from "../app/announce.ts";
import { Button, type ButtonKind, IconButton } from "./button.tsx";

const SHOWN_MS = 2000;

interface CopyButtonProps {
  text: string;
  /** What it copies: “Copy endpoint URL”. */
  label: string;
  /** An icon alone, or the icon with these words. */
  children?: string;
  kind?: ButtonKind;
  size?: "control" | "toolbar";
  shortcut?: string;
  onCopied?: () => void;
}

export function CopyButton({
  text,
  label,
  children,
  kind,
  size,
  shortcut,
  onCopied,
}: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    await client.desktop.copyText({ text });
    setCopied(true);
    announce("Copied.");
    onCopied?.();
  };
  const icon = copied ? Check : Copy;
  return children === undefined ? (
    <IconButton
      icon={icon}
      label={copied ? "Copied" : label}
      shortcut={shortcut}
      onClick={() => void copy()}
    />
  ) : (
    <Button kind={kind} size={size} icon={icon} aria-label={label} onClick={() => void copy()}>
      {children}
    </Button>
  );
}
