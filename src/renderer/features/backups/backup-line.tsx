import { routeTo } from "../../app/router.ts";
import { classNames } from "../../components/class-names.ts";
import { healthLook, lastGoodText, STATE_LOOKS } from "./backup-words.ts";
import { useBackups } from "./use-backups.ts";

/** Whether there is a good backup, in one line. */
export function BackupLine() {
  const { data } = useBackups();
  if (!data) return null;
  const { lastGood } = data;
  const { icon: Icon, colour } = healthLook(data);
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      <Icon aria-hidden size={16} strokeWidth={1.75} className={classNames("shrink-0", colour)} />
      {lastGoodText(lastGood)}
      {lastGood ? `, ${STATE_LOOKS[lastGood.state].word.toLowerCase()}` : null}
      <a href={`#${routeTo("backups")}`}>Backups</a>
    </p>
  );
}
