import { expect, test, vi } from "vitest";
import { Quit, type QuitOptions } from "./quit.ts";

const create = (overrides: Partial<QuitOptions> = {}) => {
  const calls: string[] = [];
  const failures: unknown[] = [];
  const quit = new Quit({
    clientsToAskFor: async () => 0,
    ask: async () => ({ quit: true, dontAskAgain: false }),
    dontAskAgain: async () => calls.push("dontAskAgain"),
    close: async () => {
      calls.push("close");
    },
    exit: () => calls.push("exit"),
    onFailure: (error) => failures.push(error),
    ...overrides,
  });
  return { quit, calls, failures };
};
const ended = (quit: Quit) => vi.waitFor(() => expect(quit.state).toBe("closed"));

test("without clients nobody is asked", async () => {
  const ask = vi.fn<QuitOptions["ask"]>();
  const { quit, calls } = create({ ask });
  quit.request("person");
  await ended(quit);
  expect(ask).not.toHaveBeenCalled();
  expect(calls).toEqual(["close", "exit"]);
});

test("with clients a person is asked, and can stay", async () => {
  const ask = vi.fn<QuitOptions["ask"]>(async () => ({ quit: false, dontAskAgain: true }));
  const { quit, calls } = create({ clientsToAskFor: async () => 2, ask });
  quit.request("person");
  await vi.waitFor(() => expect(quit.state).toBe("running"));
  expect(ask).toHaveBeenCalledExactlyOnceWith(2);
  expect(calls).toEqual([]);
  quit.request("person");
  await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
});

test("“Don’t ask again” is stored before the end", async () => {
  const ask = async () => ({ quit: true, dontAskAgain: true });
  const { quit, calls } = create({ clientsToAskFor: async () => 1, ask });
  quit.request("person");
  await ended(quit);
  expect(calls).toEqual(["dontAskAgain", "close", "exit"]);
});

test("however often it is asked for, there is one question and one end", async () => {
  const ask = vi.fn<QuitOptions["ask"]>(async () => ({ quit: true, dontAskAgain: false }));
  const { quit, calls } = create({ clientsToAskFor: async () => 1, ask });
  for (let n = 0; n < 3; n += 1) quit.request("person");
  await ended(quit);
  quit.request("person");
  quit.request("system");
  expect(ask).toHaveBeenCalledOnce();
  expect(calls).toEqual(["close", "exit"]);
});

test("the system asks nobody, and does not wait for an open question", async () => {
  const ask = vi.fn<QuitOptions["ask"]>();
  const first = create({ clientsToAskFor: async () => 3, ask });
  first.quit.request("system");
  await ended(first.quit);
  expect(ask).not.toHaveBeenCalled();

  let answer: (value: { quit: boolean; dontAskAgain: boolean }) => void = () => {};
  const asked = new Promise<{ quit: boolean; dontAskAgain: boolean }>((resolve) => {
    answer = resolve;
  });
  const second = create({ clientsToAskFor: async () => 3, ask: () => asked });
  second.quit.request("person");
  await vi.waitFor(() => expect(second.quit.state).toBe("asking"));
  second.quit.request("system");
  await ended(second.quit);
  answer({ quit: false, dontAskAgain: false });
  await asked;
  expect(second.quit.state).toBe("closed");
  expect(second.calls).toEqual(["close", "exit"]);
});

test("whatever fails, the app ends, and it is told of", async () => {
  const broken = create({
    clientsToAskFor: () => Promise.reject(new Error("no answer")),
    close: () => Promise.reject(new Error("cannot close")),
  });
  broken.quit.request("person");
  await ended(broken.quit);
  expect(broken.failures.map(String)).toEqual(["Error: no answer", "Error: cannot close"]);
  expect(broken.calls).toEqual(["exit"]);

  const stuck = create({ close: () => new Promise(() => {}), limitMs: 1 });
  stuck.quit.request("system");
  await ended(stuck.quit);
  expect(stuck.failures.map(String)).toEqual(["Error: closing took longer than 1 ms"]);
  expect(stuck.calls).toEqual(["exit"]);
});

test("closing has five seconds, and no later request gives it more", async () => {
  vi.useFakeTimers();
  try {
    const { quit, calls, failures } = create({ close: () => new Promise(() => {}) });
    quit.request("system");
    await vi.advanceTimersByTimeAsync(4900);
    expect(quit.state).toBe("closing");
    quit.request("person");
    quit.request("system");
    await vi.advanceTimersByTimeAsync(100);
    expect(quit.state).toBe("closed");
    expect(calls).toEqual(["exit"]);
    expect(failures).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test("what a request wants before the end is done for that request, and not where a person stayed", async () => {
  const answers = [false, true];
  const ask = vi.fn<QuitOptions["ask"]>(async () => ({
    quit: answers.shift() ?? true,
    dontAskAgain: false,
  }));
  const { quit, calls } = create({ clientsToAskFor: async () => 1, ask });
  quit.request("person", () => calls.push("relaunch"));
  await vi.waitFor(() => expect(quit.state).toBe("running"));
  quit.request("person");
  await ended(quit);
  expect(calls).toEqual(["close", "exit"]);

  const other = create();
  other.quit.request("person", () => other.calls.push("relaunch"));
  await ended(other.quit);
  expect(other.calls).toEqual(["close", "relaunch", "exit"]);
});
