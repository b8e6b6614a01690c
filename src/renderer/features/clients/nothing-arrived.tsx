import type { ConnectionTest } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleMinus, CircleX, type LucideIcon } from "lucide-react";
import { client } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { duration } from "../../components/time.ts";

interface NothingArrivedProps {
  title: string;
  token: string | undefined;
  reaches: "url" | "bridge";
  profile: string | undefined;
  hasToken: boolean;
}

type Step = ConnectionTest["steps"][number];

const STEP_WORDS: Record<Step["step"], string> = {
  connect: "Connect",
  initialize: "Handshake",
  list: "List tools",
};

const OUTCOMES: Record<Step["outcome"], { icon: LucideIcon; colour: string; word: string }> = {
  passed: { icon: CircleCheck, colour: "text-ok", word: "passed" },
  failed: { icon: CircleX, colour: "text-err", word: "failed" },
  skipped: { icon: CircleMinus, colour: "text-text-3", word: "not reached" },
};

/** A client was told how to connect and did not come: what to look at, and a test from here. */
export function NothingArrived({ title, token, reaches, profile, hasToken }: NothingArrivedProps) {
  const test = useMutation({
    mutationFn: () => goTheWay({ token, reaches, profile }),
    // Nothing of the token outlives this view.
    gcTime: 0,
  });
  const testable = token !== undefined || reaches === "bridge";
  return (
    <Banner
      level="note"
      title="Nothing has arrived yet."
      actions={
        testable ? (
          <Button disabled={test.isPending} onClick={() => test.mutate()}>
            Test from here
          </Button>
        ) : null
      }
    >
      <ul className="list-disc space-y-1 pl-4 text-text-2">
        <li>Restart {title}; many clients read their configuration only then.</li>
        {hasToken ? <li>Is the token in the header, behind “Bearer ” and whole?</li> : null}
        {!hasToken && reaches === "url" ? (
          <li>Is a token that is valid here in the place of YOUR_TOKEN?</li>
        ) : null}
      </ul>
      {test.isPending ? <p role="status">Going the way of {title}…</p> : null}
      {test.error ? <p role="alert">{problemLine(test.error)}</p> : null}
      {test.data ? <Steps test={test.data} title={title} /> : null}
    </Banner>
  );
}

/** The bridge makes a token for itself when it starts, so its way is gone with such a one. */
async function goTheWay({
  token,
  reaches,
  profile,
}: Pick<NothingArrivedProps, "token" | "reaches" | "profile">): Promise<ConnectionTest> {
  if (token !== undefined || reaches === "url") return client.clients.test({ profile, token });
  const slug = profile ?? (await client.status.get()).activeProfile;
  if (slug === null) return client.clients.test({});
  const temporary = await client.tokens.createTemporary({ profile: slug });
  return client.clients.test({ profile: slug, token: temporary.token });
}

function Steps({ test: { ok, steps }, title }: { test: ConnectionTest; title: string }) {
  return (
    <div role="status" className="space-y-1 pt-1">
      <ol aria-label="Result of the test">
        {steps.map(({ step, outcome, message, durationMs }) => {
          const { icon: Icon, colour, word } = OUTCOMES[outcome];
          return (
            <li key={step} className="flex items-start gap-2">
              <Icon
                aria-hidden
                size={16}
                strokeWidth={1.75}
                className={`mt-0.5 shrink-0 ${colour}`}
              />
              <span className="min-w-0 break-words">
                <span className="font-medium">
                  {STEP_WORDS[step]} {word}
                </span>
                {outcome === "passed" ? (
                  <span className="text-text-2">, {duration(durationMs)}</span>
                ) : null}
                {outcome === "skipped" ? null : <> · {message}</>}
              </span>
            </li>
          );
        })}
      </ol>
      {ok ? <p>The gateway answers, so what is missing is in {title}.</p> : null}
    </div>
  );
}
