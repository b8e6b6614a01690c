import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useEffect, useRef } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { routeTo } from "../../app/router.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { narrowed } from "../logs/narrow.ts";
import { useNow } from "../servers/use-now.ts";
import { type Awaited, type Fact, factsOf, PATIENCE_MS, refusedSince } from "./observed.ts";
import { NothingArrived } from "./nothing-arrived.tsx";
import { promptToTry } from "./snippets.ts";

interface WatchItWorkProps {
  awaited: Awaited;
  /** Of the client, kept in memory only; undefined where it is not known here. */
  token: string | undefined;
  reaches: "url" | "bridge";
  /** Slug; without one the active profile. */
  profile: string | undefined;
  onNewToken: () => void;
}

/** What was observed of a client since it was told how to connect. */
export function WatchItWork({ awaited, token, reaches, profile, onNewToken }: WatchItWorkProps) {
  const { data: clients } = useQuery(api.clients.list.queryOptions());
  const facts = factsOf(awaited, clients ?? { clients: [], refused: null });
  const seen = (id: Fact["id"]): boolean => facts.some((fact) => fact.id === id && fact.seen);
  const arrived = seen("connected");
  const now = useNow(1000, !arrived);
  useSpoken(facts);
  const refused = clients ? refusedSince(clients, awaited) : null;
  return (
    <div className="space-y-3">
      <ol aria-label="What was observed" className="space-y-1">
        {facts.map((fact) => (
          <Line key={fact.id} fact={fact} />
        ))}
      </ol>
      {refused ? (
        <Banner
          level="warn"
          title={
            <>
              {refused.userAgent === null ? (
                "A client"
              ) : (
                <>
                  “<UntrustedText text={refused.userAgent} />”
                </>
              )}{" "}
              called with a token that is not valid here.
            </>
          }
          actions={<Button onClick={onNewToken}>Create a new token</Button>}
        >
          <p className="text-text-2">Then paste the new snippet in the place of the old one.</p>
        </Banner>
      ) : null}
      {!arrived && !refused && now - (awaited.copiedAt ?? awaited.since) >= PATIENCE_MS ? (
        <NothingArrived
          title={awaited.title}
          token={token}
          reaches={reaches}
          profile={profile}
          hasToken={awaited.tokenId !== null}
        />
      ) : null}
      {arrived && !seen("called") ? <Prompt title={awaited.title} profile={profile} /> : null}
    </div>
  );
}

function Line({ fact: { id, seen, failed, text, name, more } }: { fact: Fact }) {
  const Icon = failed ? CircleAlert : seen ? CircleCheck : CircleDashed;
  const colour = failed ? "text-warn" : seen ? "text-ok" : "text-text-3";
  return (
    <li className="flex items-start gap-2">
      <Icon aria-hidden size={16} strokeWidth={1.75} className={`mt-0.5 shrink-0 ${colour}`} />
      <span className={`min-w-0 break-words ${seen ? "text-text" : "text-text-2"}`}>
        {text}
        {name === undefined ? null : (
          <span className={id === "called" ? "font-mono" : undefined}>
            <UntrustedText text={name} />
          </span>
        )}
        {more}
        {id === "called" && name !== undefined ? (
          <>
            {" "}
            <a href={`#${routeTo("logs", [], { q: narrowed("", "tool", name) })}`}>
              Show in Debug Logs
            </a>
          </>
        ) : null}
      </span>
    </li>
  );
}

function Prompt({ title, profile }: { title: string; profile: string | undefined }) {
  const { data: status } = useQuery(api.status.get.queryOptions());
  const slug = profile ?? status?.activeProfile;
  const { data: tools } = useQuery({
    ...api.profiles.capabilities.queryOptions({ input: { profile: slug ?? "", kind: "tool" } }),
    enabled: Boolean(slug),
  });
  if (!tools) return null;
  const prompt = promptToTry(tools);
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-text-2">
      <span className="min-w-0 break-words">
        Say to {title}: “<UntrustedText text={prompt} />”
      </span>
      <CopyButton text={prompt} label="Copy prompt" />
    </p>
  );
}

/** Each line is spoken when it comes true; of the copy the button speaks itself. */
function useSpoken(facts: Fact[]): void {
  const seen = facts.filter((fact) => fact.seen && fact.id !== "copied");
  const last = seen.at(-1);
  const text = last ? `${last.text}${last.name ?? ""}${last.more ?? ""}` : "";
  const spoken = useRef(text);
  useEffect(() => {
    if (text === spoken.current) return;
    spoken.current = text;
    if (text !== "") announce(text);
  }, [text]);
}
