// Writes GitHub's own examples of webhooks, a line of JSON each, signed by Octokit, which lies where this is run:
// node --input-type=module - SECRET [MENTION] <sign.mjs. With a mention, everything that somebody says in them begins with it.
import { createRequire } from "node:module";
import { sign, verify } from "@octokit/webhooks-methods";

const events = createRequire(`${process.cwd()}/`)("@octokit/webhooks-examples");
const [secret, mention] = process.argv.slice(2);

function speak(payload) {
  for (const said of [payload.comment, payload.review, payload.issue, payload.pull_request]) {
    if (said && mention) said.body = `${mention} ${said.body}`;
  }
  return payload;
}

for (const { name, examples } of events) {
  for (const example of examples) {
    const body = JSON.stringify(speak(example));
    const signature = await sign(secret, body);
    if (!(await verify(secret, body, signature))) throw new Error(`${name}: Octokit does not know its own signature`);
    process.stdout.write(JSON.stringify({ event: name, action: example.action ?? "", body, signature }) + "\n");
  }
}
