// Signs what stands on standard input, {secret, bodies, timestamp}, as GitHub and as Grafana do.
// GitHub's way is the library's. Grafana's is written from its documentation alone: the HMAC-SHA256, in
// hexadecimal, of the body, or of `timestamp:body` where a timestamp header is set
// (grafana.com/docs/grafana/latest/alerting, "Webhook notifier", HMAC signature).
import { createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { sign } from "@octokit/webhooks-methods"

const { secret, bodies, timestamp } = JSON.parse(readFileSync(0, "utf8"))
const grafana = (text) => createHmac("sha256", secret).update(text, "utf8").digest("hex")
const signed = bodies.map(async (body) => ({
  body,
  github: await sign(secret, body),
  grafana: grafana(body),
  timed: grafana(`${timestamp}:${body}`),
}))
console.log(JSON.stringify(await Promise.all(signed)))
