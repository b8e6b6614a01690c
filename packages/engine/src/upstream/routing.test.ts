import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  nat,
  oneof,
  option,
  record,
  type Scheduler,
  scheduler,
} from "fast-check";
import { describe, expect, it } from "vitest";
import type { Client } from "../definitions.ts";
import type { RpcResponse } from "../jsonrpc.ts";
import type { UpstreamCall } from "./call.ts";
import { callOf, client, connected, turn } from "./test-kit.ts";

const CLIENTS = [client("ann"), client("bob"), client("loose", { isSession: false })];

/** What happens next. `nth` is an open call; a message may name none. */
const step = oneof(
  record({ kind: constant("call" as const), who: constantFrom(...CLIENTS) }),
  record({ kind: constant("answer" as const), nth: nat(5) }),
  record({ kind: constant("question" as const), nth: option(nat(5)) }),
  record({ kind: constant("log" as const), nth: option(nat(5)) }),
);

/** A connection that several clients share, with what came of it beside what should have. */
class Scene {
  readonly #far: Awaited<ReturnType<typeof connected>>;
  readonly #order: Scheduler;
  readonly #open: { id: number; who: Client; call: UpstreamCall }[] = [];
  /** Which client's call each answer was for, as the caller and as the server know it. */
  readonly answers: [string, unknown][] = [];
  readonly heard: UpstreamCall[] = [];
  readonly shouldHear: UpstreamCall[] = [];
  /** Who should answer each question of the server; null for a refusal. */
  readonly answerers: (string | null)[] = [];

  constructor(far: Awaited<ReturnType<typeof connected>>, order: Scheduler) {
    this.#far = far;
    this.#order = order;
  }

  calls = 0;

  call(who: Client): void {
    this.calls += 1;
    const { call } = callOf(who, async (): Promise<RpcResponse> => {
      await this.#order.schedule(Promise.resolve());
      return { jsonrpc: "2.0", id: 0, result: { by: who.id } };
    });
    call.onNotification = () => void this.heard.push(call);
    const { connection, transport } = this.#far;
    const answered = connection.request("x", {}, { timeoutMs: null, call });
    void answered.then(({ result }) => this.answers.push([who.id, result]));
    this.#open.push({ id: Number(transport.sent.at(-1)?.id), who, call });
  }

  answer(nth: number): void {
    const [answered] = this.#open.splice(nth, 1);
    if (!answered) return;
    const { id, who } = answered;
    this.#far.transport.receive({ jsonrpc: "2.0", id, result: { for: who.id } });
  }

  /** Under the same numbers as our own requests have. */
  ask(nth: number | null): void {
    this.answerers.push(this.#meant(nth)?.who.id ?? null);
    const id = this.answerers.length;
    this.#receive({ jsonrpc: "2.0", id, method: "elicitation/create" }, nth);
  }

  log(nth: number | null): void {
    const meant = this.#meant(nth);
    if (meant) this.shouldHear.push(meant.call);
    this.#receive({ jsonrpc: "2.0", method: "notifications/message" }, nth);
  }

  /** What the server was told for each of its questions, by their ids. */
  async told(): Promise<unknown[]> {
    for (const _ of this.#open.slice()) this.answer(0);
    await this.#order.waitIdle();
    await turn();
    const told: unknown[] = [];
    for (const { id, method, result, error } of this.#far.transport.sent) {
      if (method === undefined) told[Number(id) - 1] = error ? null : result;
    }
    return told;
  }

  #receive(message: unknown, nth: number | null): void {
    this.#far.transport.receive(message, this.#named(nth)?.id ?? null);
  }

  #named(nth: number | null) {
    return nth === null ? undefined : this.#open[nth];
  }

  #meant(nth: number | null) {
    const named = this.#named(nth);
    if (named) return named;
    const newest = this.#open.at(-1);
    const isSure =
      this.#open.length === 1 ||
      (newest?.who.isSession && this.#open.every(({ who }) => who === newest.who));
    return isSure ? newest : undefined;
  }
}

describe("a connection that several clients share", () => {
  it("misroutes no message, in whatever order things happen", async () => {
    let routed = 0;
    await assert(
      asyncProperty(
        array(step, { minLength: 3, maxLength: 30 }),
        scheduler(),
        async (steps, order) => {
          const scene = new Scene(await connected(), order);
          for (const one of steps) {
            if (one.kind === "call") scene.call(one.who);
            else if (one.kind === "answer") scene.answer(one.nth);
            else if (one.kind === "question") scene.ask(one.nth);
            else scene.log(one.nth);
          }
          expect(await scene.told()).toEqual(scene.answerers.map((by) => by && { by }));
          expect(scene.heard).toEqual(scene.shouldHear);
          expect(scene.answers).toHaveLength(scene.calls);
          for (const [caller, answeredFor] of scene.answers)
            expect(answeredFor).toEqual({ for: caller });
          routed += scene.heard.length + scene.answerers.filter((by) => by !== null).length;
        },
      ),
      { numRuns: 1000 },
    );
    expect(routed).toBeGreaterThan(1000);
  });
});
