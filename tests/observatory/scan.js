// Looks at pages as Mozilla's HTTP Observatory does: node scan.js HTTP_PORT HTTPS_PORT COOKIE PATH… (on localhost)
// One line of JSON for each path: grade, score, and what every test of the Observatory says and adds or takes.

import { existsSync, writeFileSync } from "node:fs";

import { ALL_RESULTS, ALL_TESTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { MINIMUM_SCORE_FOR_EXTRA_CREDIT } from "@mdn/mdn-http-observatory/src/grader/charts.js";
import { getGradeForScore, getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { retrieve } from "@mdn/mdn-http-observatory/src/retriever/retriever.js";

// It comes over the network, and would give a bonus to who is in it. Nobody is.
const preloaded = new URL("node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json", import.meta.url);
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}");

const [httpPort, httpsPort, cookie, ...paths] = process.argv.slice(2);
const headers = ["Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", `Cookie: ${cookie}`];

for (const path of paths) {
  const requests = await retrieve("localhost", { httpPort: +httpPort, httpsPort: +httpsPort, path, headers });
  const results = ALL_TESTS.map((test) => test(requests));
  const points = results.map((each) => getScoreModifier(each.result));
  const sum = (those) => those.reduce((total, each) => total + each, 100);
  const without = sum(points.filter((each) => each < 0));
  const { score, grade } = getGradeForScore(without < MINIMUM_SCORE_FOR_EXTRA_CREDIT ? without : sum(points));
  const tests = Object.fromEntries(results.map((each, at) => [ALL_RESULTS[at].name, [each.result, points[at]]]));
  const { status, verified } = requests.responses.auto;
  console.log(JSON.stringify({ path, status, verified, grade, score, tests }));
}
