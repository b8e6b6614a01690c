import { type ServerState, STATE_WORDS } from "@local-mcp/contract";
import {
  CircleCheck,
  CircleX,
  KeyRound,
  LoaderCircle,
  Lock,
  type LucideIcon,
  Moon,
  PowerOff,
  RotateCw,
  ShieldQuestionMark,
} from "lucide-react";
import { classNames } from "./class-names.ts";

interface Look {
  icon: LucideIcon;
  colour: string;
}

/** Shape and word carry the state; colour comes third. */
export const STATE_LOOKS: Record<ServerState, Look> = {
  off: { icon: PowerOff, colour: "text-text-3" },
  unconfirmed: { icon: ShieldQuestionMark, colour: "text-warn" },
  idle: { icon: Moon, colour: "text-text-2" },
  starting: { icon: LoaderCircle, colour: "text-text-2" },
  ready: { icon: CircleCheck, colour: "text-ok" },
  needs_sign_in: { icon: KeyRound, colour: "text-warn" },
  retrying: { icon: RotateCw, colour: "text-warn" },
  failed: { icon: CircleX, colour: "text-err" },
  locked: { icon: Lock, colour: "text-warn" },
};

/** The state's icon alone, beside a text that names the state. */
export function StateIcon({ state }: { state: ServerState }) {
  const { icon: Icon, colour } = STATE_LOOKS[state];
  return (
    <Icon
      aria-hidden
      size={16}
      strokeWidth={1.75}
      className={classNames("shrink-0", colour, state === "starting" && "animate-spin")}
    />
  );
}

interface StateBadgeProps {
  state: ServerState;
  /** Instead of the state's word, for example “Retrying in 8 s”. */
  word?: string;
}

export function StateBadge({ state, word }: StateBadgeProps) {
  return (
    <span className={classNames("inline-flex items-center gap-1.5", STATE_LOOKS[state].colour)}>
      <StateIcon state={state} />
      <span className="whitespace-nowrap">{word ?? STATE_WORDS[state]}</span>
    </span>
  );
}
