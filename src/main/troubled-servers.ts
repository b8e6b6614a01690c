import type { Gateway } from "@local-mcp/gateway";

/** Starts again every server that has failed or waits for its next try. */
export async function restartTroubled({ api }: Pick<Gateway, "api">): Promise<void> {
  const { servers } = await api.status.get();
  const troubled = servers.filter(({ status }) => ["failed", "retrying"].includes(status.state));
  await Promise.all(troubled.map(({ id }) => api.servers.restart({ server: id })));
}
