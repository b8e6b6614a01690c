import type { ImportCommand } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { Panel } from "../../components/page.tsx";
import { listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { CommandWords } from "../servers/review-dialog-command.tsx";
import { ImportButton } from "./import-button.tsx";
import { ImportFrame } from "./import-page.tsx";
import { writtenOf } from "./transfer-words.ts";
import { goTo, setConsent, useImport } from "./use-import.ts";

/** The fourth step, where there is one: every command that could run, whole; none is ticked. */
export function ImportCommands() {
  const { plan, consent } = useImport();
  const { data: info } = useQuery(api.desktop.info.queryOptions());
  if (plan === null) return null;
  // No page in a browser lets a command run.
  const canConsent = info !== undefined && info.electron !== "";
  return (
    <ImportFrame
      actions={
        <>
          <Button onClick={() => goTo("plan")}>Back to the plan</Button>
          <ImportButton n={writtenOf(plan.counts)} disabled={false} />
        </>
      }
    >
      <div className="max-w-prose space-y-1">
        <h2 className="text-field font-semibold">Commands that could run</h2>
        <p>
          {canConsent
            ? "They run with your user’s rights. Tick those that you have read and trust; the others are stored, and wait until you review them under Servers."
            : "They are stored, and wait until somebody reads them on the computer of the gateway."}
        </p>
      </div>
      <Panel>
        {plan.commands.map((command) => (
          <Command
            key={command.server}
            command={command}
            ticked={canConsent ? consent.includes(command.server) : null}
            onTick={(on) =>
              setConsent(
                on
                  ? [...consent, command.server]
                  : consent.filter((server) => server !== command.server),
              )
            }
          />
        ))}
      </Panel>
    </ImportFrame>
  );
}

interface CommandProps {
  command: ImportCommand;
  /** Null where it cannot be. */
  ticked: boolean | null;
  onTick: (on: boolean) => void;
}

function Command({ command, ticked, onTick }: CommandProps) {
  const { server, args, cwd, env, found, unset } = command;
  return (
    <section aria-label={server} className="space-y-2 p-3">
      {ticked === null ? (
        <h3 className="font-medium break-words">
          <UntrustedText text={server} />
        </h3>
      ) : (
        <Checkbox label={`Let ${server} run`} checked={ticked} onChange={onTick} />
      )}
      <CommandWords title={server} words={[command.command, ...args]} />
      <ul className="text-meta text-text-2">
        {cwd === null ? null : (
          <li>
            In{" "}
            <code className="break-all">
              <UntrustedText text={cwd} />
            </code>
          </li>
        )}
        {env.length === 0 ? null : (
          <li>
            Is given{" "}
            <code className="break-all">
              <UntrustedText text={env.join(", ")} />
            </code>
          </li>
        )}
        {found === false ? (
          <li className="text-warn">
            “<UntrustedText text={command.command} />” was not found on this computer. It cannot
            start until it is installed.
          </li>
        ) : null}
        {unset.length === 0 ? null : (
          <li className="text-warn">
            <UntrustedText text={listed(unset)} /> {unset.length === 1 ? "has" : "have"} no value
            here.
          </li>
        )}
      </ul>
    </section>
  );
}
