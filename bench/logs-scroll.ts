import type { CDPSession, Page } from "playwright-core";
import { z } from "zod";
import { pause } from "./child.ts";

/** What was seen of a page while it was scrolled by the wheel, then by its bar. */
export const scrolling = z.object({
  /** From one frame to the next, ms. */
  wheelFrames: z.array(z.number()),
  barFrames: z.array(z.number()),
  /** The most rows that were in the document at once. */
  rows: z.number(),
  /** How far it went, CSS px. */
  moved: z.number(),
  /** Of the page's JavaScript, MB (2^20): the most that was seen, and after all garbage is gone. */
  heapPeak: z.number(),
  heapAfter: z.number(),
});
export type Scrolling = z.infer<typeof scrolling>;

const MEGABYTE = 2 ** 20;
/** Between two turns of the wheel, and what one of them is, ms and CSS px. */
const TURN_MS = 12;
const TURN = 120;
/** Half the width of a scroll bar, CSS px. */
const BAR_MIDDLE = 7;

/** Records frames in the page until it is asked for them. */
interface Recorder {
  frames: number[];
  rows: number;
  moved: number;
  stop(): void;
}
declare global {
  interface Window {
    benchRecorder?: Recorder;
  }
}

/** Scrolls an element for so many seconds each way. */
export async function scrolled(page: Page, selector: string, seconds: number): Promise<Scrolling> {
  const client = await page.context().newCDPSession(page);
  await client.send("HeapProfiler.enable");
  const heap = { peak: 0 };
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not seen`);
  await record(page, selector);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await eachTurn(client, heap, seconds, (turn) =>
    // Most of it upwards: a log is opened at its end.
    page.mouse.wheel(0, turn % 40 < 30 ? -TURN : TURN),
  );
  const wheel = await recorded(page);
  await record(page, selector);
  await page.evaluate((found) => {
    const element = document.querySelector(found);
    if (element) element.scrollTop = element.scrollHeight;
  }, selector);
  const [x, bottom] = [box.x + box.width - BAR_MIDDLE, box.y + box.height - 12];
  await page.mouse.move(x, bottom);
  await page.mouse.down();
  await eachTurn(client, heap, seconds, (turn) => {
    const part = Math.abs(((turn / 150) % 2) - 1);
    return page.mouse.move(x, box.y + 12 + part * (box.height - 24));
  });
  await page.mouse.up();
  const bar = await recorded(page);
  await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  await client.detach();
  return {
    wheelFrames: wheel.frames,
    barFrames: bar.frames,
    rows: Math.max(wheel.rows, bar.rows),
    moved: Math.min(wheel.moved, bar.moved),
    heapPeak: Math.max(heap.peak, usedSize) / MEGABYTE,
    heapAfter: usedSize / MEGABYTE,
  };
}

async function eachTurn(
  client: CDPSession,
  heap: { peak: number },
  seconds: number,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let turn = 0; performance.now() < end; turn += 1) {
    await work(turn);
    if (turn % 40 === 0) {
      const { usedSize } = await client.send("Runtime.getHeapUsage");
      heap.peak = Math.max(heap.peak, usedSize);
    }
    await pause(TURN_MS);
  }
}

const record = (page: Page, selector: string): Promise<void> =>
  page.evaluate((found) => {
    const element = document.querySelector(found);
    let last = performance.now();
    let top = element?.scrollTop ?? 0;
    let isOver = false;
    const recorder: Recorder = { frames: [], rows: 0, moved: 0, stop: () => (isOver = true) };
    const frame = (now: number): void => {
      if (isOver) return;
      recorder.frames.push(now - last);
      last = now;
      const at = element?.scrollTop ?? 0;
      recorder.moved += Math.abs(at - top);
      top = at;
      recorder.rows = Math.max(
        recorder.rows,
        document.querySelectorAll("[role=grid] [role=row]").length,
      );
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    window.benchRecorder = recorder;
  }, selector);

const recorded = async (page: Page): Promise<Pick<Recorder, "frames" | "rows" | "moved">> =>
  page.evaluate(() => {
    const recorder = window.benchRecorder;
    if (!recorder) throw new Error("nothing was recorded");
    recorder.stop();
    const { frames, rows, moved } = recorder;
    // The first one is none from frame to frame.
    return { frames: frames.slice(1), rows, moved };
  });
