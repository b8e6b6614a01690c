/** A client of a profile. */
export interface Client {
  request(method: string, params: Record<string, unknown>): Promise<unknown>;
}

/**
 * Every client calls until a deed is over.
 *
 * @returns what the deed answers, and the first call without its answer; null where each had one
 */
export async function whileTheyWork(
  clients: readonly Client[],
  call: { name: string; arguments: Record<string, unknown> },
  expected: string,
  deed: () => Promise<unknown>,
): Promise<{ answer: unknown; failed: string | null }> {
  const over = new AbortController();
  const said: string[] = [];
  const work = async (client: Client): Promise<void> => {
    do said.push(JSON.stringify(await client.request("tools/call", call)));
    while (!over.signal.aborted);
  };
  const done = async (): Promise<unknown> => {
    try {
      return await deed();
    } finally {
      over.abort();
    }
  };
  const [answer] = await Promise.all([done(), ...clients.map(work)]);
  return { answer, failed: said.find((one) => !one.includes(expected)) ?? null };
}
