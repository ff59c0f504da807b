// Brings what was recorded to the node, in order, until the node has said of each record that it has it. A record keeps
// its id, so that sending it twice, from two tabs or after a lost answer, is sending it once.
import { now } from "./walk-store.js";

const [SECOND, FIRST, LONGEST, PATIENCE] = [1000, 2, 60, 15];
// Seconds in which a tap can be undone without a trace, because it hasn't left.
const GRACE = 4;
const BATCH = 200;

export class Queue {
  /** @param headers of each request @param changed told how the way to the node is */
  constructor(store, device, headers, changed) {
    Object.assign(this, { store, device, headers, changed, failures: 0, timer: null, sending: false });
    addEventListener("online", () => this.send());
    // Whoever puts the phone away has decided.
    document.addEventListener("visibilitychange", () => this.send(document.hidden));
  }

  /** @param hurry takes what may still be undone too */
  async waiting(hurry) {
    const waiting = (await this.store.all()).filter((record) => record.state === "waiting");
    // Either way: a clock may be set while a record waits.
    const ripe = (record) => hurry || record.tries > 0 || Math.abs(now() - record.observedAt) >= GRACE;
    return { ripe: waiting.filter(ripe).slice(0, BATCH), green: waiting.some((record) => !ripe(record)) };
  }

  /** Sends what waits; called again while it runs, it goes on with what came meanwhile. */
  async send(hurry = false) {
    this.hurry ||= hurry;
    if (this.sending) { this.again = true; return; }
    this.sending = true;
    clearTimeout(this.timer);
    let arrived = false;
    try {
      do {
        this.again = false;
        let batch;
        while ((batch = (await this.waiting(this.hurry)).ripe).length) {
          this.changed({ kind: "sending" });
          if (!await this.deliver(batch)) return this.later();
          this.failures = 0;
          arrived = true;
        }
      } while (this.again);
      this.hurry = false;
      // Where nothing was due nothing is known of the way either.
      if (arrived) this.changed({ kind: "idle" });
      if ((await this.waiting(false)).green) this.timer = setTimeout(() => this.send(), SECOND);
    } catch (error) {
      this.changed({ kind: "trouble", message: String(error) });
      this.later();
    } finally {
      this.sending = false;
    }
  }

  later() {
    const pause = Math.min(LONGEST, FIRST * 2 ** Math.min(this.failures++, 6)) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.send(), pause * SECOND);
  }

  /** Returns whether the node answered for every record of the batch. */
  async deliver(batch) {
    // Written before it leaves: what may have arrived is never simply deleted.
    const there = await this.store.note(batch.map((record) => record.id), (record) => ({ tries: record.tries + 1 }));
    const sent = batch.filter((record) => there.has(record.id));
    if (!sent.length) return true;
    let answer, said;
    try {
      answer = await ask("/api/v1/records", this.headers(), JSON.stringify(sent.map((record) => this.document(record))));
      said = await answer.json();
    } catch {
      // No answer, or somebody else's page in the place of one.
      this.changed({ kind: "away" });
      return false;
    }
    if (!answer.ok || !Array.isArray(said.recorded)) {
      const kind = { 401: "pin", 403: "closed" }[answer.status] ?? "trouble";
      this.changed({ kind, message: [said.message, said.hint].filter(Boolean).join(" ") || String(answer.status) });
      return false;
    }
    await this.store.note(said.recorded, () => ({ state: "sent", reason: null }));
    const refused = new Map((said.refused ?? []).map((refusal) => [refusal.id, `${refusal.message} ${refusal.hint}`]));
    await this.store.note([...refused.keys()], (record) => ({ state: "refused", reason: refused.get(record.id) }));
    this.changed({ kind: "told", notices: said.notices ?? [] });
    const done = new Set([...said.recorded, ...refused.keys()]);
    return sent.every((record) => done.has(record.id));
  }

  document(record) {
    const { id, campaign, door, disposition, people, observedAt, supersedes } = record;
    const said = { kind: "visit", id, campaign, door, disposition, recorder: "desk", device: this.device, observed_at: observedAt, supersedes };
    return people ? { ...said, people } : said;
  }
}

/** A request that ends: a phone at the edge of a network can wait for ever. */
export async function ask(path, headers, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE * SECOND);
  try {
    const address = `${path}?lang=${document.documentElement.lang}`;
    const how = { headers, cache: "no-store", redirect: "error", signal: patience.signal };
    return await fetch(address, body === undefined ? how : { ...how, method: "POST", body, headers: { ...headers, "content-type": "application/json" } });
  } finally {
    clearTimeout(timer);
  }
}
