import type { DoctorFinding } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, Info, type LucideIcon } from "lucide-react";
import { api } from "../../app/api.ts";
import { classNames } from "../../components/class-names.ts";
import { Panel, Row, Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";

const LEVELS: Record<DoctorFinding["level"], { icon: LucideIcon; colour: string; word: string }> = {
  problem: { icon: CircleX, colour: "text-err", word: "Problem" },
  note: { icon: Info, colour: "text-text-2", word: "Note" },
  ok: { icon: CircleCheck, colour: "text-text-2", word: "Fine" },
};

const AREAS: Record<DoctorFinding["area"], string> = {
  runtime: "Runtime",
  data: "Data",
  settings: "Settings",
  vault: "Vault",
  endpoint: "Endpoint",
  sessions: "Sessions",
  servers: "Servers",
  programs: "Programs",
  backups: "Backups",
};

/** What is wrong comes first, each with its way out; what is fine is folded. */
export function DoctorFindings() {
  const { data, error, refetch } = useQuery(
    api.status.doctor.queryOptions({
      // Much of what it looks at sends no event, so each visit looks again.
      staleTime: 0,
    }),
  );
  const at = (level: DoctorFinding["level"]): DoctorFinding[] =>
    data?.findings.filter((finding) => finding.level === level) ?? [];
  const needed = [...at("problem"), ...at("note")];
  const fine = at("ok");
  return (
    <Section title="Doctor">
      {error ? (
        <ProblemView
          what="The doctor could not look."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data || error ? null : <SkeletonRows rows={3} label="The doctor is looking" />}
      {needed.length > 0 ? <Findings findings={needed} /> : null}
      {data && needed.length === 0 ? <p>Everything is fine.</p> : null}
      {fine.length > 0 ? (
        <details className="space-y-2">
          <summary className="font-medium">{count(fine.length, "check")} passed</summary>
          <Findings findings={fine} />
        </details>
      ) : null}
    </Section>
  );
}

function Findings({ findings }: { findings: DoctorFinding[] }) {
  return (
    <Panel>
      {findings.map(({ area, level, message, wayOut }) => {
        const { icon: Icon, colour, word } = LEVELS[level];
        return (
          <Row
            key={`${area} ${message}`}
            icon={
              <Icon
                aria-label={word}
                role="img"
                size={16}
                strokeWidth={1.75}
                className={classNames("shrink-0", colour)}
              />
            }
            title={<UntrustedText text={message} />}
            detail={wayOut === null ? AREAS[area] : `${AREAS[area]} · ${wayOut}`}
          />
        );
      })}
    </Panel>
  );
}
