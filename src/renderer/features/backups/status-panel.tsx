import type { BackupsView } from "@local-mcp/contract";
import { CalendarClock, KeyRound } from "lucide-react";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Panel, Row } from "../../components/page.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { dayTime, factsText, healthLook, lastGoodText, scheduleText } from "./backup-words.ts";

const QUIET_ICON = { "aria-hidden": true, size: 16, strokeWidth: 1.75 } as const;

/** Whether there is a good backup, when the next one is made, and what that needs. */
export function StatusPanel({ view }: { view: BackupsView }) {
  const { lastGood, schedule } = view;
  const { icon: Icon, colour } = healthLook(view);
  return (
    <Panel>
      <Row
        icon={<Icon {...QUIET_ICON} className={classNames("shrink-0", colour)} />}
        title={lastGoodText(lastGood)}
        detail={lastGood === null ? null : factsText(lastGood)}
      />
      <Row
        icon={<CalendarClock {...QUIET_ICON} className="shrink-0 text-text-2" />}
        title={scheduleText(schedule)}
        detail={
          <>
            {schedule.nextAt === null ? null : <p>Next: {dayTime(schedule.nextAt)}</p>}
            <p>
              Folder: <UntrustedText text={schedule.folder} />
            </p>
          </>
        }
        actions={
          <Button
            size="toolbar"
            aria-label="Change when and where backups are made…"
            onClick={() => navigate(routeTo("settings", [], { section: "backups" }))}
          >
            Change…
          </Button>
        }
      />
      {schedule.enabled && !schedule.passphrase.set ? (
        <Row
          icon={<KeyRound {...QUIET_ICON} className="shrink-0 text-text-2" />}
          title="Automatic backups need a passphrase"
          detail="It is kept in the vault, and on a sheet that you keep. Without one none is made by itself."
          actions={
            <Button size="toolbar" onClick={() => openDialog({ type: "keep_passphrase" })}>
              Keep one…
            </Button>
          }
        />
      ) : null}
    </Panel>
  );
}
