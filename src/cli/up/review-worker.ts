import { parentPort } from "node:worker_threads";
import { examine } from "../check/examine.js";
import { pricesInUse } from "../check/prices.js";
import { shortReport } from "../check/forms/text.js";
import { othersIn } from "../check/others.js";
import { describeStacks } from "../check/stacks.js";
import { graphOf } from "../../environment/graph/graph.js";
import { atLeast } from "../../analysis/verdict/order.js";
import { colours } from "../output.js";
import type { Review, ReviewWish } from "./review.js";

/** The thread of `startReviewer`: one wish, one answer. */
parentPort?.once("message", (wish: ReviewWish) => {
  void reviewed(wish).then((answer) => parentPort?.postMessage(answer));
});

async function reviewed({ stacks, parameters, region, colours: isTerminal }: ReviewWish): Promise<Review> {
  const description = describeStacks(stacks, new Map(Object.entries(parameters)), region);
  const environment = graphOf(description);
  const others = othersIn(stacks, environment);
  const grounds = { prices: await pricesInUse() };
  const { report } = examine(environment, { failOn: "high", acceptances: [], now: new Date(), grounds, others });
  const counting = report.findings.filter(({ severity, verdict }) => verdict === "fails" && atLeast(severity, "high"));
  return { lines: shortReport(report, colours({ isTTY: isTerminal })), counting: counting.length, done: true };
}
