import type { StorageChoice } from "../storage-choice.ts";
import type { AnswerRows, AnswerRowsOptions } from "./answer-rows.ts";
import { redisAnswers } from "./redis-answers.ts";
import { sqliteAnswers } from "./sqlite-answers.ts";

/** Where answers can be kept, other than in memory. */
export type AnswerChoice =
  | Extract<StorageChoice, { type: "redis" }>
  | { type: "sqlite"; path: string };

/** @throws GatewayError what is wrong with the engine */
export const openAnswers = async (
  choice: AnswerChoice,
  options: AnswerRowsOptions,
): Promise<AnswerRows> =>
  choice.type === "redis" ? redisAnswers(choice.url, options) : sqliteAnswers(choice.path, options);
